// Handles a thread that does not turn.
import type { Suspect } from "../suspects.ts";
import { bystanderError, type ThreadLoss } from "./lost-thread.ts";
import type { ThreadInstances } from "./thread-instances.ts";
import type { ThreadRequests } from "./thread-requests.ts";

/**
 * Milliseconds of silence after which a thread is ended; and the same where the guest that keeps
 * it busy has been ended already.
 */
const HUNG_MS = 3_000;
const LEFT_MS = 500;

/** Made by ThreadConnection. */
export interface StuckThreadPowers {
  readonly instances: ThreadInstances;
  readonly requests: ThreadRequests;
  /** The instance whose code the thread runs, as it last said. */
  running(): number | undefined;
  isCompiling(): boolean;
  /** See RemoteThreadParts. */
  readonly compileMs: number | undefined;
  readonly tell: ((suspects: readonly Suspect[]) => void) | undefined;
  /** Ends the thread. */
  lose(loss: ThreadLoss): void;
}

export class StuckThread {
  readonly #powers: StuckThreadPowers;
  /** Whether the suspects for its being stuck have been named since it last turned. */
  #named = false;

  constructor(powers: StuckThreadPowers) {
    this.#powers = powers;
  }

  /** The thread turns again. */
  goesOn(): void {
    this.#named = false;
  }

  /**
   * The thread has not turned for `ms` milliseconds. Calls that wait there and can be repeated
   * on another thread are rejected, so that they are.
   */
  since(ms: number): void {
    const { instances, requests, running, isCompiling, compileMs, tell } = this.#powers;
    const suspects = instances.hangSuspects(running());
    const parties = new Set(suspects.map(({ party }) => party));
    const [culprit] = parties.size === 1 ? parties : [];
    const left = culprit !== undefined && !instances.isAtWork(culprit);
    const hungMs = instances.size === 0 && isCompiling() ? (compileMs ?? HUNG_MS) : HUNG_MS;
    if (ms >= (left ? LEFT_MS : hungMs)) return this.hung();
    if (!this.#named) tell?.(suspects);
    this.#named = true;
    const isOther = (instance: number): boolean => instances.party(instance) !== culprit;
    requests.rejectMaking(isOther, bystanderError("hang", true));
    instances.leave(culprit);
  }

  /** The thread must be ended. Where several are suspected, that has been recorded already. */
  hung(): void {
    const { instances, running, lose } = this.#powers;
    const suspects = instances.hangSuspects(running());
    lose({ why: "hang", suspects: this.#named && suspects.length > 1 ? [] : suspects });
  }
}
