// ReadableStream, as much of it as bodies need: a source that is pulled, one reader at a time.
import { asInterface } from "./events.ts";

interface Source<T> {
  start?(controller: Controller<T>): unknown;
  pull?(controller: Controller<T>): unknown;
  cancel?(reason: unknown): unknown;
}

interface Controller<T> {
  enqueue(chunk: T): void;
  close(): void;
  error(reason: unknown): void;
  readonly desiredSize: number | null;
}

type Read<T> =
  | { readonly done: false; readonly value: T }
  | { readonly done: true; value: undefined };

interface Waiting<T> {
  resolve(read: Read<T>): void;
  reject(error: unknown): void;
}

type State = { tag: "open" } | { tag: "closed" } | { tag: "failed"; error: unknown };

class Stream<T> {
  readonly queue: T[] = [];
  readonly waiting: Waiting<T>[] = [];
  readonly closed: PromiseWithResolvers<undefined> = Promise.withResolvers<undefined>();
  readonly source: Source<T>;
  state: State = { tag: "open" };
  reader: object | undefined;
  isDisturbed = false;
  #isClosing = false;
  #isPulling = false;
  #isStarted = false;

  readonly controller: Controller<T>;

  constructor(source: Source<T>) {
    this.source = source;
    this.closed.promise.catch(() => {});
    const wanted = (): number | null => {
      if (this.state.tag === "failed") return null;
      return this.state.tag === "closed" ? 0 : 1 - this.queue.length;
    };
    this.controller = {
      enqueue: (chunk) => this.#enqueue(chunk),
      close: () => this.#close(),
      error: (reason) => this.fail(reason),
      get desiredSize() {
        return wanted();
      },
    };
    const started = source.start?.(this.controller);
    Promise.resolve(started).then(
      () => {
        this.#isStarted = true;
        this.#pull();
      },
      (error) => this.fail(error),
    );
  }

  #enqueue(chunk: T): void {
    if (this.state.tag !== "open" || this.#isClosing) throw new TypeError("The stream is closed.");
    const first = this.waiting.shift();
    if (first === undefined) this.queue.push(chunk);
    else first.resolve({ done: false, value: chunk });
  }

  #close(): void {
    if (this.state.tag !== "open" || this.#isClosing) throw new TypeError("The stream is closed.");
    this.#isClosing = true;
    if (this.queue.length === 0) this.#end();
  }

  #end(): void {
    this.state = { tag: "closed" };
    for (const one of this.waiting.splice(0)) one.resolve({ done: true, value: undefined });
    this.closed.resolve(undefined);
  }

  fail(error: unknown): void {
    if (this.state.tag !== "open") return;
    this.state = { tag: "failed", error };
    this.queue.length = 0;
    for (const one of this.waiting.splice(0)) one.reject(error);
    this.closed.reject(error);
  }

  read(): Promise<Read<T>> {
    this.isDisturbed = true;
    if (this.queue.length > 0) {
      const value = this.queue.shift()!;
      if (this.#isClosing && this.queue.length === 0) this.#end();
      else this.#pull();
      return Promise.resolve({ done: false, value });
    }
    if (this.state.tag === "failed") return Promise.reject(this.state.error);
    if (this.state.tag === "closed") return Promise.resolve({ done: true, value: undefined });
    const promise = new Promise<Read<T>>((resolve, reject) => {
      this.waiting.push({ resolve, reject });
    });
    this.#pull();
    return promise;
  }

  #pull(): void {
    const isWanted = this.waiting.length > 0 || this.queue.length === 0;
    const mayPull = this.#isStarted && !this.#isPulling && !this.#isClosing;
    if (!isWanted || !mayPull || this.state.tag !== "open" || this.source.pull === undefined)
      return;
    this.#isPulling = true;
    new Promise((resolve) => resolve(this.source.pull!(this.controller))).then(
      () => {
        this.#isPulling = false;
        if (this.waiting.length > 0) this.#pull();
      },
      (error) => this.fail(error),
    );
  }

  async cancel(reason: unknown): Promise<undefined> {
    this.isDisturbed = true;
    if (this.state.tag === "failed") throw this.state.error;
    if (this.state.tag === "closed") return;
    this.queue.length = 0;
    this.#end();
    await this.source.cancel?.(reason);
  }
}

let streamOf: <T>(stream: ReadableStream<T>) => Stream<T>;

class Reader<T> {
  #stream: Stream<T> | undefined;

  constructor(stream: ReadableStream<T>) {
    const inner = streamOf(stream);
    if (inner.reader !== undefined) throw new TypeError("The stream has a reader.");
    inner.reader = this;
    this.#stream = inner;
  }

  #held(): Stream<T> {
    if (this.#stream === undefined) throw new TypeError("The reader has been released.");
    return this.#stream;
  }
  async read(): Promise<Read<T>> {
    return await this.#held().read();
  }
  async cancel(reason?: unknown): Promise<undefined> {
    return await this.#held().cancel(reason);
  }
  get closed(): Promise<undefined> {
    return this.#stream?.closed.promise ?? Promise.reject(new TypeError("The reader is released."));
  }
  releaseLock(): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    const error = new TypeError("The reader has been released.");
    for (const one of stream.waiting.splice(0)) one.reject(error);
    stream.reader = undefined;
    this.#stream = undefined;
  }
}

export class ReadableStream<T = unknown> {
  static {
    streamOf = (stream) => stream.#stream;
  }

  readonly #stream: Stream<T>;

  constructor(source: Source<T> = {}) {
    this.#stream = new Stream(source);
  }

  get locked(): boolean {
    return this.#stream.reader !== undefined;
  }
  async cancel(reason?: unknown): Promise<undefined> {
    if (this.locked) throw new TypeError("The stream has a reader.");
    return await this.#stream.cancel(reason);
  }
  getReader(): Reader<T> {
    return new Reader(this);
  }
  tee(): [ReadableStream<T>, ReadableStream<T>] {
    const reader = this.getReader();
    const controllers: Controller<T>[] = [];
    let pulling: Promise<void> | undefined;
    let canceled = 0;
    const pull = async (): Promise<void> => {
      const { done, value } = await reader.read();
      for (const controller of controllers) {
        if (done) controller.close();
        else controller.enqueue(value);
      }
      pulling = undefined;
    };
    const branch = (): ReadableStream<T> =>
      new ReadableStream<T>({
        start: (controller) => controllers.push(controller),
        pull: () => (pulling ??= pull()),
        cancel: async (reason) => {
          canceled += 1;
          if (canceled === 2) await reader.cancel(reason);
        },
      });
    return [branch(), branch()];
  }
  async *values({ preventCancel = false } = {}): AsyncGenerator<T, undefined> {
    const reader = this.getReader();
    let isDone = false;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        isDone = done;
        if (done) return;
        yield value;
      }
    } finally {
      if (!isDone && !preventCancel) await reader.cancel();
      reader.releaseLock();
    }
  }
  [Symbol.asyncIterator](): AsyncGenerator<T, undefined> {
    return this.values();
  }
  static from<T>(values: AsyncIterable<T> | Iterable<T>): ReadableStream<T> {
    const iterator = (async function* () {
      yield* values;
    })();
    return new ReadableStream<T>({
      pull: async (controller) => {
        const { done, value } = await iterator.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => void (await iterator.return(undefined)),
    });
  }
}

/** Whether anything of the stream was read, or it was cancelled. */
export function isDisturbed(stream: ReadableStream): boolean {
  return streamOf(stream).isDisturbed;
}

asInterface(ReadableStream);
