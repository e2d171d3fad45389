import type { AuditEntry, AuditTrail } from "./audit.ts";

/** Refusals of one plugin within a second that get an entry each. */
const maxPerSecond = 100;

interface Flood {
  /** When the second began, by the host's clock. */
  since: number;
  written: number;
  /** How many refusals are not written yet, and the last of them. */
  counted: number;
  last: AuditEntry | undefined;
}

/**
 * Writes refused calls so that a plugin that is refused in a loop can neither fill a disk nor push
 * other entries out of the trail. Up to `maxPerSecond` refusals a second get an entry each. Further
 * ones are counted: one entry stands for many, written each time the count has doubled and when the
 * second is over.
 */
export class Refusals {
  readonly #audit: AuditTrail;
  readonly #floods: Map<string, Flood> = new Map();

  constructor(audit: AuditTrail) {
    this.#audit = audit;
  }

  write(entry: AuditEntry): void {
    let flood = this.#floods.get(entry.plugin);
    // A clock that jumps back starts a new second too.
    if (!flood || entry.at >= flood.since + 1_000 || entry.at < flood.since) {
      this.settle(entry.plugin);
      flood = { since: entry.at, written: 0, counted: 0, last: undefined };
      this.#floods.set(entry.plugin, flood);
    }
    if (flood.written < maxPerSecond) {
      flood.written += 1;
      this.#audit.write(entry);
      return;
    }
    flood.counted += 1;
    flood.last = entry;
    if (flood.counted >= flood.written) this.#writeCounted(flood);
  }

  /** Writes what was only counted so far of a plugin. */
  settle(plugin: string): void {
    const flood = this.#floods.get(plugin);
    if (flood) this.#writeCounted(flood);
    this.#floods.delete(plugin);
  }

  #writeCounted(flood: Flood): void {
    if (!flood.last) return;
    this.#audit.write({ ...flood.last, count: flood.counted });
    flood.written += flood.counted;
    flood.counted = 0;
    flood.last = undefined;
  }
}
