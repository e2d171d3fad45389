// What the host says to a guest that can be stopped in the middle of its code.
import type { InterruptMode } from "../transform/interrupt.ts";

/**
 * What is to become of a guest that asked. `pause` sets it aside until `pause()` resolves; where the
 * guest can't be set aside, it goes on.
 */
export type Verdict = "go-on" | "stop" | "pause";

/** The host's side of the checks in a guest's code. Held by whoever may stop the guest. */
export interface Interrupt {
  /**
   * One page of shared memory (`{ initial: 1, maximum: 1, shared: true }`) whose first byte
   * makes the checks ask while it isn't 0. Whoever sets it, from any thread, is to have it
   * cleared by `ask`. Undefined: the work between checks is counted, and they ask at least every 5 ms of plain code.
   */
  readonly flag?: WebAssembly.Memory;
  /** Called on the guest's stack; must not throw. `pausable`: whether `pause` would be heard. */
  ask(pausable: boolean): Verdict;
  /**
   * Asked whether there is room for so much more, beside what others hold; on the guest's stack, and before
   * core modules are instantiated. `bytes`: of memory and tables. `pause`: it is asked again after `pause()`.
   * With `stop` the guest ends over the limit `totalMemory`; `no-tables`: its table does not grow. Less than
   * nothing is given back, and always taken. Must not throw. Default: there is.
   */
  room?(bytes: number, pausable: boolean, tableElements: number): Verdict | "no-tables";
  /**
   * Told that a guest that was called, and had its arguments lowered, waits for others on its thread
   * before it runs; and that it runs now.
   */
  readonly waits?: () => void;
  readonly enters?: () => void;
  /**
   * Resolves when the guest is to go on. Needs JSPI; exported functions then answer with promises.
   * Undefined: no guest is ever set aside.
   */
  readonly pause?: () => Promise<void>;
  /**
   * Resolves when a task that yields is to go on: what else waits for the thread has had its turn. No
   * stack is set aside for it. Undefined: the task goes on at once.
   */
  readonly yields?: () => Promise<void>;
}

export function interruptMode({ flag }: Interrupt): InterruptMode {
  return flag === undefined ? "count" : "flag";
}
