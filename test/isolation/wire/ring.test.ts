import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WireWriter } from "../../../src/component/wire/bytes.ts";
import { newRing, RingReader, RingWriter } from "../../../src/isolation/wire/ring.ts";

const CAPACITY = 512 * 1024;

// A frame that says its number, and whose bytes can be told from another one's.
function framed(number: number, length: number): WireWriter {
  const writer = new WireWriter();
  writer.u32(0);
  writer.u8(number & 0xff);
  writer.u32(number);
  writer.bytes(new Uint8Array(length).fill(number * 7));
  writer.patch32(0, writer.at);
  return writer;
}

// What a reader took: numbers, each once its bytes are looked at.
function taking(reader: RingReader): { readonly taken: number[]; take(after?: number): void } {
  const taken: number[] = [];
  return {
    taken,
    take: (after = 0) =>
      reader.take(after, (kind, number, body) => {
        expect(kind).toBe(number & 0xff);
        const bytes = body.bytes();
        const { length } = bytes;
        const seen = [0, length >>> 1, length - 1].map((at) => bytes[at] ?? -1);
        expect(seen).toEqual(seen.map((one) => (one === -1 ? -1 : (number * 7) & 0xff)));
        taken.push(number);
      }),
  };
}

describe("a ring", () => {
  it("hands over whatever is written, in order and intact, however it is read meanwhile", () => {
    const size = fc.oneof(
      fc.nat(200),
      fc.nat(20_000),
      fc.integer({ min: 60_000, max: CAPACITY + 100 }),
    );
    const step = fc.oneof(
      { weight: 4, arbitrary: size },
      { weight: 1, arbitrary: fc.constant(-1) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const ring = newRing();
        const writer = new RingWriter(ring);
        const { taken, take } = taking(new RingReader(ring));
        const written: number[] = [];
        for (const [number, step] of steps.entries()) {
          if (step < 0) take();
          else if (writer.put(framed(number, step), 0)) written.push(number);
        }
        take();
        expect(taken).toEqual(written);
      }),
      { numRuns: 40 },
    );
  });

  it("has room again for what was refused, once it was read; nothing is moved before", () => {
    const ring = newRing();
    const writer = new RingWriter(ring);
    const { taken, take } = taking(new RingReader(ring));
    let number = 0;
    while (writer.put(framed(number, 100_000), 0)) number++;
    expect(number).toBe(5);
    const refused = framed(number, 100_000);
    const { at } = refused;
    expect(writer.put(refused, 0)).toBe(false);
    expect(refused.at).toBe(at);
    take();
    expect(writer.put(refused, 0)).toBe(true);
    take();
    expect(taken).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("refuses a record that is larger than itself, however empty it is", () => {
    const writer = new RingWriter(newRing());
    expect(writer.put(framed(0, CAPACITY), 0)).toBe(false);
    expect(writer.put(framed(1, CAPACITY - 64), 0)).toBe(true);
  });

  it("goes round its end many times", () => {
    const ring = newRing();
    const writer = new RingWriter(ring);
    const { taken, take } = taking(new RingReader(ring));
    for (let number = 0; number < 200; number++) {
      expect(writer.put(framed(number, 7_000 + number * 13), 0)).toBe(true);
      if (number % 3 === 2) take();
    }
    take();
    expect(taken).toEqual(Array.from({ length: 200 }, (_, number) => number));
  });

  it("keeps what was written after a message until that message is there", () => {
    const ring = newRing();
    const writer = new RingWriter(ring);
    const { taken, take } = taking(new RingReader(ring));
    writer.put(framed(0, 10), 0);
    writer.put(framed(1, 10), 1);
    take(0);
    expect(taken).toEqual([0]);
    take(1);
    expect(taken).toEqual([0, 1]);
  });

  it("is rung for once until its reader sleeps again", () => {
    const ring = newRing();
    const writer = new RingWriter(ring);
    const reader = new RingReader(ring);
    expect([writer.mustRing(), writer.mustRing()]).toEqual([true, false]);
    reader.sleep();
    expect(writer.mustRing()).toBe(true);
  });

  it("frees the room of a record whose reader threw, and goes on behind it", () => {
    const ring = newRing();
    const writer = new RingWriter(ring);
    const reader = new RingReader(ring);
    writer.put(framed(0, 10), 0);
    writer.put(framed(1, 10), 0);
    expect(() =>
      reader.take(0, () => {
        throw new RangeError("no");
      }),
    ).toThrow("no");
    const { taken, take } = taking(reader);
    take();
    expect(taken).toEqual([1]);
  });
});
