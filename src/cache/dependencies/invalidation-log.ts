import type { EntryMetadata } from "../levels/level.ts";
import type { Source } from "./graph-node.ts";

const MAX_NOTED = 20_000;

/**
 * What was invalidated while a load is under way, so that a value made from outdated ones is not
 * kept. Empty whenever no load is under way.
 */
export class InvalidationLog {
  readonly #noted = new Map<string, number>();
  #underWay = 0;
  #now = 0;
  /** Of invalidations before this, it is known only that there were too many to note. */
  #lost = 0;

  /** Returns the time for `outdated`. Every `begin` has its `end`. */
  begin(): number {
    this.#underWay += 1;
    return this.#now;
  }

  end(): void {
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#noted.clear();
  }

  note(sources: Iterable<Source>): void {
    if (this.#underWay === 0) return;
    this.#now += 1;
    for (const { kind, id } of sources) this.#noted.set(kind + id, this.#now);
    if (this.#noted.size > MAX_NOTED) {
      this.#noted.clear();
      this.#lost = this.#now;
    }
  }

  /** Whether any of what the entry was made from was invalidated after `since`. */
  outdated(since: number, metadata: EntryMetadata): boolean {
    if (since === this.#now) return false;
    if (since < this.#lost) return true;
    const after = (kind: string, ids: readonly string[]): boolean =>
      ids.some((id) => (this.#noted.get(kind + id) ?? 0) > since);
    return (
      after("key", metadata.dependsOn) ||
      after("tag", metadata.tags) ||
      after("event", metadata.events)
    );
  }
}
