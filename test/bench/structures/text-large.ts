import { randomFrom } from "../../text/random.ts";
import type { BenchRow } from "../row.ts";
import { inTurns, median, rowOf, timed } from "./text-measure.ts";
import { aceDocument, codeMirror, jumprope, ours, slicing, vsCode } from "./text-peers.ts";
import type { Document, Peer } from "./text-peers.ts";

const trees = [ours, codeMirror, vsCode];
const megabytes10 = 231_600;

/** About 10 MB of lines of 43 characters, in one flat string; every call makes another. */
export function largeText(lines = megabytes10): string {
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

export function inLargeText(): BenchRow[] {
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

// The peers that take milliseconds an edit have fewer to do.
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
    const all = peers === trees ? { ...figures, [aceDocument.name]: rarely(one, most) } : figures;
    return rowOf(`text: ${kind}, 10 MB`, "µs", all, "best", 1);
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

// Microseconds a lookup in Ace's document, which goes through all lines: 20 of them.
function rarely(one: (document: Document, at: number) => number, most: number): number {
  const document = aceDocument.build(largeText());
  const random = randomFrom(3);
  return median(Array.from({ length: 20 }, () => timed(() => one(document, random(most))))) * 1000;
}
