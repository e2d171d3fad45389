import type { Store } from "../abi/store.ts";

let make: (
  store: Store,
  exports: Readonly<Record<string, unknown>>,
  cores: readonly Readonly<Record<string, unknown>>[],
) => Instance;

/// A running component.
export class Instance implements Disposable {
  readonly #store: Store;
  readonly #exports: Readonly<Record<string, unknown>>;
  #cores: readonly Readonly<Record<string, unknown>>[];

  static {
    make = (store, exports, cores) => new Instance(store, exports, cores);
  }

  private constructor(
    store: Store,
    exports: Readonly<Record<string, unknown>>,
    cores: readonly Readonly<Record<string, unknown>>[],
  ) {
    this.#store = store;
    this.#exports = exports;
    this.#cores = cores;
    store.releasables.push({
      release: () => {
        this.#cores = [];
      },
    });
  }

  /// By exact name: functions, objects of functions (camelCase) and classes (PascalCase). A function
  /// of the outermost component has its camelCase name too, which doesn't enumerate.
  get exports(): Readonly<Record<string, unknown>> {
    return this.#exports;
  }

  get state(): "live" | "poisoned" | "closed" {
    if (this.#store.closed) return "closed";
    return this.#store.failure === undefined && this.#store.state < 4 ? "live" : "poisoned";
  }

  /// Bytes of the linear memories that the component's core modules export.
  get memoryBytes(): number {
    const memories = new Set(
      this.#cores.flatMap((core) =>
        Object.values(core).filter((one) => one instanceof WebAssembly.Memory),
      ),
    );
    return [...memories].reduce((total, memory) => total + memory.buffer.byteLength, 0);
  }

  /// Ends the instance: the destructors of the guest's resources that the host holds run, the host's
  /// resources that the guest holds are disposed, memories are let go. Later calls throw
  /// `component-closed`, and so does a call that is suspended. Idempotent. Throws what a destructor
  /// threw, when all is done.
  [Symbol.dispose](): void {
    if (!this.#store.closed) this.#store.close();
  }
}

/// For instantiate.ts.
export function makeInstance(...parts: Parameters<typeof make>): Instance {
  return make(...parts);
}
