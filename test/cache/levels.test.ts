import { describe, expect, it } from "vitest";
import { type LeaveReason, memoryLevel, serialisedLevel } from "../../src/cache/index.ts";
import { cacheLevelSuite } from "../conformance/cache-level.ts";
import { RemoteLevel, metadata } from "./world.ts";
import { randomFrom } from "../seeded-random.ts";

const compression = {
  minBytes: 16,
  compress: runLengths,
  decompress: expanded,
};

// Enough of a compression for a test: the distance to an equal piece of 32 bytes before, or the
// piece.
function runLengths(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < bytes.byteLength; at += 32) {
    const isRepeated =
      at >= 32 && bytes.subarray(at, at + 32).every((b, i) => b === bytes[at - 32 + i]);
    if (isRepeated) out.push(1);
    else out.push(0, ...bytes.subarray(at, at + 32));
  }
  return Uint8Array.from(out);
}

function expanded(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  for (let from = 0, to = 0; to < size; to += 32) {
    const length = Math.min(32, size - to);
    if (bytes[from++] === 1) out.copyWithin(to, to - 32, to - 32 + length);
    else {
      out.set(bytes.subarray(from, from + length), to);
      from += length;
    }
  }
  return out;
}

cacheLevelSuite("memory", async () => ({ level: memoryLevel<Uint8Array>({ entries: 1000 }) }));
cacheLevelSuite("serialised", async () => ({ level: serialisedLevel({ bytes: 2_000_000 }) }));
cacheLevelSuite("serialised and compressed", async () => ({
  level: serialisedLevel({ bytes: 2_000_000, compression }),
}));
cacheLevelSuite("one of three methods", async () => ({ level: new RemoteLevel() }));

describe("the serialised level", () => {
  it("stays within its bytes and tells what it evicts", () => {
    const level = serialisedLevel({ bytes: 10_000 });
    const left: [string, LeaveReason][] = [];
    level.connect({
      left: (key, reason) => left.push([key, reason]),
      arrived: () => undefined,
      alarm: () => undefined,
    });
    for (let i = 0; i < 50; i++) {
      level.set(`k${i}`, { payload: new Uint8Array(800), metadata: metadata() });
      expect(level.size().bytes).toBeLessThanOrEqual(10_000);
    }
    expect(left).toHaveLength(50 - level.size().entries);
    expect(new Set(left.map(([, reason]) => reason))).toEqual(new Set(["evicted"]));
  });

  it("doesn't keep what is larger than itself, nor what that replaces", () => {
    const level = serialisedLevel({ bytes: 1_000 });
    level.set("a", { payload: new Uint8Array(10), metadata: metadata() });
    level.set("a", { payload: new Uint8Array(2_000), metadata: metadata() });
    expect(level.get("a")).toBeUndefined();
    expect(level.size()).toEqual({ entries: 0, bytes: 0 });
  });

  it("compresses what compresses and nothing else", () => {
    const level = serialisedLevel({ bytes: 1_000_000, compression });
    const random = randomFrom(1);
    const text = new TextEncoder().encode("the same words again and again, ".repeat(100));
    const noise = Uint8Array.from({ length: 3200 }, () => random() * 256);
    level.set("text", { payload: text, metadata: metadata() });
    expect(level.size().bytes).toBeLessThan(1_000);
    level.set("noise", { payload: noise, metadata: metadata() });
    expect(level.get("noise")!.payload).toBe(noise);
    expect(new Uint8Array(level.get("text")!.payload)).toEqual(text);
  });

  it("spares what is read when it has to evict", () => {
    const level = serialisedLevel({ entries: 4 });
    for (const key of ["a", "b", "c", "d"]) {
      level.set(key, { payload: new Uint8Array(1), metadata: metadata() });
    }
    level.get("a");
    level.get("c");
    level.set("e", { payload: new Uint8Array(1), metadata: metadata() });
    level.set("f", { payload: new Uint8Array(1), metadata: metadata() });
    expect([...level.entries()].map(({ key }) => key).toSorted()).toEqual(["a", "c", "e", "f"]);
  });

  it("refuses to be made without a limit, or with a senseless one", () => {
    for (const limits of [{}, { bytes: 0 }, { entries: 1.5 }, { bytes: Number.NaN }]) {
      expect(() => serialisedLevel(limits)).toThrow(
        expect.objectContaining({ code: "cache-options" }),
      );
    }
  });
});
