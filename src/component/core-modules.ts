import { TenonError } from "../errors.ts";
import { type Caps, capModule } from "./decode/caps.ts";
import type { CoreModuleRange } from "./validate/resolved.ts";

interface Compiled {
  readonly range: CoreModuleRange;
  readonly caps: Caps;
  readonly module: WebAssembly.Module;
}

/// The core modules of one component, each compiled once for the caps it is asked for with.
/// WebAssembly validates them here.
export class CoreModules {
  readonly #bytes: Uint8Array;
  readonly #compiled: Map<number, Compiled> = new Map();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
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
          const module = await WebAssembly.compile(this.#capped(range, caps));
          this.#compiled.set(range.offset, { range, caps, module });
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
      if (
        other.length === range.length &&
        equal(others, caps) &&
        same(this.#slice(other), this.#slice(range))
      ) {
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

function equal(one: Caps, other: Caps): boolean {
  return one.memoryBytes === other.memoryBytes && one.tableElements === other.tableElements;
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((byte, at) => byte === other[at]);
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
