import { TextBuffer } from "../../../src/text/index.ts";
import { randomFrom } from "../../text/random.ts";
import type { BenchOptions, BenchRow } from "../row.ts";
import { inLargeText, largeText } from "./text-large.ts";
import { inTurns, own, retained, rowOf, timed } from "./text-measure.ts";
import { aceDocument, codeMirror, jumprope, ours, slicing, vsCode } from "./text-peers.ts";
import type { Document, Peer } from "./text-peers.ts";
import { recorded, synthetic } from "./text-sessions.ts";
import type { Session } from "./text-sessions.ts";

export async function rows(options: BenchOptions): Promise<readonly BenchRow[]> {
  const sessions = options.traces === undefined ? [synthetic()] : recorded(options.traces);
  return [...replays(sessions), ...inLargeText(), ...extremes(), ...builds()];
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

// Microseconds an insertion, at random.
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
