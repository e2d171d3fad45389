import { callable, duration, having, needed, type Rules, whole } from "../../option-rules.ts";
import { checkCacheOptions, invalidOptions } from "../entry-options.ts";
import { type Clock, systemClock } from "../clock.ts";
import { crc32 } from "../levels/crc32.ts";
import type {
  CacheLevel,
  EntrySummary,
  LevelListener,
  LevelSize,
  StoredEntry,
} from "../levels/level.ts";
import type { PackFiles } from "./files.ts";
import { MAX_META } from "./record.ts";
import { Pack } from "./pack.ts";
import type { Slot } from "./slots.ts";
import { Writer } from "./writer.ts";

/** Options of `packLevel`. */
export interface PackLevelOptions {
  /** The folder that the level has to itself. */
  readonly files: PackFiles;
  /**
   * How much all files of the folder may take together, whoever wrote them. At least 1 MiB.
   * Default: 256 MiB.
   */
  readonly bytes?: number;
  /**
   * Size of one file; an entry takes at most half of one. At least 128 KiB and at most an eighth
   * of `bytes`. Default: a sixteenth.
   */
  readonly segmentBytes?: number;
  /**
   * How often reads look for what other processes wrote, in milliseconds. Infinity: the folder has
   * one user. Default: 100.
   */
  readonly lookEvery?: number;
  /** The time. Default: the system's. */
  readonly clock?: Clock;
  /** From 0 to less than 1. What guests can't foresee is best. Default: Math.random. */
  readonly random?: () => number;
}

const RULES: Rules<PackLevelOptions> = {
  files: needed(having("isAlive", "list", "create", "open", "rename", "remove")),
  bytes: whole(1 << 20, Number.MAX_SAFE_INTEGER, "1 MiB or more"),
  segmentBytes: whole(1 << 17, Number.MAX_SAFE_INTEGER, "128 KiB or more"),
  lookEvery: duration,
  clock: having("now"),
  random: callable,
};

/**
 * Level 3 in files: an append-only pack with its index in memory. A write that returned survives
 * the end of the process at any time. Nothing torn, altered or foreign is served. Several
 * processes may share the folder; each sees what the others wrote within `lookEvery`.
 */
export class PackLevel implements CacheLevel {
  readonly name = "pack";
  readonly #pack: Pack;
  readonly #lookEvery: number;
  readonly #maxRecord: number;
  #listener: LevelListener | undefined;
  #lookedAt = -Infinity;

  constructor(options: PackLevelOptions) {
    checkCacheOptions("packLevel", options, RULES);
    const { files, bytes = 256 << 20, lookEvery = 100 } = options;
    const segmentBytes = options.segmentBytes ?? Math.max(1 << 17, Math.floor(bytes / 16));
    if (segmentBytes > bytes / 8) {
      throw invalidOptions("packLevel: segmentBytes is at most an eighth of bytes");
    }
    this.#lookEvery = lookEvery;
    this.#maxRecord = Math.floor(segmentBytes / 2) - 256;
    this.#pack = new Pack({
      files,
      checksum: files.checksum ?? crc32,
      bytes,
      segmentBytes,
      isShared: lookEvery !== Infinity,
      clock: options.clock ?? systemClock,
      random: options.random ?? Math.random,
      listener: () => this.#listener,
    });
  }

  connect(listener: LevelListener): void {
    this.#listener = listener;
  }

  /** Returns the entry under a key, however old; undefined where there is none. */
  get(key: string): StoredEntry | undefined {
    this.#pack.open();
    if (this.#lookEvery !== Infinity && this.#isLookDue()) this.refresh();
    this.#pack.deliver();
    const slot = this.#pack.slots.get(key);
    return slot === undefined ? undefined : this.#read(slot);
  }

  set(key: string, entry: StoredEntry): void {
    const { metadata, payload } = entry;
    this.#pack.open();
    const size = Writer.putSize(key, metadata, payload);
    if (size > this.#maxRecord || size - payload.byteLength > MAX_META) {
      this.delete(key);
      this.#listener?.left(key, "evicted");
      return;
    }
    try {
      this.#pack.put(key, metadata, payload);
    } catch (error) {
      const slot = this.#pack.slots.get(key);
      if (slot !== undefined) this.#deleteInPlace([slot]);
      throw error;
    }
    this.#pack.deliver();
  }

  /** Removes an entry, if it is there. */
  delete(key: string): void {
    this.deleteMany([key]);
  }

  deleteMany(keys: readonly string[]): void {
    const { slots } = this.#pack;
    this.#pack.open();
    // What another process wrote before it told of it must go, too.
    if (this.#lookEvery !== Infinity) this.refresh();
    const held: Slot[] = [];
    for (const key of keys) {
      const slot = slots.get(key);
      if (slot?.metadata !== undefined) held.push(slot);
    }
    if (held.length === 0) return;
    try {
      this.#pack.bury(held);
    } catch (error) {
      this.#deleteInPlace(held);
      throw error;
    }
  }

  clear(prefix: string): void {
    this.#pack.open();
    if (this.#lookEvery !== Infinity) this.refresh();
    const keys: string[] = [];
    for (const { key, metadata } of this.#pack.slots.values()) {
      if (metadata !== undefined && key.startsWith(prefix)) keys.push(key);
    }
    this.deleteMany(keys);
  }

  *entries(): Iterable<EntrySummary> {
    this.#pack.open();
    for (const { key, metadata, head } of this.#pack.slots.values()) {
      if (metadata !== undefined) yield { key, metadata, size: head.payloadLength };
    }
  }

  refresh(): void {
    this.#pack.open();
    this.#lookedAt = this.#pack.now;
    this.#pack.look();
    this.#pack.deliver();
  }

  /** How much the level holds. */
  size(): LevelSize {
    this.#pack.open();
    return { entries: this.#pack.slots.entries, bytes: this.#pack.slots.bytes };
  }

  flush(): void {
    this.#pack.mine?.file.sync();
  }

  /** Closes the files. */
  close(): void {
    this.#pack.close();
  }

  #isLookDue(): boolean {
    const now = this.#pack.now;
    return now >= this.#lookedAt + this.#lookEvery || now < this.#lookedAt;
  }

  #read(slot: Slot): StoredEntry | undefined {
    const { metadata, key } = slot;
    if (metadata === undefined) return undefined;
    slot.visited = true;
    const payload = this.#pack.payload(slot);
    if (payload !== undefined) return { payload, metadata };
    this.#pack.slots.void(slot);
    this.#listener?.left(key, "damaged");
    return undefined;
  }

  /**
   * The way out where nothing can be appended any more: it needs no room, but the medium must be
   * writable.
   */
  #deleteInPlace(slots: readonly Slot[]): void {
    try {
      for (const slot of slots) {
        if (slot.metadata === undefined) continue;
        this.#pack.writer.void(slot);
        this.#pack.slots.void(slot);
      }
    } catch (cause) {
      this.#listener?.alarm(
        "what was deleted can't be noted on the disk: the next process may serve it",
        cause,
      );
    }
  }
}

/** Makes a level that keeps entries in large files, in a folder of its own. */
export function packLevel(options: PackLevelOptions): PackLevel {
  return new PackLevel(options);
}
