import { TextBuffer } from "../../../src/text/index.ts";
import { randomFrom } from "../../text/random.ts";
import type { BenchOptions, BenchRow } from "../row.ts";
import { inTurns, median, own, retained, rowOf, timed } from "./text-measure.ts";
import { aceDocument, codeMirror, jumprope, ours, slicing, vsCode } from "./text-peers.ts";
import type { Document, Peer } from "./text-peers.ts";
import { recorded, synthetic } from "./text-sessions.ts";
import type { Session } from "./text-sessions.ts";

const trees = [ours, codeMirror, vsCode];
const megabytes10 = 231_600;

export async function rows(options: BenchOptions): Promise<readonly BenchRow[]> {
  const sessions = options.traces === undefined ? [synthetic()] : recorded(options.traces);
  return [...replays(sessions), ...inLargeText(), ...extremes(), ...builds()];
}

/// About 10 MB of lines of 43 characters, in one flat string; every call makes another.
function largeText(lines = megabytes10): string {
  const random = randomFrom(10);
  const words = ["let value", " = other(", "argument, ", "more) +", " tail", "; // why"];
  const parts: string[] = [];
  for (let i = 0; i < lines; i++) {
    let line = "";
    while (line.length < 34 + random(10)) line += words[random(words.length)]!;
    parts.push(line);
  }
  return parts.join("\n");
}

function replays(sessions: readonly Session[]): BenchRow[] {
  const all: BenchRow[] = [];
  const quick = [ours, jumprope];
  const slow = [codeMirror, vsCode, aceDocument, slicing];
  // A short session first, so that every loop is compiled as a whole, its end included.
  const short = synthetic(300);
  for (const peer of [...quick, ...slow]) for (let i = 0; i < 60; i++) replayed(peer, short);
  for (const session of sessions) {
    for (const peer of quick) for (let i = 0; i < 8; i++) replayed(peer, session);
    for (const peer of slow) replayed(peer, session);
    const contest = (peers: readonly Peer[]): Record<string, () => number> =>
      Object.fromEntries(peers.map((peer) => [peer.name, () => replayed(peer, session)]));
    const figures = { ...inTurns(25, contest(quick)), ...inTurns(3, contest(slow)) };
    all.push(rowOf(`text: replay ${session.name}`, "ms", figures, "jumprope"));
  }
  const mean = (name: string): number =>
    Math.exp(
      all.reduce((total, row) => total + Math.log(row.peers[name] ?? row.ours), 0) / all.length,
    );
  const names = [own, ...quick.slice(1).map((peer) => peer.name), ...slow.map((peer) => peer.name)];
  const means = Object.fromEntries(names.map((name) => [name, mean(name)]));
  return [...all, rowOf("text: replay, geometric mean", "ms", means, "jumprope", 0.15)];
}

function replayed(peer: Peer, session: Session): number {
  let same = false;
  // Comparing makes the text at the end a string in one piece, for all alike.
  const time = timed(() => (same = peer.replay(session) === session.end));
  if (!same) throw new Error(`${peer.name} replays ${session.name} wrongly`);
  return time;
}

function inLargeText(): BenchRow[] {
  const peers = [ours, codeMirror, vsCode, jumprope];
  const documents = peers.map((peer) => ({ peer, document: peer.build(largeText()) }));
  const { length } = largeText();
  const found: BenchRow[] = [];

  // 5 × 20,000 insertions and as many deletions at random; then all have the same text.
  const act = (kind: string, one: (document: Document, at: number) => void): void => {
    const seeds = new Map<string, number>();
    const figures = inTurns(
      5,
      Object.fromEntries(
        documents.map(({ peer, document }) => [
          peer.name,
          () => {
            const seed = (seeds.get(peer.name) ?? 0) + 1;
            seeds.set(peer.name, seed);
            const random = randomFrom(seed);
            const places = Array.from({ length: 20_000 }, () => random(length - 100));
            return timed(() => places.forEach((at) => one(document, at))) / 20;
          },
        ]),
      ),
    );
    const slow = slowly(kind, one, [slicing, aceDocument]);
    found.push(rowOf(`text: random ${kind}, 10 MB`, "µs", { ...figures, ...slow }, "best", 1));
  };
  act("insert", (document, at) => document.insert(at, "x"));
  act("delete", (document, at) => document.delete(at, at + 1));
  const texts = documents.map(({ document }) => document.text());
  if (texts.some((text) => text !== texts[0])) throw new Error("random edits differ");

  found.push(...reads(documents, length));
  return found;
}

/// The peers that take milliseconds an edit have fewer to do.
function slowly(
  kind: string,
  one: (document: Document, at: number) => void,
  peers: readonly Peer[],
): Record<string, number> {
  const text = largeText();
  const figures: Record<string, number> = {};
  for (const peer of peers) {
    const document = peer.build(text);
    const random = randomFrom(1);
    const times: number[] = [];
    for (let i = 0; i < 15; i++) {
      const at = random(text.length - 100);
      // Reading one unit makes a plain string do the work that it had put off.
      times.push(
        timed(() => (one(document, at), peer === slicing && document.text().charCodeAt(at))),
      );
    }
    if (Math.abs(document.text().length - text.length) !== 15)
      throw new Error(`${kind} went wrong`);
    figures[peer.name] = median(times) * 1000;
  }
  return figures;
}

