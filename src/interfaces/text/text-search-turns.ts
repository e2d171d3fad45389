import type { SearchResult, TextMatch, TextSearch } from "../../text/index.ts";
import type { Clock, Timers } from "../../platform/clock.ts";
import { soon } from "../../platform/soon.ts";
import { type Ready, whenReady } from "../contract/ready.ts";
import type { InterfaceContext } from "../define.ts";
import type { ByteRange } from "../generated/host/types.ts";
import { SnapshotHandle } from "./text-snapshot-handle.ts";

export interface SearchTurns {
  readonly clock: Pick<Clock, "monotonic">;
  readonly timers: Timers;
}

/** How many milliseconds a search takes of the host's thread before other work has its turn. */
const TURN_MS = 4;

/** One search that has not ended in its first turn. */
interface Pending {
  readonly search: TextSearch;
  readonly context: SearchContext;
  readonly resolve: (found: TextMatch | undefined) => void;
  readonly reject: (error: unknown) => void;
}

type SearchContext = Pick<InterfaceContext<unknown, unknown>, "signal" | "worked">;

/**
 * The long searches of all plugins of a host. They take turns: in each turn of the event loop one of
 * them has TURN_MS.
 */
export class Searches {
  readonly #turns: SearchTurns;
  readonly #pending: Pending[] = [];

  constructor(turns: SearchTurns) {
    this.#turns = turns;
  }

  /** Runs the first turn at once. Returns a promise where the search needs more. */
  begin(search: TextSearch, context: SearchContext): Ready<TextMatch | undefined> {
    const { matches, done } = this.#run(search);
    if (matches.length > 0 || done) return matches[0];
    return new Promise((resolve, reject) => {
      this.#pending.push({ search, context, resolve, reject });
      if (this.#pending.length === 1) this.#later();
    });
  }

  #run(search: TextSearch): SearchResult {
    const { clock } = this.#turns;
    return search.run({ milliseconds: TURN_MS, clock: () => clock.monotonic(), matches: 1 });
  }

  #later(): void {
    soon(this.#turns.timers, () => this.#turn());
  }

  #turn(): void {
    const pending = this.#pending.shift()!;
    const { search, context, resolve, reject } = pending;
    try {
      if (context.signal.aborted) {
        // Nobody waits for the answer of an instance that has ended, and it failed at nothing.
        resolve(undefined);
      } else {
        const started = this.#turns.clock.monotonic();
        const { matches, done } = this.#run(search);
        if (matches.length > 0 || done) resolve(matches[0]);
        else this.#pending.push(pending);
        context.worked(Math.max(0, this.#turns.clock.monotonic() - started));
      }
    } catch (error) {
      reject(error);
    }
    if (this.#pending.length > 0) this.#later();
  }
}

/**
 * The class `snapshot` for one instance. A plugin chooses the text and what to look for, and a search
 * through 64 MiB may take a second. A search that ends in its first turn returns at once.
 */
export function searchingInTurns(
  searches: Searches,
  context: SearchContext,
): typeof SnapshotHandle {
  return class Snapshot extends SnapshotHandle {
    /** Documents make snapshots without knowing of instances. */
    static override [Symbol.hasInstance](value: unknown): boolean {
      return Object.prototype.isPrototypeOf.call(SnapshotHandle.prototype, value as object);
    }

    override find(needle: string, start: number): Ready<ByteRange | undefined> {
      const search = this.search(needle, start);
      if (search === undefined) return { start, end: start };
      return whenReady(searches.begin(search, context), (found) => this.inBytes(found));
    }
  };
}
