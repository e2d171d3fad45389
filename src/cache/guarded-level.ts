import type { Announcer } from "./events.ts";
import type { Clock, Timers } from "./clock.ts";
import type { CacheLevel, EntrySummary, LevelListener, StoredEntry } from "./level.ts";
import { LatencyCounter, type LevelStatistics } from "./statistics.ts";
import { TenonError } from "../errors.ts";

export interface GuardOptions {
  readonly clock: Clock;
  readonly timers: Timers | undefined;
  readonly announcer: Announcer;
  /// How long a level that failed is left alone, in milliseconds.
  readonly retryAfter: number;
  /// How long an asynchronous level may take over a read or a write, in milliseconds.
  readonly timeout: number;
}

/// A write on its way to an asynchronous level. `next` comes after it; undefined: nothing does.
interface Write {
  readonly entry: StoredEntry | null;
  next: StoredEntry | null | undefined;
}

type State =
  | { readonly tag: "on" }
  | { readonly tag: "off"; readonly until: number }
  | { readonly tag: "returning" };

/// More than this and all of the level counts as outdated, or as too slow.
const MAX_OUTDATED = 10_000;
const MAX_BUSY = 10_000;

/// A level below the first, as the cache sees it: it never throws, its writes to one key happen in
/// order and are seen by its reads at once, and what went wrong is remembered.
///
/// Off: nothing is read or written. The keys whose copies in the level are outdated by what it
/// missed are kept, and deleted before the level is used again.
export class GuardedLevel {
  readonly name: string;
  readonly #level: CacheLevel;
  readonly #options: GuardOptions;
  readonly #busy = new Map<string, Write>();
  readonly #waiting = new Set<Promise<unknown>>();
  readonly #outdated = new Set<string>();
  readonly #reads = new LatencyCounter();
  #allOutdated = false;
  #loaded = false;
  #state: State = { tag: "on" };
  /// Counts the times it was turned off, so that answers from before are known as such.
  #epoch = 0;
  #asynchronous = false;
  #writes = 0;
  #deletes = 0;
  #failures = 0;
  hits = 0;
  misses = 0;
  promotions = 0;
  evictions = 0;
  damaged = 0;

  constructor(level: CacheLevel, options: GuardOptions) {
    this.name = level.name;
    this.#level = level;
    this.#options = options;
  }

  /// Whether it answered with a promise so far.
  get asynchronous(): boolean {
    return this.#asynchronous;
  }

  /// Whether what is in it from earlier runs has been told by `load`.
  get knowsItsEntries(): boolean {
    return this.#loaded;
  }

  get canClear(): boolean {
    return this.#level.clear !== undefined;
  }

  connect(listener: LevelListener): void {
    this.#attempt(() => this.#level.connect?.(listener));
  }

