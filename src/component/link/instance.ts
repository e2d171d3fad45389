import { type Store, POISONED } from "../abi/store.ts";
import type { CallOptions, EngineExports } from "../engine.ts";
import type { CoreState, InstanceSnapshot, Snapshots } from "./snapshot.ts";

/** Made by `runPlan` (`instantiate.ts`). */
interface InstanceParts {
  readonly states: readonly CoreState[];
  readonly snapshots: Snapshots | undefined;
  /** Whether growth is reported to the store's holdings. */
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
   * The exports by exact name: functions, objects of functions (camelCase) and classes
   * (PascalCase). A function of the outermost component also has its camelCase name, as a property
   * that is not enumerable.
   */
  get exports(): Readonly<Record<string, unknown>> {
    return this.#exports;
  }

  /** Whether it can be called. `poisoned`: it trapped; `closed`: it was ended. */
  get state(): "live" | "poisoned" | "closed" {
    if (this.#store.closed) return "closed";
    return this.#store.failure === undefined && this.#store.state < POISONED ? "live" : "poisoned";
  }

  /**
   * Bytes that the memories and tables of the component's core modules hold, exported or not. An
   * instance that can't be stopped (`interrupt`) does not report growth: for it, only exported
   * memories count.
   */
  get memoryBytes(): number {
    if (this.#counted) return this.state === "live" ? this.#store.holdings.bytes : 0;
    this.#memories ??= memoriesOf(this.#cores);
    let total = 0;
    for (const { buffer } of this.#memories) total += buffer.byteLength;
    return total;
  }

  /** How many memories it has. Counted as for `memoryBytes`. */
  get memories(): number {
    return this.#counted ? this.#store.holdings.memories : 1;
  }

  /** See EngineInstance. `timeMs` can't stop a guest here: pass `interrupt` to `instantiate`. */
  call<Answer>(
    enter: (exports: EngineExports) => Answer,
    { answers, signal }: CallOptions,
  ): Answer {
    const store = this.#store;
    store.answers = answers;
    store.signal = signal;
    try {
      return enter(this.#exports);
    } finally {
      store.answers = store.signal = undefined;
    }
  }

  /** See EngineInstance. */
  set forgotten(drop: ((drop: () => unknown) => void) | undefined) {
    this.#store.forgotten = drop;
  }

  /**
   * The instance's present state, to restore it later. Undefined where the instance is in a call or
   * has ended, was not made `restorable`, or has state that can't be restored.
   */
  snapshot(): InstanceSnapshot | undefined {
    const snapshot = this.#snapshots?.take(this.#store, this.#states, this.#roomy);
    this.#roomy ||= snapshot !== undefined;
    return snapshot;
  }

  /**
   * Ends the instance: runs the destructors of the guest's resources that the host holds, disposes
   * of the host's resources that the guest holds, and frees memories. Later calls throw
   * `component-closed`, and a suspended call rejects with it. Idempotent. Throws the error of a
   * destructor, at the end.
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

/** For instantiate.ts only. */
export function makeInstance(...given: Parameters<typeof make>): Instance {
  return make(...given);
}
