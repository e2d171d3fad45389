import type { CacheLevel, EntryMetadata, StoredEntry } from "../../src/cache/index.ts";
import { settled } from "../manual-time.ts";

/**
 * A level as an application would bring it: three methods, all with promises, answered when told
 * to or at once; it fails when told to.
 */
export class RemoteLevel implements CacheLevel {
  readonly name = "remote";
  readonly held = new Map<string, StoredEntry>();
  readonly calls: string[] = [];
  failing = false;
  /** Holds answers back until `release`. */
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
