import { type Checksum, crc32 } from "./crc32.ts";
import type {
  CacheLevel,
  EntryMetadata,
  EntrySummary,
  LevelListener,
  LevelSize,
  StoredEntry,
} from "./level.ts";
import type { ForeignChange, PairStore, StoredPair } from "./pair-store.ts";
import { callable, having, needed, type Rules, text } from "../../option-rules.ts";
import { checkLimited, LIMIT_RULES } from "./memory-level.ts";
import { openEntry, sealEntry } from "./seal.ts";
import { type LevelLimits, Sieve } from "../sieve.ts";

/** Options of `storeLevel`. */
export interface StoreLevelOptions extends LevelLimits {
  /** Where the level keeps its entries. */
  readonly store: PairStore;
  /** Default: "store". */
  readonly name?: string;
  /** What finds altered bytes. Default: CRC-32. */
  readonly checksum?: Checksum;
}

const RULES: Rules<StoreLevelOptions> = {
  ...LIMIT_RULES,
  store: needed(having("read", "write", "clear", "heads", "close")),
  name: text,
  checksum: callable,
};

type Changes = Map<string, StoredPair | undefined>;

/** Checksum and length of the payload: the payload of a head. */
const TRAILER = 8;
/** What an entry costs beside its payload, roughly. */
const OVERHEAD = 256;

/**
 * Level 3 in a database that answers later, as IndexedDB does. Each entry is sealed: one that comes
 * back torn, altered or under another key is not served. Writes that come while one is under way go
 * together in the next.
 */
export class StoreLevel implements CacheLevel {
  readonly name: string;
  readonly #store: PairStore;
  readonly #checksum: Checksum;
  /** What is known to be there, for the limits. Others may have added or taken some. */
  readonly #known: Sieve<undefined>;
  /** On their way to the store; undefined: to be deleted. */
  readonly #changes = new Map<string, StoredPair | undefined>();
  /** What the next write takes; none waits where it is undefined. */
  #batch: { readonly changes: Changes; readonly written: Promise<void> } | undefined;
  /** Resolves when all that was begun is done. */
  #tail: Promise<void> = Promise.resolve();
  #listener: LevelListener | undefined;

  constructor(options: StoreLevelOptions) {
    checkLimited("storeLevel", options, RULES);
    this.name = options.name ?? "store";
    this.#store = options.store;
    this.#checksum = options.checksum ?? crc32;
    this.#known = new Sieve<undefined>(options, (slot) => this.#evict(slot.key));
  }

  connect(listener: LevelListener): void {
    this.#listener = listener;
    this.#store.watch?.((change) => this.#foreign(change));
  }

