import type { FileEntry } from "../../platform/files.ts";
import type { HostTurn } from "../contract/host-turn.ts";
import { compareSegments, wrongWithSegment } from "./workspace-path.ts";

/** How many entries are sorted at once: a millisecond. */
const RUN = 1_000;

/**
 * The entries of one folder in order of their names. Names that can't be part of a plugin's path are left
 * out. A folder may have 100,000, so they are sorted piece by piece, and merged as they are read.
 */
export async function inOrder(
  list: readonly FileEntry[],
  turn: HostTurn,
): Promise<Iterable<FileEntry>> {
  const runs: (readonly FileEntry[])[] = [];
  for (let from = 0; from < list.length; from += RUN) {
    const run = list.slice(from, from + RUN);
    runs.push(run.filter(({ name }) => wrongWithSegment(name) === undefined).sort(byName));
    await turn.rests();
  }
  return merged(runs);
}

function* merged(runs: readonly (readonly FileEntry[])[]): Iterable<FileEntry> {
  const next = runs.map(() => 0);
  for (;;) {
    let first = -1;
    let least: FileEntry | undefined;
    for (const [nth, run] of runs.entries()) {
      const entry = run[next[nth]!];
      if (entry === undefined || (least !== undefined && byName(least, entry) <= 0)) continue;
      [first, least] = [nth, entry];
    }
    if (least === undefined) return;
    next[first]!++;
    yield least;
  }
}

function byName(one: FileEntry, other: FileEntry): number {
  return compareSegments(one.name, other.name);
}
