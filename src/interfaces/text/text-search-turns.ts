import type { TextMatch, TextSearch } from "../../text/index.ts";
import type { Clock, Timers } from "../../platform/clock.ts";
import { soon } from "../../platform/soon.ts";
import type { Ready } from "../contract/ready.ts";
import type { InterfaceContext } from "../define.ts";
import type { ByteRange } from "../generated/host/types.ts";
import { SnapshotHandle } from "./text-snapshot-handle.ts";

export interface SearchTurns {
  readonly clock: Pick<Clock, "monotonic">;
  readonly timers: Timers;
}

/** How many milliseconds a search takes of the host's thread before other work has its turn. */
const TURN_MS = 4;

/**
 * The class `snapshot` for one instance. A plugin chooses the text and what to look for, and a search
 * through 64 MiB may take a second: the search takes turns of TURN_MS. A search that ends in its
 * first turn returns at once. It ends with the instance.
 */
export function searchingInTurns(
  { clock, timers }: SearchTurns,
  context: Pick<InterfaceContext<unknown, unknown>, "signal" | "worked">,
): typeof SnapshotHandle {
  const budget = { milliseconds: TURN_MS, clock: () => clock.monotonic(), matches: 1 };
  const rest = async (search: TextSearch): Promise<TextMatch | undefined> => {
    const { signal } = context;
    for (;;) {
      await new Promise<void>((resolve) => soon(timers, resolve));
      // No one waits for the answer of an instance that has ended.
      signal.throwIfAborted();
      const started = clock.monotonic();
      const { matches, done } = search.run(budget);
      context.worked(Math.max(0, clock.monotonic() - started));
      if (matches.length > 0 || done) return matches[0];
    }
  };
  return class Snapshot extends SnapshotHandle {
    /** Documents make snapshots without knowing of instances. */
    static override [Symbol.hasInstance](value: unknown): boolean {
      return Object.prototype.isPrototypeOf.call(SnapshotHandle.prototype, value as object);
    }

    override find(needle: string, start: number): Ready<ByteRange | undefined> {
      const search = this.search(needle, start);
      if (search === undefined) return { start, end: start };
      const { matches, done } = search.run(budget);
      if (matches.length > 0 || done) return this.inBytes(matches[0]);
      return rest(search).then((found) => this.inBytes(found));
    }
  };
}