  /// Tells `record` of all that is in it; answers when that is done.
  load(record: (entry: EntrySummary) => void): void | Promise<void> {
    const found = this.#attempt(() => this.#level.entries?.());
    const take = (entries: Iterable<EntrySummary> | undefined): void => {
      if (entries === undefined) return;
      this.#attempt(() => {
        for (const entry of entries) record(entry);
        this.#loaded = true;
      });
    };
    if (!isPromise(found)) return take(found);
    this.#asynchronous = true;
    return this.#settle(found, take, () => undefined);
  }

  get(key: string): StoredEntry | undefined | Promise<StoredEntry | undefined> {
    if (!this.#isOn()) return undefined;
    const write = this.#busy.get(key);
    if (write !== undefined) {
      return (write.next === undefined ? write.entry : write.next) ?? undefined;
    }
    const start = performance.now();
    const answer = this.#attempt(() => this.#level.get(key));
    if (!isPromise(answer)) {
      this.#reads.add(performance.now() - start);
      return answer;
    }
    this.#asynchronous = true;
    return this.#settle(
      answer,
      (entry) => {
        this.#reads.add(performance.now() - start);
        return entry;
      },
      () => undefined,
    );
  }

  set(key: string, entry: StoredEntry): void {
    this.#writes += 1;
    this.#write(key, entry);
  }

  delete(keys: readonly string[]): void {
    if (keys.length === 0) return;
    this.#deletes += keys.length;
    if (!this.#isOn()) return this.#outdate(keys);
    const many = this.#manyOf(keys);
    if (many.length < 2) {
      for (const key of keys) this.#write(key, null);
      return;
    }
    if (many !== keys) for (const key of keys) if (this.#busy.has(key)) this.#write(key, null);
    const done = this.#attempt(() => this.#level.deleteMany!(many), many);
    if (isPromise(done)) this.#track(many, null, done);
  }

  /// Those that can be deleted in one go.
  #manyOf(keys: readonly string[]): readonly string[] {
    if (this.#level.deleteMany === undefined) return [];
    return this.#busy.size === 0 ? keys : keys.filter((key) => !this.#busy.has(key));
  }

  clear(prefix: string): void {
    if (this.#level.clear === undefined) return;
    if (!this.#isOn()) {
      this.#allOutdated = true;
      return;
    }
    const busy = [...this.#busy.keys()].filter((key) => key.startsWith(prefix));
    const done = this.#attempt(() => this.#level.clear!(prefix));
    if (this.#state.tag !== "on") this.#allOutdated = true;
    if (!isPromise(done)) return;
    this.#wait(
      this.#settle(
        done,
        () => undefined,
        () => (this.#allOutdated = true),
      ),
    );
    // What was on its way before may arrive after.
    for (const key of busy) this.#write(key, null);
  }

  refresh(): void {
    if (!this.#isOn()) return;
    const done = this.#attempt(() => this.#level.refresh?.());
    if (isPromise(done))
      this.#wait(
        this.#settle(
          done,
          () => undefined,
          () => undefined,
        ),
      );
  }

  /// Resolves when nothing is on its way any more.
  async flush(): Promise<void> {
    while (this.#waiting.size > 0) await Promise.all(this.#waiting);
    if (this.#state.tag !== "on") return;
    const done = this.#attempt(() => this.#level.flush?.());
    if (isPromise(done))
      await this.#settle(
        done,
        () => undefined,
        () => undefined,
      );
  }

  async close(): Promise<void> {
    await this.flush();
    const done = this.#attempt(() => this.#level.close?.());
    if (isPromise(done))
      await this.#settle(
        done,
        () => undefined,
        () => undefined,
      );
  }

  statistics(): LevelStatistics {
    const on = this.#state.tag === "on";
    const size = (on ? this.#attempt(() => this.#level.size?.()) : undefined) ?? {
      entries: 0,
      bytes: 0,
    };
    return {
      name: this.name,
      entries: size.entries,
      bytes: size.bytes,
      hits: this.hits,
      misses: this.misses,
      promotions: this.promotions,
      evictions: this.evictions,
      writes: this.#writes,
      deletes: this.#deletes,
      damaged: this.damaged,
      failures: this.#failures,
      on,
      reads: this.#reads.read(),
    };
  }

  #write(key: string, entry: StoredEntry | null): void {
    if (!this.#isOn()) return this.#outdate([key]);
    const running = this.#busy.get(key);
    if (running !== undefined) {
      running.next = entry;
      return;
    }
    const level = this.#level;
    const done = this.#attempt(
      () => (entry === null ? level.delete(key) : level.set(key, entry)),
      [key],
    );
    if (isPromise(done)) this.#track([key], entry, done);
  }

  #track(keys: readonly string[], entry: StoredEntry | null, done: Promise<unknown>): void {
    this.#asynchronous = true;
    const epoch = this.#epoch;
    const writes = keys.map((key): [string, Write] => [key, { entry, next: undefined }]);
    for (const [key, write] of writes) this.#busy.set(key, write);
    const after = (): void => {
      for (const [key, write] of writes) {
        if (epoch !== this.#epoch) return;
        this.#busy.delete(key);
        if (write.next !== undefined) this.#write(key, write.next);
      }
    };
    this.#wait(this.#settle(done, after, () => undefined));
    if (this.#busy.size > MAX_BUSY) {
      this.#fail(new TenonError("cache-level", `${this.name} is too slow for its writes`));
    }
  }

  #wait(done: Promise<unknown>): void {
    const waiting = done.then(() => {
      this.#waiting.delete(waiting);
    });
    this.#waiting.add(waiting);
  }

  /// `outdated`: keys whose copies in the level are outdated if this fails.
  #attempt<Result>(call: () => Result, outdated: readonly string[] = []): Result | undefined {
    try {
      return call();
    } catch (error) {
      this.#outdate(outdated);
      this.#fail(error);
      return undefined;
    }
  }

  /// Never rejects.
  async #settle<Answer, Result>(
    answer: Promise<Answer>,
    done: (answer: Answer) => Result,
    failed: () => Result,
  ): Promise<Result> {
    const epoch = this.#epoch;
    try {
      return done(await this.#inTime(answer));
    } catch (error) {
      if (epoch === this.#epoch) this.#fail(error);
      return failed();
    }
  }

  #inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const { timers, timeout } = this.#options;
    if (timers === undefined) return answer;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const late = new TenonError("cache-timeout", `${this.name} took longer than ${timeout} ms`);
    const timer = timers.after(timeout, () => reject(late));
    const settle = async (): Promise<void> => {
      try {
        resolve(await answer);
      } catch (error) {
        reject(error);
      }
      timer[Symbol.dispose]();
    };
    void settle();
    return promise;
  }

  #outdate(keys: Iterable<string>): void {
    for (const key of keys) this.#outdated.add(key);
    if (this.#outdated.size > MAX_OUTDATED) {
      this.#outdated.clear();
      this.#allOutdated = true;
    }
  }

  #fail(error: unknown): void {
    this.#failures += 1;
    const { clock, retryAfter, announcer } = this.#options;
    const until = clock.now() + retryAfter;
    this.#outdate(this.#busy.keys());
    this.#busy.clear();
    this.#epoch += 1;
    const wasOn = this.#state.tag !== "off";
    this.#state = { tag: "off", until };
    if (wasOn) announcer.tell("level-off", { level: this.name, error, until });
  }

  #isOn(): boolean {
    if (this.#state.tag === "on") return true;
    if (this.#state.tag === "off" && this.#options.clock.now() >= this.#state.until) this.#return();
    // `#return` may have turned it on.
    return (this.#state as State).tag === "on";
  }

  #return(): void {
    const { retryAfter, clock } = this.#options;
    if (this.#allOutdated && this.#level.clear === undefined) {
      this.#state = { tag: "off", until: clock.now() + retryAfter };
      return;
    }
    this.#state = { tag: "returning" };
    const all = this.#allOutdated;
    const keys = [...this.#outdated];
    this.#allOutdated = false;
    this.#outdated.clear();
    const failed = (): void => {
      this.#allOutdated ||= all;
      this.#outdate(keys);
    };
    const done = this.#attempt(() => this.#catchUp(all, keys));
    if (isPromise(done)) this.#wait(this.#settle(done, () => this.#turnOn(), failed));
    else if (this.#state.tag === "returning") this.#turnOn();
    else failed();
  }

  #turnOn(): void {
    if (this.#state.tag !== "returning") return;
    this.#state = { tag: "on" };
    this.#options.announcer.tell("level-on", { level: this.name });
    // What it missed while it returned.
    const keys = [...this.#outdated];
    const all = this.#allOutdated;
    this.#outdated.clear();
    this.#allOutdated = false;
    if (all) this.clear("");
    else if (keys.length > 0) this.delete(keys);
  }

  #catchUp(all: boolean, keys: readonly string[]): void | Promise<void> {
    const level = this.#level;
    if (all) return level.clear!("");
    if (keys.length === 0) return undefined;
    if (level.deleteMany !== undefined) return level.deleteMany(keys);
    const waiting = keys.map((key) => level.delete(key)).filter(isPromise);
    return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
  }
}

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === "function";
}
