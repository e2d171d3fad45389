// Answers the checks in a guest's core modules (transform/interrupt.ts).
import type { TenonError } from "../../errors.ts";
import type { CoreFunction } from "../abi/call-site.ts";
import { type Store, POISONED } from "../abi/store.ts";
import type { Yielding } from "../abi/async/scheduler.ts";
import { overLimit, trapped } from "../abi/trap.ts";
import { rows } from "../transform/bytes.ts";
import { type InterruptParts, makeInterruptible, type OwnMemory } from "../transform/interrupt.ts";
import type { Interrupt } from "./interrupt.ts";

/** A module that wraps JavaScript functions, because a table accepts only WebAssembly's. */
const BRIDGE = rows(
  [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  [1, 11, 2, 0x60, 0, 1, 0x7f, 0x60, 2, 0x7c, 0x7f, 1, 0x7f], // () -> i32, (f64, i32) -> i32
  [2, 19, 3, 1, 0x69, 1, 0x61, 0, 0, 1, 0x69, 1, 0x70, 0, 0, 1, 0x69, 1, 0x67, 0, 1], // import i.a, i.p, i.g
  [7, 13, 3, 1, 0x61, 0, 0, 1, 0x70, 0, 1, 1, 0x67, 0, 2], // export a, p, g
);

/** The answers that growers.ts expects. */
const GROWS = { "go-on": 0, wait: 2, no: 3 } as const;

let bridge: WebAssembly.Module | undefined;

/** Connects the core modules of one store to an Interrupt. */
export class Interruption implements Yielding {
  readonly #interrupt: Interrupt;
  readonly #store: Store;
  readonly #pauses: boolean;
  /** Undefined: the guest counts its steps. */
  readonly #word: Int32Array | undefined;
  readonly #ask: unknown;
  readonly #pause: unknown;
  readonly #grow: unknown;
  /**
   * How many calls from JavaScript into the guest are on the stack. What is below one can't be
   * suspended.
   */
  #below = 0;

  constructor(interrupt: Interrupt, store: Store) {
    this.#interrupt = interrupt;
    this.#store = store;
    this.#pauses = interrupt.pause !== undefined;
    const { flag } = interrupt;
    if (flag !== undefined) {
      const word = new Int32Array(flag.buffer);
      this.#word = word;
      store.onUnwind = () => Atomics.store(word, 0, 1);
    }
    if (interrupt.room !== undefined) {
      store.holdings.room = (...more) => this.#roomFor(...more);
    }
    const imports: Record<string, unknown> = {
      a: () => this.#answer(),
      p: this.#pauses ? new WebAssembly.Suspending(() => this.#setAside()) : () => 0,
      g: (amount: number, space: number) => this.#grown(amount, space),
    };
    bridge ??= new WebAssembly.Module(BRIDGE);
    const { exports } = new WebAssembly.Instance(bridge, { i: imports } as WebAssembly.Imports);
    this.#ask = exports["a"];
    this.#pause = exports["p"];
    this.#grow = exports["g"];
  }

  // The imports of the rewritten module, in addition to its own.
  imports({ memories }: InterruptParts): Record<string, unknown> {
    const made = memories.map((memory, index) => [String(index), newMemory(memory)]);
    return { ...Object.fromEntries(made), flag: this.#interrupt.flag };
  }

  /** Call this before any code of the module runs. Returns its start function. */
  attach(
    exports: Readonly<Record<string, unknown>>,
    { namespace, starts }: InterruptParts,
  ): CoreFunction | undefined {
    const table = exports[`${namespace}/table`] as WebAssembly.Table;
    table.set(0, this.#ask);
    table.set(1, this.#pause);
    table.set(2, this.#grow);
    return starts ? (exports[`${namespace}/start`] as CoreFunction) : undefined;
  }

  /**
   * Wraps a guest's function that JavaScript calls in the middle of lifting or lowering (realloc,
   * post-return, destructors).
   */
  shielded<Func extends CoreFunction>(func: Func): Func {
    if (!this.#pauses) return func;
    return ((...args) => {
      this.#below++;
      try {
        return func(...args);
      } finally {
        this.#below--;
      }
    }) as Func;
  }

  /** A call has been prepared, but not entered yet; `enters`: now it is. */
  waits(): void {
    this.#interrupt.waits?.();
  }

  enters(): void {
    this.#interrupt.enters?.();
  }

  /**
   * Between two steps of linking, on a thread where guests are suspended for each other: a promise
   * that the others have had their turn, where the guest's slice was over.
   */
  rests(): Promise<void> | undefined {
    const { pause } = this.#interrupt;
    if (pause === undefined || !this.#asked()) return undefined;
    const verdict = this.#interrupt.ask(true);
    if (verdict === "stop") throw this.#stop();
    return verdict === "pause" ? pause() : undefined;
  }

  /** Whether the guest has been asked to look at its time. Without a flag, it looks always. */
  #asked(): boolean {
    return this.#word === undefined || Atomics.load(this.#word, 0) !== 0;
  }

  yielded(mayWait: boolean): Promise<void> | undefined {
    const yields = mayWait ? this.#interrupt.yields : undefined;
    if (this.#interrupt.ask(yields !== undefined) === "stop") throw this.#stop();
    return yields?.();
  }

  #stop(): TenonError {
    return this.#store.fail(trapped("interrupted", "the guest was stopped"));
  }

  #answer(): number {
    // The store has ended, and the guest is on its way out.
    if (this.#store.state >= POISONED) return 1;
    const pausable = this.#pauses && this.#below === 0;
    const verdict = this.#interrupt.ask(pausable);
    if (verdict === "stop") {
      this.#stop();
      return 1;
    }
    return verdict === "pause" && pausable ? 2 : 0;
  }

  /** Called by growers.ts: `space` 0 means bytes of memory, 1 elements of a table. */
  #grown(amount: number, space: number): number {
    if (this.#store.state >= POISONED) return 1;
    const { holdings } = this.#store;
    const pausable = this.#pauses && this.#below === 0;
    try {
      if (space === 1) return GROWS[holdings.growTable(amount, pausable)];
      return holdings.take({ memories: 0, memoryBytes: amount, tableElements: 0 }, pausable)
        ? 0
        : 2;
    } catch (over) {
      this.#store.fail(over);
      return 1;
    }
  }

  #roomFor(bytes: number, pausable: boolean, tableElements: number): "go-on" | "wait" | "no" {
    const verdict = this.#interrupt.room!(bytes, pausable, tableElements);
    if (verdict === "no-tables") return "no";
    if (verdict === "stop") {
      overLimit("totalMemory", `there is no room for ${bytes} bytes beside what others hold`);
    }
    return verdict === "pause" && pausable ? "wait" : "go-on";
  }

  /**
   * An engine never frees a stack that is not resumed, nor what is on it. So where the instance was
   * closed in the meantime, the guest is resumed, and traps.
   */
  async #setAside(): Promise<number> {
    this.#store.suspend();
    await this.#interrupt.pause!();
    if (this.#store.state >= POISONED) return 1;
    this.#store.resume();
    return 0;
  }
}

function newMemory({ initial, maximum, wide }: OwnMemory): WebAssembly.Memory {
  const size = (pages: bigint): number | bigint => (wide ? pages : Number(pages));
  const descriptor: object = {
    address: wide ? "i64" : "i32",
    initial: size(initial),
    ...(maximum === undefined ? {} : { maximum: size(maximum) }),
  };
  return new WebAssembly.Memory(descriptor as { readonly initial: number });
}

/** Everything that interruptible instances need in addition. */
export interface Interruptions {
  readonly rewrite: typeof makeInterruptible;
  readonly begin: (interrupt: Interrupt, store: Store) => Interruption;
}

export const interruptions: Interruptions = {
  rewrite: makeInterruptible,
  begin: (interrupt, store) => new Interruption(interrupt, store),
};
