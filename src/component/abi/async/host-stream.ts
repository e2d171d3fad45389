// Streams and futures that a guest gives to the host.
import { POISONED, type Store } from "../store.ts";
import { HostBuffer } from "./buffers.ts";
import type { Outstanding } from "./scheduler.ts";
import { CANCELLED_COPY, type Copier, DROPPED, type Readable } from "./shared.ts";

let shared: (stream: HostStream) => Readable | undefined;
let storeOf: (stream: HostStream) => Store;

/** As many items as an iteration asks for at once. */
const SOME = 65_536;

/**
 * A stream of a guest. Numbers come in typed arrays, other items in arrays. It ends when the guest
 * has dropped its end, and rejects where the guest has trapped.
 */
export class HostStream implements AsyncIterable<unknown>, Disposable {
  readonly #store: Store;
  /** Undefined: it was given away, cancelled, or has ended. */
  #shared: Readable | undefined;
  #reading: Promise<unknown> = Promise.resolve();
  #pending: PendingRead | undefined = undefined;

  static {
    shared = (stream) => {
      const found = stream.#shared;
      stream.#shared = undefined;
      return found;
    };
    storeOf = (stream) => stream.#store;
  }

  constructor(store: Store, from: Readable) {
    this.#store = store;
    this.#shared = from;
  }

  /**
   * Reads at least one item and at most `n`, as soon as there are some. Undefined: the stream has
   * ended. Reads wait for one another.
   */
  async read(n: number = SOME): Promise<ArrayLike<unknown> | undefined> {
    const before = this.#reading;
    const mine = (async () => {
      await before.catch(() => {});
      return this.#read(n);
    })();
    this.#reading = mine.catch(() => {});
    return mine;
  }

  #read(n: number): Promise<ArrayLike<unknown> | undefined> {
    const store = this.#store;
    return new Promise((resolve, reject) => {
      if (this.#shared === undefined) return resolve(undefined);
      if (store.state >= POISONED) return reject(store.ended());
      const pending = new PendingRead(store, Math.max(1, Math.min(n, 2 ** 28 - 1)), {
        resolve: (items, ended) => {
          this.#pending = undefined;
          if (ended) this.#shared = undefined;
          resolve(items);
        },
        reject,
      });
      this.#pending = pending;
      const from = this.#shared;
      store.scheduler!.do(store.instances[0]!, () => {
        if (this.#pending === pending) from.read(pending);
        return undefined;
      });
      return undefined;
    });
  }

  /** Drops the host's end: the guest sees that nobody reads any more. */
  cancel(): void {
    const from = this.#shared;
    this.#shared = undefined;
    const pending = this.#pending;
    this.#pending = undefined;
    const store = this.#store;
    if (store.state >= POISONED) return;
    pending?.end();
    if (from === undefined) return;
    store.scheduler!.do(store.instances[0]!, () => {
      if (pending?.waits === true) from.cancel();
      from.drop();
      return undefined;
    });
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  /** For numbers: a ReadableStream of typed arrays, which reads when it is read. */
  toReadableStream(): ReadableStream<unknown> {
    return new ReadableStream({
      pull: async (controller) => {
        const items = await this.read();
        if (items === undefined) controller.close();
        else controller.enqueue(items);
      },
      cancel: () => this.cancel(),
    });
  }

  /** Items one by one; where they are numbers, typed arrays of them. */
  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void, undefined> {
    try {
      for (;;) {
        const items = await this.read();
        if (items === undefined) return;
        if (ArrayBuffer.isView(items)) yield items;
        else yield* items as unknown[];
      }
    } finally {
      this.cancel();
    }
  }
}

/** What a stream of the host's was made of, if it is one of this store; it is given away then. */
export function sharedOf(value: unknown, store: Store): Readable | undefined {
  if (!(value instanceof HostStream) || storeOf(value) !== store) return undefined;
  return shared(value);
}

interface Reading {
  resolve(items: ArrayLike<unknown> | undefined, ended: boolean): void;
  reject(error: unknown): void;
}

/** A read of the host's that has not been answered. */
class PendingRead implements Copier<HostBuffer>, Outstanding {
  readonly buffer: HostBuffer;
  readonly #store: Store;
  readonly #reading: Reading;
  #over = false;

  constructor(store: Store, n: number, reading: Reading) {
    this.#store = store;
    this.#reading = reading;
    this.buffer = new HostBuffer(n);
    store.scheduler!.reads.add(this);
  }

  get waits(): boolean {
    return !this.#over;
  }

  copied(reclaim: () => void): void {
    reclaim();
    this.done(0);
  }

  done(result: number): void {
    const { chunks } = this.buffer;
    const over = this.#over;
    this.end();
    if (over) return;
    if (result === CANCELLED_COPY) return this.#reading.resolve(undefined, true);
    this.#reading.resolve(chunks[0], result === DROPPED);
  }

  /** Nobody waits for it any more. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#store.scheduler!.reads.delete(this);
  }

  refuse(error: unknown): void {
    this.#over = true;
    this.#reading.reject(error);
  }
}

/** The future's value. It is read at once. */
export function futureForHost(store: Store, from: Readable): Promise<unknown> {
  const value = new Promise((resolve, reject) => {
    const pending = new PendingRead(store, 1, {
      resolve: (items) => resolve(items?.[0]),
      reject,
    });
    from.read(pending);
  });
  // Nobody need wait for it.
  value.catch(() => {});
  return value;
}
