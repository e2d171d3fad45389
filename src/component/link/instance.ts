import { type Store, POISONED } from "../abi/store.ts";
import type { CallOptions, EngineExports } from "../engine.ts";
import type { CoreState, InstanceSnapshot, Snapshots } from "./snapshot.ts";

interface InstanceParts {
  readonly states: readonly CoreState[];
  readonly snapshots: Snapshots | undefined;
  /** Whether the store's holdings are told of what grows. */
  readonly counted: boolean;
}

let make: (
  store: Store,
  exports: Readonly<Record<string, unknown>>,
  cores: readonly Readonly<Record<string, unknown>>[],
  parts: InstanceParts,
) => Instance;

/** A running component. */
export class Instance implements Disposable {
  readonly #store: Store;
  readonly #exports: Readonly<Record<string, unknown>>;
  #cores: readonly Readonly<Record<string, unknown>>[];
  #states: readonly CoreState[];
  readonly #snapshots: Snapshots | undefined;
  readonly #counted: boolean;
  #memories: readonly WebAssembly.Memory[] | undefined;
  #roomy = false;

  static {
    make = (...given) => new Instance(...given);
  }

  private constructor(
    store: Store,
    exports: Readonly<Record<string, unknown>>,
    cores: readonly Readonly<Record<string, unknown>>[],
    { states, snapshots, counted }: InstanceParts,
  ) {
    this.#store = store;
    this.#exports = exports;
    this.#cores = cores;
    this.#states = states;
    this.#snapshots = snapshots;
    this.#counted = counted;
    store.releasables.push({
      release: () => {
        this.#cores = [];
        this.#states = [];
        this.#memories = [];
      },
    });
  }

  /**
   * By exact name: functions, objects of functions (camelCase) and classes (PascalCase). A function
   * of the outermost component has its camelCase name too, which doesn't enumerate.
   */
  get exports(): Readonly<Record<string, unknown>> {
    return this.#exports;
  }

  get state(): "live" | "poisoned" | "closed" {
    if (this.#store.closed) return "closed";
    return this.#store.failure === undefined && this.#store.state < POISONED ? "live" : "poisoned";
  }

  /**
   * Bytes that the memories and tables of the component's core modules hold, exported or not. Of an
   * instance that nobody can stop (`interrupt`), and so nobody tells of, those of the memories that are
   * exported.
   */
  get memoryBytes(): number {
    if (this.#counted) return this.state === "live" ? this.#store.holdings.bytes : 0;
    this.#memories ??= memoriesOf(this.#cores);
    let total = 0;
    for (const { buffer } of this.#memories) total += buffer.byteLength;
    return total;
  }

  /** How many memories it has, exported or not; counted as `memoryBytes` are. */
  get memories(): number {
    return this.#counted ? this.#store.holdings.memories : 1;
  }

  /** See EngineInstance. A guest can't be stopped by `timeMs`: give `interrupt` to `instantiate`. */
  call<Answer>(enter: (exports: EngineExports) => Answer, { answers }: CallOptions): Answer {
    const store = this.#store;
    store.answers = answers;
    try {
      return enter(this.#exports);
    } finally {
      store.answers = undefined;
    }
  }

  /** See EngineInstance. */
  set forgotten(drop: ((drop: () => unknown) => void) | undefined) {
    this.#store.forgotten = drop;
  }

  /**
   * How the instance is now, to make it so again. Undefined where it is in a call or has ended, where
   * it was not made `restorable`, or keeps state that nothing can put back.
   */
  snapshot(): InstanceSnapshot | undefined {
    const snapshot = this.#snapshots?.take(this.#store, this.#states, this.#roomy);
    this.#roomy ||= snapshot !== undefined;
    return snapshot;
  }

  /**
   * Ends the instance: the destructors of the guest's resources that the host holds run, the host's
   * resources that the guest holds are disposed, memories are let go. Later calls throw
   * `component-closed`, and so does a call that is suspended. Idempotent. Throws what a destructor
   * threw, when all is done.
   */
  [Symbol.dispose](): void {
    if (!this.#store.closed) this.#store.close();
  }
}

function memoriesOf(
  cores: readonly Readonly<Record<string, unknown>>[],
): readonly WebAssembly.Memory[] {
  const exported = cores.flatMap((core) => Object.values(core));
  return [...new Set(exported.filter((one) => one instanceof WebAssembly.Memory))];
}

/** For instantiate.ts. */
export function makeInstance(...given: Parameters<typeof make>): Instance {
  return make(...given);
}
