// How the host controls a guest that can be stopped in the middle of its code.
import type { InterruptMode } from "../transform/interrupt.ts";

/**
 * What happens to a guest that has asked. `pause` suspends it until `pause()` resolves; where it
 * can't be suspended, it continues.
 */
export type Verdict = "go-on" | "stop" | "pause";

/** The host's side of the checks in a guest's code. Whoever holds it may stop the guest. */
export interface Interrupt {
  /**
   * One page of shared memory (`{ initial: 1, maximum: 1, shared: true }`). While its first byte is
   * not 0, the checks ask. Any thread may set it; `ask` must clear it. Undefined: the work between
   * checks is counted, and they ask at least every 5 ms of plain code.
   */
  readonly flag?: WebAssembly.Memory;
  /** Called on the guest's stack; must not throw. `pausable`: whether `pause` has an effect. */
  ask(pausable: boolean): Verdict;
  /**
   * Asks whether there is room for more, beside what others hold. Called on the guest's stack, and
   * before core modules are instantiated. `bytes`: of memory and tables. `pause`: it is called
   * again after `pause()`. `stop`: the guest ends, over the limit `totalMemory`. `no-tables`: its
   * table does not grow. Negative amounts are freed; they are always accepted. Must not throw.
   * Default: there is room.
   */
  room?(bytes: number, pausable: boolean, tableElements: number): Verdict | "no-tables";
  /**
   * `waits` is called when a guest that was called, with its arguments lowered, waits for others on
   * its thread before it runs; `enters` when it runs.
   */
  readonly waits?: () => void;
  /** See `waits`. Default: nothing is called. */
  readonly enters?: () => void;
  /**
   * Resolves when the guest may continue. Needs JSPI; exported functions then return promises.
   * Undefined: guests are never suspended.
   */
  readonly pause?: () => Promise<void>;
  /**
   * Resolves when a task that yields may continue, after the other work that waits for the thread.
   * No stack is suspended for it. Undefined: the task continues at once.
   */
  readonly yields?: () => Promise<void>;
}

export function interruptMode({ flag }: Interrupt): InterruptMode {
  return flag === undefined ? "count" : "flag";
}
