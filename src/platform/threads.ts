// Threads, as objects that are handed over.
import type { Clock } from "./clock.ts";
import type { Entropy } from "./entropy.ts";

/** Why a thread ended without being told to. */
export type ThreadEnd =
  | { readonly tag: "out-of-memory" }
  | { readonly tag: "failed"; readonly message: string };

/** A thread for guests; its entry calls `guestThread` (isolation/guest/). */
export interface ThreadPort {
  /** `gives`: buffers of the message that are transferred and can't be used here any more. */
  post(message: unknown, gives?: readonly ArrayBuffer[]): void;
  /**
   * Posts frames, moving them out of their writer; they are taken with `frames` on the other side.
   * `number`: as in a message. Default: frames are messages, and `post` is called.
   */
  readonly postFrames?: (number: number, frames: WrittenAnswer) => void;
  /**
   * Called once, before anything is posted. `ended` is called once when the thread has ended, also
   * after `terminate`.
   */
  listen(on: {
    readonly message: (message: unknown) => void;
    /**
     * Takes frames, where the port has `postFrames`. `taken` is to be called when they have been
     * handled.
     */
    readonly frames?: (number: number, frames: Uint8Array, taken: () => void) => void;
    readonly ended: (end: ThreadEnd | undefined) => void;
  }): void;
  /** Ends the thread, whatever it is doing. Idempotent. */
  terminate(): Promise<void>;
}

/** The shared memory that a thread was started with. All is undefined where none can be shared. */
export interface ThreadMemory {
  /** A memory with the byte that stops the guest. Undefined where memory can't be shared. */
  readonly flag: WebAssembly.Memory | undefined;
  /** A page for answers of host functions. Undefined where memory can't be shared. */
  readonly answers: SharedArrayBuffer | undefined;
  /** Shared memory for messages in both directions. Default: messages are posted. */
  readonly rings?: ThreadRings | undefined;
}

/** An answer, or frames, that were written. */
export interface WrittenAnswer {
  /** How many bytes it has. */
  readonly at: number;
  /** Moves it to another place, and empties the writer. */
  moveTo(target: Uint8Array, offset: number): void;
}

/** Takes the answers of host functions to a thread that waits for them. */
export interface AnswerTarget {
  /**
   * Moves the answer to this call out of the writer. Throws a RangeError, and leaves the writer as it
   * is, where the answer is too long.
   */
  put(call: number, writer: WrittenAnswer): void;
}

/** Shared memory for what host and guest thread tell each other. */
export interface ThreadRings {
  /** Messages from the host. */
  readonly toGuest: SharedArrayBuffer;
  /** Messages to the host. */
  readonly toHost: SharedArrayBuffer;
  /** For short answers of host functions. */
  readonly answers: SharedArrayBuffer;
}

/** A thread that was started, with the memory it shares. */
export interface StartedThread {
  /** Messages to the thread, and its end. */
  readonly port: ThreadPort;
  /** The memory that it shares with the host. */
  readonly memory: ThreadMemory;
}

/**
 * The clock and entropy of the thread itself. Where the host's are the same objects, guests on the
 * thread use these without asking the host.
 */
export interface ThreadOwn {
  /** The thread's own clock. Default: guests ask the host. */
  readonly clock?: Clock;
  /** The thread's own random bytes. Default: guests ask the host. */
  readonly entropy?: Entropy;
}

/** Makes threads for guests. */
export interface ThreadSource {
  /** Default: nothing. */
  readonly own?: ThreadOwn;
  /** How many threads are worth starting on this machine. */
  readonly size: number;
  /**
   * Whether a busy guest is suspended so that others on its thread can run (JSPI). Default: true.
   */
  readonly setsAside?: boolean;
  /**
   * Milliseconds of processor time that all threads but the caller's have used. Default: unknown;
   * then a thread that other programs keep from the processor may be taken for one that is stuck.
   */
  readonly ranMs?: () => number;
  /** `guestBytes`: how much all guests may hold together, some of it on the thread's own heap. */
  start(guestBytes?: number): StartedThread;
}

/**
 * Raises the flags of running guests every few milliseconds, from a thread of its own. A guest that
 * finds its flag raised asks whether it may go on.
 */
export interface Ticker {
  /**
   * `memory`: see Interrupt.flag; its second word is 1 while a guest runs. Disposing of the result
   * ends the watch.
   */
  watch(memory: WebAssembly.Memory): Disposable;
  /**
   * Starts the thread where it does not run, and returns whether it runs. A guest that only this
   * thread can stop is compiled after that. Undefined: the thread can start even while the caller
   * is busy.
   */
  readonly runs?: () => Promise<boolean>;
}

/** How many frames the stack of an error has on a thread for guests. */
export const STACK_FRAMES = 32;

/** The key of what a thread for guests is started with. */
export const THREAD = "tenon:guest-thread";
