import { TenonError } from "../errors.ts";
import { type Caps, capModule } from "./decode/caps.ts";
import type { CoreModuleRange } from "./validate/resolved.ts";

interface Compiled {
  readonly caps: Caps;
  readonly bytes: Uint8Array;
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
    const bytes = this.#capped(range, caps);
    const twin = this.#twin(bytes);
    try {
      return this.#keep(range, caps, bytes, twin ?? new WebAssembly.Module(bytes as BufferSource));
    } catch (error) {
      throw refused(error, range);
    }
  }

  /// Compiles several modules, off this thread where the platform can.
  async prepare(ranges: readonly CoreModuleRange[], caps: Caps): Promise<void> {
    await Promise.all(
      ranges.map(async (range) => {
        if (this.#known(range, caps) !== undefined) return;
        const bytes = this.#capped(range, caps);
        try {
          const module = await WebAssembly.compile(bytes as BufferSource);
          this.#keep(range, caps, bytes, this.#twin(bytes) ?? module);
        } catch (error) {
          throw refused(error, range);
        }
      }),
    );
  }

  #known(range: CoreModuleRange, caps: Caps): WebAssembly.Module | undefined {
    const known = this.#compiled.get(range.offset);
    const same =
      known?.caps.memoryBytes === caps.memoryBytes &&
      known.caps.tableElements === caps.tableElements;
    return same ? known?.module : undefined;
  }

  #keep(
    { offset }: CoreModuleRange,
    caps: Caps,
    bytes: Uint8Array,
    module: WebAssembly.Module,
  ): WebAssembly.Module {
    this.#compiled.set(offset, { caps, bytes, module });
    return module;
  }

  #capped({ offset, length }: CoreModuleRange, caps: Caps): Uint8Array {
    return capModule(this.#bytes.subarray(offset, offset + length), caps, offset);
  }

  /// A module of the same bytes: components are known to embed one several times.
  #twin(bytes: Uint8Array): WebAssembly.Module | undefined {
    for (const one of this.#compiled.values()) {
      if (one.bytes.length === bytes.length && one.bytes.every((byte, at) => byte === bytes[at])) {
        return one.module;
      }
    }
    return undefined;
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