function reads(
  documents: readonly { peer: Peer; document: Document }[],
  length: number,
): BenchRow[] {
  const lines = megabytes10 - 5000;
  const sums = new Map<string, Map<string, number>>();
  const reading = (
    kind: string,
    peers: readonly Peer[],
    most: number,
    one: (document: Document, at: number) => number,
  ): BenchRow => {
    const contestants = documents.filter(({ peer }) => peers.includes(peer));
    const figures = inTurns(
      7,
      Object.fromEntries(
        contestants.map(({ peer, document }) => [
          peer.name,
          () => {
            const random = randomFrom(3);
            const places = Array.from({ length: 20_000 }, () => random(most));
            let sum = 0;
            const time = timed(() => places.forEach((at) => (sum += one(document, at))));
            if (!sums.has(kind)) sums.set(kind, new Map());
            sums.get(kind)!.set(peer.name, sum);
            return time / 20;
          },
        ]),
      ),
    );
    if (new Set(sums.get(kind)!.values()).size > 1) throw new Error(`${kind} differs`);
    return rowOf(`text: ${kind}, 10 MB`, "µs", figures, "best", 1);
  };
  return [
    // One unit of each slice is read, which makes it a string that can be used.
    reading("slice of 4 K", [ours, codeMirror, vsCode, jumprope], length - 5000, (document, at) =>
      document.slice(at, at + 4096).charCodeAt(2048),
    ),
    reading("line to offset", trees, lines - 1, (document, line) => document.lineStart!(line)),
    reading("offset to line", trees, length - 100, (document, at) => document.lineOf!(at)),
  ];
}

function extremes(): BenchRow[] {
  const text = largeText();
  const line = text.replaceAll("\n", " ");
  const paste = text.slice(0, 100_000);
  const newlines = "\n".repeat(100_000);
  const found: BenchRow[] = [];

  const snapshots = (): number => {
    const buffer = new TextBuffer(text);
    const random = randomFrom(4);
    const kept: unknown[] = [];
    const time = timed(() => {
      for (let i = 0; i < 5000; i++) {
        kept[i & 63] = buffer.snapshot();
        buffer.insert(random(text.length), "x");
      }
    });
    return time / 5;
  };
  const persistent = (): number => scattered(codeMirror, text, 5000);
  const figures = inTurns(5, { [own]: snapshots, [codeMirror.name]: persistent });
  found.push(rowOf("text: snapshot and an edit, 10 MB", "µs", figures, "absolute", 4));

  const long = inTurns(5, {
    [own]: () => scattered(ours, line, 5000),
    "tenon, many lines": () => scattered(ours, text, 5000),
    [vsCode.name]: () => scattered(vsCode, line, 5000),
  });
  const slow = {
    [codeMirror.name]: scattered(codeMirror, line, 20),
    [aceDocument.name]: scattered(aceDocument, line, 20),
  };
  const bench = "text: random insert, one line of 10 MB";
  found.push(rowOf(bench, "µs", { ...long, ...slow }, "tenon, many lines", 3));

  const once = (peer: Peer, insert: string) => () => {
    const document = peer.build(text);
    const time = timed(() => document.insert(5_000_000, insert));
    if (document.slice(4_999_999, 5_000_002) !== text[4_999_999]! + insert.slice(0, 2)) {
      throw new Error(`${peer.name} inserts wrongly`);
    }
    return time;
  };
  const many = inTurns(9, {
    [own]: once(ours, newlines),
    "tenon, ordinary text": once(ours, paste),
    [codeMirror.name]: once(codeMirror, newlines),
    [vsCode.name]: once(vsCode, newlines),
  });
  found.push(
    rowOf("text: 100,000 line breaks at once, 10 MB", "ms", many, "tenon, ordinary text", 3),
  );
  return found;
}

/// Microseconds an insertion, at random.
function scattered(peer: Peer, text: string, count: number): number {
  const document = peer.build(text);
  const random = randomFrom(4);
  const time = timed(() => {
    for (let i = 0; i < count; i++) document.insert(random(text.length), "x");
  });
  return (time / count) * 1000;
}

function builds(): BenchRow[] {
  const peers = [ours, codeMirror, vsCode, jumprope];
  const found: BenchRow[] = [];
  const sizes = Object.fromEntries(
    peers.map((peer) => [peer.name, retained(() => peer.build(largeText())) / 1e6]),
  );
  if (!Number.isNaN(sizes[own]!)) {
    found.push(rowOf("text: memory of 10 MB", "MB", sizes, "best", 1.1));
  }
  const part = largeText();
  const text = Array.from({ length: 10 }, () => part).join("\n");
  const built = (peer: Peer) => () => {
    let document: Document | undefined;
    const time = timed(() => (document = peer.build(text)));
    if (document!.slice(70_000_000, 70_000_050) !== text.slice(70_000_000, 70_000_050)) {
      throw new Error(`${peer.name} builds wrongly`);
    }
    return time;
  };
  const times = inTurns(3, Object.fromEntries(peers.map((peer) => [peer.name, built(peer)])));
  found.push(rowOf("text: build of 100 MB", "ms", times, "best", 1.1));
  return found;
}