  /** Returns the entry under a key, however old; undefined where there is none. */
  async get(key: string): Promise<StoredEntry | undefined> {
    const pending = this.#changes.get(key);
    if (pending !== undefined || this.#changes.has(key)) {
      return pending && this.#open(key, pending);
    }
    const pair = await this.#store.read(key);
    if (pair === undefined) return this.#lost(key, "evicted");
    const entry = this.#open(key, pair);
    if (entry === undefined) {
      void this.#change(key, undefined).catch(() => undefined);
      return this.#lost(key, "damaged");
    }
    if (this.#known.get(key) === undefined)
      this.#note(key, entry.metadata, entry.payload.byteLength);
    return entry;
  }

  async set(key: string, entry: StoredEntry): Promise<void> {
    const { metadata, payload } = entry;
    if (!this.#note(key, metadata, payload.byteLength)) {
      await this.#change(key, undefined);
      this.#listener?.left(key, "evicted");
      return;
    }
    const trailer = new Uint8Array(TRAILER);
    const view = new DataView(trailer.buffer);
    view.setUint32(0, this.#checksum(payload, 0), true);
    view.setUint32(4, payload.byteLength, true);
    const head = sealEntry(key, { metadata, payload: trailer }, this.#checksum);
    await this.#change(key, { head, payload });
  }

  /** Removes an entry, if it is there. */
  delete(key: string): Promise<void> {
    this.#known.remove(key);
    return this.#change(key, undefined);
  }

  async deleteMany(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.delete(key)));
  }

  async clear(prefix: string): Promise<void> {
    for (const key of this.#changes.keys()) {
      if (key.startsWith(prefix)) this.#changes.set(key, undefined);
    }
    for (const key of this.#knownUnder(prefix)) this.#known.remove(key);
    // What is set from now on goes after it.
    this.#batch = undefined;
    await this.#after(() => this.#store.clear(prefix));
  }

  async entries(): Promise<Iterable<EntrySummary>> {
    const found: EntrySummary[] = [];
    for (const [key, head] of await this.#store.heads()) {
      const opened = openEntry(key, head, this.#checksum);
      if (opened === undefined) {
        void this.#change(key, undefined).catch(() => undefined);
        continue;
      }
      const size = sizeOf(opened.payload);
      found.push({ key, metadata: opened.metadata, size });
      if (this.#known.peek(key) === undefined) this.#note(key, opened.metadata, size);
    }
    return found;
  }

  /** How much the level holds. */
  size(): LevelSize {
    return { entries: this.#known.entries, bytes: this.#known.bytes };
  }

  async flush(): Promise<void> {
    let tail: Promise<void>;
    do await (tail = this.#tail);
    while (tail !== this.#tail);
  }

  /** Closes the store. */
  async close(): Promise<void> {
    await this.flush();
    this.#store.close();
  }

  #note(key: string, metadata: EntryMetadata, bytes: number): boolean {
    return this.#known.put(key, undefined, metadata, bytes + key.length + OVERHEAD) !== undefined;
  }

  #evict(key: string): void {
    this.#listener?.left(key, "evicted");
    // Whatever fails here fails for the write that made room, too.
    this.#change(key, undefined).catch(() => undefined);
  }

  #lost(key: string, reason: "evicted" | "damaged"): undefined {
    if (this.#known.remove(key) !== undefined) this.#listener?.left(key, reason);
  }

  #open(key: string, { head, payload }: StoredPair): StoredEntry | undefined {
    const opened = openEntry(key, head, this.#checksum);
    if (opened?.payload.byteLength !== TRAILER) return undefined;
    const trailer = opened.payload;
    const view = new DataView(trailer.buffer, trailer.byteOffset, TRAILER);
    if (view.getUint32(4, true) !== payload.byteLength) return undefined;
    if (view.getUint32(0, true) !== this.#checksum(payload, 0)) return undefined;
    return { payload, metadata: opened.metadata };
  }

  /** Resolves when the change is in the store: with the write under way, it goes in the next one. */
  #change(key: string, pair: StoredPair | undefined): Promise<void> {
    this.#changes.set(key, pair);
    if (this.#batch === undefined) {
      const changes: Changes = new Map();
      this.#batch = { changes, written: this.#after(() => this.#write(changes)) };
    }
    this.#batch.changes.set(key, pair);
    return this.#batch.written;
  }

  async #write(changes: Changes): Promise<void> {
    if (this.#batch?.changes === changes) this.#batch = undefined;
    try {
      await this.#store.write([...changes].map(([key, pair]) => ({ key, pair })));
    } finally {
      for (const [key, pair] of changes) {
        if (this.#changes.get(key) === pair) this.#changes.delete(key);
      }
    }
  }

  /** One after the other. */
  #after(act: () => Promise<void>): Promise<void> {
    const before = this.#tail;
    const done = (async () => {
      await before;
      await act();
    })();
    this.#tail = quietly(done);
    return done;
  }

  *#knownUnder(prefix: string): Iterable<string> {
    for (const { key } of this.#known.slots()) if (key.startsWith(prefix)) yield key;
  }

  #foreign(change: ForeignChange): void {
    if (change.tag === "written") {
      const { key, head } = change;
      const opened = openEntry(key, head, this.#checksum);
      if (opened === undefined || !this.#note(key, opened.metadata, sizeOf(opened.payload))) return;
      this.#listener?.arrived(key, opened.metadata);
      return;
    }
    const keys = change.tag === "deleted" ? [change.key] : [...this.#knownUnder(change.prefix)];
    for (const key of keys) {
      this.#known.remove(key);
      this.#listener?.left(key, "foreign");
    }
  }
}

/** Makes a level that keeps entries in a `PairStore`, such as a database. */
export function storeLevel(options: StoreLevelOptions): StoreLevel {
  return new StoreLevel(options);
}

/** Resolves when it is settled. */
async function quietly(promise: Promise<void>): Promise<void> {
  try {
    await promise;
  } catch {
    // Who asked for it was told.
  }
}

function sizeOf(trailer: Uint8Array): number {
  return new DataView(trailer.buffer, trailer.byteOffset).getUint32(4, true);
}
