// Threads, as a power that is handed over.
import type { Clock } from "./clock.ts";
import type { Entropy } from "./entropy.ts";

export type ThreadEnd =
  | { readonly tag: "out-of-memory" }
  | { readonly tag: "failed"; readonly message: string };

/** A thread for guests; its entry calls `guestThread` (isolation/guest/). */
export interface ThreadPort {
  /** `gives`: buffers of the message that are not used here any more. */
  post(message: unknown, gives?: readonly ArrayBuffer[]): void;
  /** Called once each, before anything is posted. `ended`: the thread is gone, be it terminated. */
  listen(on: {
    readonly message: (message: unknown) => void;
    readonly ended: (end: ThreadEnd | undefined) => void;
  }): void;
  /** Ends the thread whatever it does. Idempotent. */
  terminate(): Promise<void>;
}

/** Shared memory that a thread was started with; both undefined where memory can't be shared. */
export interface ThreadMemory {
  readonly flag: WebAssembly.Memory | undefined;
  readonly answers: SharedArrayBuffer | undefined;
  /** Default: what the threads tell each other is posted. */
  readonly rings?: ThreadRings | undefined;
}

/** Shared memory for what host and guest thread tell each other. */
export interface ThreadRings {
  readonly toGuest: SharedArrayBuffer;
  readonly toHost: SharedArrayBuffer;
  /** Short answers of host functions. */
  readonly answers: SharedArrayBuffer;
}

/** A thread that was started, with the memory it shares. */
export interface StartedThread {
  readonly port: ThreadPort;
  readonly memory: ThreadMemory;
}

/**
 * Powers that a thread has of its own and that answer as these do: where the host's are the same
 * objects, guests there need not ask the host.
 */
export interface ThreadOwn {
  readonly clock?: Clock;
  readonly entropy?: Entropy;
}

/** Makes threads for guests. A platform that has threads has one. */
export interface ThreadSource {
  /** Default: nothing. */
  readonly own?: ThreadOwn;
  /** How many threads are worth having here. */
  readonly size: number;
  /** Whether a guest that is busy is set aside for its neighbours (JSPI). Default: true. */
  readonly setsAside?: boolean;
  /**
   * Milliseconds of processor time that all threads but the caller's have had. Default: nobody can tell, and
   * a thread that is kept from the processor by other programs may pass for one that is stuck.
   */
  readonly ranMs?: () => number;
  /** `guestBytes`: what guests may hold together, some of it on the thread's own heap. */
  start(guestBytes?: number): StartedThread;
}

/**
 * Raises the flags of guests that run, from a thread of its own, every few milliseconds: the guest
 * then asks whether it is to go on.
 */
export interface Ticker {
  /**
   * `memory`: see Interrupt.flag; its second word is 1 while a guest runs. Disposing of the answer
   * ends the watch.
   */
  watch(memory: WebAssembly.Memory): Disposable;
  /**
   * Starts the thread where it does not run, and answers whether it does: a guest that is stopped by
   * it alone is compiled after that. Undefined: it starts whatever the caller is busy with.
   */
  readonly runs?: () => Promise<boolean>;
}
