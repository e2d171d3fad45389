import { TenonError } from "../errors.ts";
import { type Caps, capModule } from "./decode/caps.ts";
import { SharedModules, type SharedModule, equal, same } from "./shared-modules.ts";
import type { CoreModuleRange } from "./validate/resolved.ts";

interface Compiled {
  readonly range: CoreModuleRange;
  readonly caps: Caps;
  readonly module: WebAssembly.Module;
  /// Keeps it known to other components as long as this one holds it.
  readonly shared?: SharedModule;
}

/// The core modules of one component, each compiled once for the caps it is asked for with.
/// WebAssembly validates them here.
export class CoreModules {
  readonly #bytes: Uint8Array;
  readonly #shared: SharedModules;
  readonly #compiled: Map<number, Compiled> = new Map();

  /// `shared` are known beside the component's own, for `prepare`.
  constructor(bytes: Uint8Array, shared: SharedModules = new SharedModules()) {
    this.#bytes = bytes;
    this.#shared = shared;
  }

  /// Throws `component-invalid` for a module that WebAssembly refuses, `component-limit` for one
  /// that starts above its caps, and `component-unsupported` where this thread may not compile so
  /// large a module (a browser's main thread): `prepare` it there.
  get(range: CoreModuleRange, caps: Caps): WebAssembly.Module {
    const known = this.#known(range, caps);
    if (known !== undefined) return known;
    try {
      const module = new WebAssembly.Module(this.#capped(range, caps));
      this.#compiled.set(range.offset, { range, caps, module });
      return module;
    } catch (error) {
      throw refused(error, range);
    }
  }

  /// Compiles several modules, off this thread where the platform can.
  async prepare(ranges: readonly CoreModuleRange[], caps: Caps): Promise<void> {
    await Promise.all(
      ranges.map(async (range) => {
        if (this.#known(range, caps) !== undefined) return;
        try {
          const compile = (): Promise<WebAssembly.Module> =>
            WebAssembly.compile(this.#capped(range, caps));
          const shared = this.#shared.take(this.#slice(range), caps, compile);
          const module = await shared.compiled;
          this.#compiled.set(range.offset, { range, caps, module, shared });
        } catch (error) {
          throw refused(error, range);
        }
      }),
    );
  }

  /// A module that is compiled: this one, or one of the same bytes, for components are known to
  /// embed a module several times.
  #known(range: CoreModuleRange, caps: Caps): WebAssembly.Module | undefined {
    const own = this.#compiled.get(range.offset);
    if (own !== undefined && equal(own.caps, caps)) return own.module;
    for (const { range: other, caps: others, module } of this.#compiled.values()) {
      if (equal(others, caps) && same(this.#slice(other), this.#slice(range))) {
        this.#compiled.set(range.offset, { range, caps, module });
        return module;
      }
    }
    return undefined;
  }

  #slice({ offset, length }: CoreModuleRange): Uint8Array {
    return this.#bytes.subarray(offset, offset + length);
  }

  #capped(range: CoreModuleRange, caps: Caps): BufferSource {
    return capModule(this.#slice(range), caps, range.offset) as BufferSource;
  }
}

function refused(error: unknown, { offset }: CoreModuleRange): unknown {
  if (error instanceof TenonError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const details = { cause: error, data: { offset } };
  if (error instanceof WebAssembly.CompileError) {
    return new TenonError(
      "component-invalid",
      `WebAssembly refuses the core module at byte ${offset}: ${reason}`,
      details,
    );
  }
  return new TenonError(
    "component-unsupported",
    `the core module at byte ${offset} can't be compiled here; use the asynchronous compile: ${reason}`,
    details,
  );
}
