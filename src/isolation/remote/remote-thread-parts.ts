import type { AnswerTarget, ThreadOwn } from "../../platform/threads.ts";
import type { Suspect } from "../suspects.ts";
import type { Pace } from "../wire/pace.ts";
import type { ThreadLoss } from "./lost-thread.ts";

/**
 * What the host's side of a thread is made with, and whom it tells. Made by GuestPool, and for a
 * process by GuestProcess.
 */
export interface RemoteThreadParts {
  /** Whether the thread is that of a process of its own, for one party. Default: `thread`. */
  readonly place?: "thread" | "process";
  /**
   * Where answers go that the thread waits for, where it shares no memory. Default: the thread can't
   * wait then.
   */
  readonly answers?: AnswerTarget;
  /**
   * Whether a message that can't be read ends the thread. Default: false, because its program is the
   * host's own, and shares the host's memory anyway.
   */
  readonly distrusts?: boolean;
  /** Called whenever the last instance has ended. */
  readonly left?: () => void;
  /** The thread's own clock and entropy. Default: none. */
  readonly own?: ThreadOwn | undefined;
  /**
   * Called with the bytes of the buffers for talking to the thread. Default: they are not
   * counted.
   */
  readonly keep?: ((bytes: number) => void) | undefined;
  /** Called once, when the thread has ended. */
  readonly ended?: () => void;
  /** Limits how much of the caller's thread it gets. Default: no limit. */
  readonly pace?: Pace;
  /**
   * Called before `ended` where the thread was lost. Returns the party that caused it, where
   * that is certain. Default: the only party on the thread, if there is just one.
   */
  readonly lost?: (loss: ThreadLoss) => string | undefined;
  /**
   * Called when the thread does not turn any more, with the suspects that may keep it busy.
   * Calls of other parties that wait there are about to be ended.
   */
  readonly stuck?: (suspects: readonly Suspect[]) => void;
  /**
   * An instance of the party was stopped because its time was used up, or ended in the middle of
   * its own code.
   */
  readonly overstayed?: (party: string) => void;
  /**
   * An instance of the party often holds up the others on the thread. Returns whether it is to be
   * started again elsewhere. Default: it stays.
   */
  readonly holds?: (party: string) => boolean;
  /** Milliseconds that the thread may compile in silence while it has no guests. Default: 3,000. */
  readonly compileMs?: number;
  /** Called when the thread turns again after it was stuck. */
  readonly goesOn?: () => void;
  /** See ThreadSource. */
  readonly ranMs?: (() => number) | undefined;
  /** Sets the timers that end a thread which does not answer any more. */
  readonly after?: (ms: number, callback: () => void) => Disposable;
}
