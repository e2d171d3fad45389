import type { ChangeSet } from "./change-set.ts";
import { RecentList } from "./recent-list.ts";

/** What a log holds at most. Default: no limit. The oldest changes are dropped first. */
export interface LogLimits {
  readonly changes?: number;
  readonly edits?: number;
  /** The sum of the sizes that changes were pushed with. */
  readonly size?: number;
}

interface Logged {
  readonly changes: ChangeSet;
  readonly size: number;
}

/** The latest changes of a text, in order: any run of them can be asked for as one change. */
export class ChangeLog {
  readonly #limits: Required<LogLimits>;
  readonly #log: RecentList<Logged> = new RecentList();
  #edits = 0;
  #size = 0;

  constructor({ changes = Infinity, edits = Infinity, size = Infinity }: LogLimits) {
    this.#limits = { changes, edits, size };
  }

  push(changes: ChangeSet, size: number): void {
    this.#log.push({ changes, size });
    this.#edits += changes.edits.length;
    this.#size += size;
    this.#trim();
  }

  /**
   * The last `count` changes except for the last `without` of them, as one change. Undefined where
   * some of them are not known any more. `count` is greater than `without`.
   */
  last(count: number, without = 0): ChangeSet | undefined {
    const { length } = this.#log;
    if (count > length) return undefined;
    return composed(this.#log, length - count, length - without);
  }

  #trim(): void {
    const { changes, edits, size } = this.#limits;
    while (this.#log.length > changes || this.#edits > edits || this.#size > size) {
      const oldest = this.#log.dropOldest();
      this.#edits -= oldest.changes.edits.length;
      this.#size -= oldest.size;
    }
  }
}

/**
 * Composes by halves, so that many small changes are not each composed with everything before them.
 */
function composed(log: RecentList<Logged>, from: number, to: number): ChangeSet {
  if (to - from === 1) return log.at(from).changes;
  const middle = (from + to) >> 1;
  return composed(log, from, middle).compose(composed(log, middle, to));
}
