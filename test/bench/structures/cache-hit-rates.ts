import { createCache, memoryLevel, serialisedLevel } from "../../../src/cache/index.ts";
import { randomFrom } from "../../seeded-random.ts";
import type { BenchRow } from "../row.ts";
import { rawLru } from "./cache-peers.ts";
import { own, rowOf } from "./text-measure.ts";

const KEYS = 10_000;
const READS = 500_000;
const FIRST = 1_000;
const SECOND = 4_000;

/** Misses in percent of all reads: keys by Zipf's law (s = 1), from a seed, started cold. */
export function hitRates(): BenchRow[] {
  const order = zipf(randomFrom(2026));
  const { first, both } = ours(order);
  return [
    rowOf(
      "misses of level 1 (1,000 entries), Zipf",
      "%",
      { [own]: first, "LRU of 1,000": lru(order, FIRST), "Belady, 1,000": belady(order, FIRST) },
      "LRU of 1,000",
    ),
    rowOf(
      "misses of levels 1 and 2 (4,000), Zipf",
      "%",
      {
        [own]: both,
        "LRU of 5,000": lru(order, FIRST + SECOND),
        "Belady, 5,000": belady(order, FIRST + SECOND),
      },
      "absolute",
      15,
    ),
  ];
}

function zipf(random: () => number): Int32Array {
  const sums = new Float64Array(KEYS);
  let sum = 0;
  for (let i = 0; i < KEYS; i++) sums[i] = sum += 1 / (i + 1);
  return Int32Array.from({ length: READS }, () => {
    const at = random() * sum;
    let [low, high] = [0, KEYS - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sums[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

function ours(order: Int32Array): { first: number; both: number } {
  const cache = createCache<number>({
    levels: [memoryLevel({ entries: FIRST }), serialisedLevel({ entries: SECOND })],
  });
  for (const key of order) {
    const value = cache.getOrLoad(`key:${key}`, () => key);
    if (value !== key) throw new Error(`${key} gave ${String(value)}`);
  }
  const { levels, loads } = cache.statistics();
  return { first: 100 * (1 - levels[0]!.hits / READS), both: (100 * loads) / READS };
}

function lru(order: Int32Array, size: number): number {
  const cache = rawLru(size);
  let misses = 0;
  for (const key of order) {
    if (cache.get(`key:${key}`) !== undefined) continue;
    misses += 1;
    cache.set(`key:${key}`, key);
  }
  return (100 * misses) / READS;
}

// The optimum: evicts what is needed again last of all. A read of the future, for comparison only.
function belady(order: Int32Array, size: number): number {
  const nextUse = new Int32Array(READS);
  const seen = new Int32Array(KEYS).fill(READS);
  for (let i = READS - 1; i >= 0; i--) {
    nextUse[i] = seen[order[i]!]!;
    seen[order[i]!] = i;
  }
  // When each key that is held is needed next; -1: it isn't held.
  const held = new Int32Array(KEYS).fill(-1);
  const byUse: number[][] = [];
  let latest = 0;
  let count = 0;
  let misses = 0;
  for (let i = 0; i < READS; i++) {
    const key = order[i]!;
    if (held[key] === -1) {
      misses += 1;
      if (count === size) {
        for (;;) {
          const last = byUse[latest]?.pop();
          if (last === undefined) latest -= 1;
          else if (held[last] === latest) {
            held[last] = -1;
            break;
          }
        }
      } else {
        count += 1;
      }
    }
    const use = nextUse[i]!;
    held[key] = use;
    (byUse[use] ??= []).push(key);
    latest = Math.max(latest, use);
  }
  return (100 * misses) / READS;
}
