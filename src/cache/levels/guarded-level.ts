import type { CacheLevel, EntrySummary, LevelListener, StoredEntry } from "./level.ts";
import { Guard, type GuardOptions, type Guarded } from "./guard.ts";
import { PendingWrites } from "./pending-writes.ts";
import { isPromise } from "../promises.ts";
import { LevelCounts, type LevelStatistics } from "../statistics.ts";
import { TenonError } from "../../errors.ts";

/** More than this on their way and the level counts as too slow. */
const MAX_BUSY = 10_000;

/**
 * A level below the first, as the cache sees it: it never throws, its writes to one key happen in
 * order and are seen by its reads at once, and what went wrong is remembered.
 *
 * Off: nothing is read or written. The keys whose copies in the level are outdated by what it
 * missed are kept, and deleted before the level is used again.
 */
export class GuardedLevel implements Guarded {
  readonly name: string;
  readonly #level: CacheLevel;
  readonly #guard: Guard;
  readonly #busy = new PendingWrites();
  readonly counts: LevelCounts = new LevelCounts();
  #loaded = false;
  #asynchronous = false;

  constructor(level: CacheLevel, options: GuardOptions) {
    this.name = level.name;
    this.#level = level;
    this.#guard = new Guard(this, options);
  }

  /** Whether it answered with a promise so far. */
  get asynchronous(): boolean {
    return this.#asynchronous;
  }

  /** Whether what is in it from earlier runs has been told by `load`. */
  get knowsItsEntries(): boolean {
    return this.#loaded;
  }

  get canClear(): boolean {
    return this.#level.clear !== undefined;
  }

  connect(listener: LevelListener): void {
    this.#guard.attempt(() => this.#level.connect?.(listener));
  }

  /** Tells `record` of all that is in it; answers when that is done. */
  load(record: (entry: EntrySummary) => void): void | Promise<void> {
    const found = this.#guard.attempt(() => this.#level.entries?.());
    const take = (entries: Iterable<EntrySummary> | undefined): void => {
      if (entries === undefined) return;
      this.#guard.attempt(() => {
        for (const entry of entries) record(entry);
        this.#loaded = true;
      });
    };
    if (!isPromise(found)) return take(found);
    this.#asynchronous = true;
    return this.#guard.settle(found, take, nothing);
  }

  get(key: string): StoredEntry | undefined | Promise<StoredEntry | undefined> {
    if (!this.#guard.isOn()) return undefined;
    const outcome = this.#busy.outcome(key);
    if (outcome !== undefined) return outcome ?? undefined;
    const start = performance.now();
    const answer = this.#guard.attempt(() => this.#level.get(key));
    if (!isPromise(answer)) {
      this.counts.reads.add(performance.now() - start);
      return answer;
    }
    this.#asynchronous = true;
    return this.#guard.settle(
      answer,
      (entry) => {
        this.counts.reads.add(performance.now() - start);
        return entry;
      },
      () => undefined,
    );
  }

  set(key: string, entry: StoredEntry): void {
    this.counts.writes += 1;
    this.#write(key, entry);
  }

  delete(keys: readonly string[]): void {
    if (keys.length === 0) return;
    this.counts.deletes += keys.length;
    if (!this.#guard.isOn()) return this.#guard.outdated.note(keys);
    const many = this.#manyOf(keys);
    if (many.length < 2) {
      for (const key of keys) this.#write(key, null);
      return;
    }
    if (many !== keys) for (const key of keys) if (this.#busy.has(key)) this.#write(key, null);
    const done = this.#guard.attempt(() => this.#level.deleteMany!(many), many);
    if (isPromise(done)) this.#track(many, null, done);
  }

  /** Those that can be deleted in one go. */
  #manyOf(keys: readonly string[]): readonly string[] {
    if (this.#level.deleteMany === undefined) return [];
    return this.#busy.size === 0 ? keys : keys.filter((key) => !this.#busy.has(key));
  }

  clear(prefix: string): void {
    if (this.#level.clear === undefined) return;
    if (!this.#guard.isOn()) {
      this.#guard.outdated.noteAll();
      return;
    }
    const busy = [...this.#busy.keys()].filter((key) => key.startsWith(prefix));
    const done = this.#guard.attempt(() => this.#level.clear!(prefix));
    if (!this.#guard.isOnNow()) this.#guard.outdated.noteAll();
    if (!isPromise(done)) return;
    this.#guard.wait(this.#guard.settle(done, nothing, () => this.#guard.outdated.noteAll()));
    // What was on its way before may arrive after.
    for (const key of busy) this.#write(key, null);
  }

  refresh(): void {
    if (!this.#guard.isOn()) return;
    const done = this.#guard.attempt(() => this.#level.refresh?.());
    if (isPromise(done)) this.#guard.wait(this.#guard.settle(done, nothing, nothing));
  }

  /** Resolves when nothing is on its way any more. */
  async flush(): Promise<void> {
    await this.#guard.idle();
    if (!this.#guard.isOnNow()) return;
    const done = this.#guard.attempt(() => this.#level.flush?.());
    if (isPromise(done)) await this.#guard.settle(done, nothing, nothing);
  }

  async close(): Promise<void> {
    await this.flush();
    const done = this.#guard.attempt(() => this.#level.close?.());
    if (isPromise(done)) await this.#guard.settle(done, nothing, nothing);
  }

  statistics(): LevelStatistics {
    const on = this.#guard.isOnNow();
    const size = (on ? this.#guard.attempt(() => this.#level.size?.()) : undefined) ?? {
      entries: 0,
      bytes: 0,
    };
    return this.counts.read(this.name, size, on, this.#guard.failures);
  }

  #write(key: string, entry: StoredEntry | null): void {
    if (!this.#guard.isOn()) return this.#guard.outdated.note([key]);
    if (this.#busy.queue(key, entry)) return;
    const level = this.#level;
    const done = this.#guard.attempt(
      () => (entry === null ? level.delete(key) : level.set(key, entry)),
      [key],
    );
    if (isPromise(done)) this.#track([key], entry, done);
  }

  #track(keys: readonly string[], entry: StoredEntry | null, done: Promise<unknown>): void {
    this.#asynchronous = true;
    const epoch = this.#guard.epoch;
    this.#busy.begin(keys, entry);
    const after = (): void => {
      for (const key of keys) {
        if (epoch !== this.#guard.epoch) return;
        const next = this.#busy.end(key);
        if (next !== undefined) this.#write(key, next);
      }
    };
    this.#guard.wait(this.#guard.settle(done, after, nothing));
    if (this.#busy.size > MAX_BUSY) {
      this.#guard.fail(new TenonError("cache-level", `${this.name} is too slow for its writes`));
    }
  }

  /** For the guard. */
  abandon(): Iterable<string> {
    const keys = [...this.#busy.keys()];
    this.#busy.clear();
    return keys;
  }

  /** For the guard. */
  catchUp(all: boolean, keys: readonly string[]): void | Promise<void> {
    const level = this.#level;
    if (all) return level.clear!("");
    if (keys.length === 0) return undefined;
    if (level.deleteMany !== undefined) return level.deleteMany(keys);
    const waiting = keys.map((key) => level.delete(key)).filter(isPromise);
    return waiting.length === 0 ? undefined : Promise.all(waiting).then(nothing);
  }

  /** For the guard. */
  returned(all: boolean, keys: readonly string[]): void {
    if (all) this.clear("");
    else this.delete(keys);
  }
}

function nothing(): undefined {
  return undefined;
}
