import type { GuestReply, GuestRequest } from "../wire/messages.ts";

export type ThreadEnd =
  | { readonly tag: "out-of-memory" }
  | { readonly tag: "failed"; readonly message: string };

/// A thread for guests, as a platform makes it; its entry calls `guestThread`.
export interface ThreadPort {
  post(message: GuestRequest | Uint8Array<ArrayBuffer>): void;
  /// Called once each, before anything is posted. `ended`: the thread is gone, be it terminated.
  listen(on: {
    readonly message: (message: GuestReply | Uint8Array<ArrayBuffer>) => void;
    readonly ended: (end: ThreadEnd | undefined) => void;
  }): void;
  /// Ends the thread whatever it does. Idempotent.
  terminate(): Promise<void>;
}

/// Shared memory that a thread was started with; both undefined where memory can't be shared.
export interface ThreadMemory {
  readonly flag: WebAssembly.Memory | undefined;
  readonly answers: SharedArrayBuffer | undefined;
}

/// A thread that was started, with the memory it shares.
export interface StartedThread {
  readonly port: ThreadPort;
  readonly memory: ThreadMemory;
}

/// Makes threads for guests. A platform that has threads has one.
export interface ThreadSource {
  /// How many threads are worth having here.
  readonly size: number;
  start(): StartedThread;
}
