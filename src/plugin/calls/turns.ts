/**
 * The result of a turn. `again`: calls that must be made again; they come next. `last` settles the
 * last call, once the turn is over, so that its caller finds it over.
 */
export interface Served<Call> {
  readonly again: readonly Call[];
  last(): void;
}

type Waiting<Call> =
  | { readonly tag: "call"; readonly call: Call }
  | { readonly tag: "task"; readonly run: () => Promise<() => void> };

/**
 * Gives tasks and calls their turns, in the order in which they came, so that a guest is not
 * entered twice at once. A task has a turn of its own; one turn may serve several calls that follow
 * each other.
 */
export class Turns<Call> {
  readonly #serve: (take: () => Call | undefined) => Promise<Served<Call>>;
  #queue: Waiting<Call>[] = [];
  #next = 0;
  #busy = false;

  /**
   * `serve` takes at least one call, and never rejects. `take` returns undefined where the next is
   * not a call.
   */
  constructor(serve: (take: () => Call | undefined) => Promise<Served<Call>>) {
    this.#serve = serve;
  }

  get idle(): boolean {
    return !this.#busy;
  }

  call(call: Call): void {
    this.#queue.push({ tag: "call", call });
    if (!this.#busy) void this.#work();
  }

  /** Rejects with what the task throws. */
  task<Value>(task: () => Value | Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const run = async (): Promise<() => void> => {
        try {
          const value = await task();
          return () => resolve(value);
        } catch (error) {
          return () => reject(error as Error);
        }
      };
      this.#queue.push({ tag: "task", run });
      if (!this.#busy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (;;) {
      const last = await this.#turn();
      this.#busy = this.#next < this.#queue.length;
      if (!this.#busy) {
        this.#queue.length = this.#next = 0;
        last();
        return;
      }
      last();
    }
  }

  async #turn(): Promise<() => void> {
    const first = this.#queue[this.#next]!;
    if (first.tag === "task") {
      this.#step();
      return first.run();
    }
    const { again, last } = await this.#serve(() => this.#take());
    if (again.length > 0) {
      const calls = again.map((call) => ({ tag: "call", call }) as const);
      this.#queue = [...calls, ...this.#queue.slice(this.#next)];
      this.#next = 0;
    }
    return last;
  }

  #take(): Call | undefined {
    const next = this.#queue[this.#next];
    if (next?.tag !== "call") return undefined;
    this.#step();
    return next.call;
  }

  #step(): void {
    this.#next++;
    if (this.#next < 1024) return;
    this.#queue.splice(0, this.#next);
    this.#next = 0;
  }
}
