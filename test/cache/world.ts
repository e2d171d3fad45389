import type {
  CacheLevel,
  Clock,
  EntryMetadata,
  StoredEntry,
  Timers,
} from "../../src/cache/index.ts";

/// Time that goes when told to.
export class ManualTime implements Clock, Timers {
  #now = 1_700_000_000_000;
  #pending: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): Disposable {
    const timer = { at: this.#now + ms, callback };
    this.#pending.push(timer);
    return {
      [Symbol.dispose]: () => {
        this.#pending = this.#pending.filter((other) => other !== timer);
      },
    };
  }

  get pending(): number {
    return this.#pending.length;
  }

  /// Moves on and runs what is due, in order; lets promises settle in between.
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#pending
        .filter((timer) => timer.at <= end)
        .toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#pending = this.#pending.filter((timer) => timer !== due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
      await settled();
    }
    this.#now = end;
    await settled();
  }

  jump(ms: number): void {
    this.#now += ms;
  }
}

/// Resolves when what promises can do by themselves is done.
export async function settled(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve();
}

/// Numbers from 0 to 1 from a seed (mulberry32).
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/// A level as an application would bring it: three methods, all with promises, answered when told
/// to or at once; it fails when told to.
export class RemoteLevel implements CacheLevel {
  readonly name = "remote";
  readonly held = new Map<string, StoredEntry>();
  readonly calls: string[] = [];
  failing = false;
  /// Holds answers back until `release`.
  holding = false;
  #waiting: (() => void)[] = [];

  get(key: string): Promise<StoredEntry | undefined> {
    return this.#answer(`get ${key}`, () => this.held.get(key));
  }

  set(key: string, entry: StoredEntry): Promise<void> {
    return this.#answer(`set ${key}`, () => void this.held.set(key, entry));
  }

  delete(key: string): Promise<void> {
    return this.#answer(`delete ${key}`, () => void this.held.delete(key));
  }

  async release(): Promise<void> {
    this.holding = false;
    for (const go of this.#waiting.splice(0)) go();
    await settled();
  }

  async #answer<T>(call: string, act: () => T): Promise<T> {
    this.calls.push(call);
    if (this.holding) await new Promise<void>((go) => this.#waiting.push(go));
    if (this.failing) throw new Error("the remote is down");
    return act();
  }
}

export function metadata(more: Partial<EntryMetadata> = {}): EntryMetadata {
  return {
    created: 1_700_000_000_000,
    freshUntil: Infinity,
    staleUntil: Infinity,
    keepUntil: Infinity,
    absent: false,
    dependsOn: [],
    tags: [],
    events: [],
    run: "run",
    ...more,
  };
}
