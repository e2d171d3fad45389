// What a guest hands its host in quick succession it pays for by standing aside.
import { expect, test } from "vitest";
import { Handed } from "../../src/isolation/guest/handed.ts";

const MIB = 1024 * 1024;

test("a guest that hands over little never waits", () => {
  const handed = new Handed();
  for (let now = 0; now < 1_000; now++) {
    expect(handed.add([now, "name", new Uint8Array(100)], 120)).toBe(false);
  }
  expect(handed.wait(1)).toBe(0);
});

test.each<[string, unknown]>([
  ["bytes", new Uint8Array(MIB)],
  ["a text", "a".repeat(MIB)],
  ["many fields", Array.from({ length: MIB / 64 }, () => ["", ""])],
  ["many parts of a record", { parts: Array.from({ length: MIB / 64 }, () => [""]) }],
])("one that hands over %s goes aside at once, and waits where it goes on", (_, value) => {
  const handed = new Handed();
  expect(handed.add([value], MIB)).toBe(true);
  expect(handed.wait(0)).toBe(0);
  expect(handed.add([], 8)).toBe(false);
  for (let left = 33; left > 0; left--) handed.add([value], MIB);
  const ms = handed.wait(0);
  expect(ms).toBeGreaterThan(500);
  // What it waited it has paid.
  expect(handed.wait(ms)).toBe(0);
});

test("what is told in part counts whole", () => {
  const handed = new Handed();
  expect(handed.add(["", Array.from({ length: 40_000 }, () => ["k", "v"])], 300)).toBe(true);
});

test("a short list of long texts counts whole where the host is told a part of it", () => {
  const handed = new Handed();
  const fields = Array.from({ length: 63 }, (_, at) => ["", at < 32 ? "" : "a".repeat(120_000)]);
  expect(handed.add(["", fields], 300, true)).toBe(true);
});
