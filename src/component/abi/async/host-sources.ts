// Streams and futures that the host gives to a guest.
import type { Store } from "../store.ts";
import { POISONED } from "../store.ts";
import { hostFailure } from "../trap.ts";
import { fill, type Target } from "./buffers.ts";
import { CANCELLED_COPY, COMPLETED, type Copier, DROPPED, type Readable } from "./shared.ts";

interface Items {
  /** The next items; undefined: there are no more. */
  next(): PromiseLike<ArrayLike<unknown> | undefined> | ArrayLike<unknown> | undefined;
  /** No more will be asked for. */
  end(): void;
}

/** A stream whose items come from an array, an iterable, or a ReadableStream. */
export class StreamSource implements Readable {
  readonly kind = "stream";
  readonly payload: number;
  readonly #store: Store;
  readonly #items: Items;
  /** What has come and not been read. */
  #left: ArrayLike<unknown> = [];
  #ended = false;
  #asking = false;
  #reader: Copier<Target> | undefined = undefined;

  constructor(store: Store, payload: number, source: unknown) {
    this.#store = store;
    this.payload = payload;
    this.#items = itemsOf(source);
    store.scheduler!.sources.add(this);
  }

  read(reader: Copier<Target>): void {
    if (this.#left.length === 0 && !this.#ended && !this.#asking) this.#askNow();
    if (this.#left.length > 0) return this.#give(reader);
    if (this.#ended) return reader.done(DROPPED);
    this.#reader = reader;
  }

  /** Gives what is there. */
  #give(reader: Copier<Target>): void {
    const { buffer } = reader;
    const n = Math.min(buffer.remain, this.#left.length);
    const values = n === this.#left.length ? this.#left : part(this.#left, 0, n);
    this.#left = n === this.#left.length ? [] : part(this.#left, n, this.#left.length);
    fill(buffer, values);
    reader.done(COMPLETED);
  }

  /** Asks for more, and keeps what comes at once. */
  #askNow(): void {
    for (;;) {
      const next = this.#next();
      if (isPromise(next)) {
        this.#asking = true;
        next.then(
          (items) => this.#came(() => this.#keep(items)),
          (thrown: unknown) =>
            this.#came(() => {
              throw hostFailure(thrown);
            }),
        );
        return;
      }
      this.#keep(next);
      if (this.#ended || this.#left.length > 0) return;
    }
  }

  #next(): ReturnType<Items["next"]> {
    try {
      return this.#items.next();
    } catch (thrown) {
      throw hostFailure(thrown);
    }
  }

  #keep(items: ArrayLike<unknown> | undefined): void {
    if (items !== undefined) this.#left = items;
    else this.#finish();
  }

  /** Something has come, in its own time. */
  #came(keep: () => void): void {
    const store = this.#store;
    this.#asking = false;
    if (store.state >= POISONED || this.#ended) return;
    store.scheduler!.do(store.instances[0]!, () => {
      if (this.#ended) return undefined;
      keep();
      if (this.#reader === undefined) return undefined;
      if (!this.#ended && this.#left.length === 0) this.#askNow();
      if (this.#left.length === 0 && !this.#ended) return undefined;
      const reader = this.#reader;
      this.#reader = undefined;
      if (this.#left.length > 0) this.#give(reader);
      else reader.done(DROPPED);
      return undefined;
    });
  }

  cancel(): void {
    const reader = this.#reader!;
    this.#reader = undefined;
    reader.done(CANCELLED_COPY);
  }

  drop(): void {
    if (this.#ended) return;
    this.#finish();
    try {
      this.#items.end();
    } catch {
      // It was told, and there is no one who could be told that it did not like it.
    }
  }

  #finish(): void {
    this.#ended = true;
    this.#left = [];
    this.#store.scheduler!.sources.delete(this);
  }
}

/** A future whose value is a promise of the host. */
export class FutureSource implements Readable {
  readonly kind = "future";
  readonly payload: number;
  #value: readonly [unknown] | undefined = undefined;
  #reader: Copier<Target> | undefined = undefined;
  #dropped = false;

  constructor(store: Store, payload: number, promise: PromiseLike<unknown>) {
    this.payload = payload;
    const came = (come: () => void): void => {
      if (store.state >= POISONED || this.#dropped) return;
      store.scheduler!.do(store.instances[0]!, () => {
        if (this.#dropped) return undefined;
        come();
        return undefined;
      });
    };
    promise.then(
      (value) => came(() => this.#came(value)),
      (thrown: unknown) =>
        came(() => {
          throw hostFailure(thrown);
        }),
    );
  }

  #came(value: unknown): void {
    this.#value = [value];
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader !== undefined) this.read(reader);
  }

  read(reader: Copier<Target>): void {
    if (this.#value === undefined) {
      this.#reader = reader;
      return;
    }
    fill(reader.buffer, this.#value);
    reader.done(COMPLETED);
  }

  cancel(): void {
    const reader = this.#reader!;
    this.#reader = undefined;
    reader.done(CANCELLED_COPY);
  }

  drop(): void {
    this.#dropped = true;
  }
}

function isPromise(
  value: ReturnType<Items["next"]>,
): value is PromiseLike<ArrayLike<unknown> | undefined> {
  return isThen(value);
}

function part(items: ArrayLike<unknown>, from: number, to: number): ArrayLike<unknown> {
  if (Array.isArray(items)) return items.slice(from, to);
  return (items as Uint8Array).subarray(from, to);
}

/** An item that is itself a typed array is many items. */
function many(item: unknown): ArrayLike<unknown> {
  return ArrayBuffer.isView(item) && !(item instanceof DataView) ? (item as Uint8Array) : [item];
}

interface Iterating {
  readonly [Symbol.asyncIterator]?: (this: unknown) => Asking;
  readonly [Symbol.iterator]?: (this: unknown) => Asking;
}

interface Asking {
  next(): unknown;
  return?(): unknown;
}

/** `source` has passed `fitsAsync`. */
function itemsOf(source: unknown): Items {
  if (Array.isArray(source) || ArrayBuffer.isView(source)) {
    let items: ArrayLike<unknown> | undefined = source as unknown as ArrayLike<unknown>;
    return {
      next() {
        const all = items?.length === 0 ? undefined : items;
        items = undefined;
        return all;
      },
      end: () => {},
    };
  }
  const { [Symbol.asyncIterator]: async, [Symbol.iterator]: sync } = source as Iterating;
  const begin = async ?? sync;
  if (begin === undefined) return itemsOfReader(source as ReadableStream<unknown>);
  const iterator = begin.call(source);
  const taken = (result: unknown): ArrayLike<unknown> | undefined => {
    const { done, value } = result as IteratorResult<unknown>;
    return done === true ? undefined : many(value);
  };
  return {
    next() {
      const result = iterator.next();
      return isThen(result) ? result.then(taken) : taken(result);
    },
    end() {
      const ended = iterator.return?.();
      if (isThen(ended)) ended.then(undefined, () => {});
    },
  };
}

function itemsOfReader(source: ReadableStream<unknown>): Items {
  const reader = source.getReader();
  return {
    next: () => reader.read().then(({ done, value }) => (done ? undefined : many(value))),
    end: () => void reader.cancel().catch(() => {}),
  };
}

function isThen(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | undefined)?.then === "function";
}
