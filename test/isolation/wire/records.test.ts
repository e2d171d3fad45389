import { expect, test } from "vitest";
import { WireReader, WireWriter } from "../../../src/component/wire/index.ts";
import {
  putHeader,
  RECORD_HEADER,
  RecordKind,
  RecordReader,
} from "../../../src/isolation/wire/records.ts";
import { randomFrom } from "../../seeded-random.ts";

interface Said {
  readonly kind: number;
  readonly number: number;
  readonly bytes: readonly number[];
}

function written({ kind, number, bytes }: Said): Uint8Array {
  const record = new Uint8Array(RECORD_HEADER + bytes.length);
  putHeader(record, bytes.length, kind, number);
  record.set(bytes, RECORD_HEADER);
  return record;
}

/** What a reader hears, whose chunks all come in the same memory. */
function listener(most: number, short: boolean) {
  const heard: Said[] = [];
  const reader = new RecordReader({
    most,
    reuses: true,
    take: (kind, number, payload) => void heard.push({ kind, number, bytes: [...payload] }),
    ...(short && {
      takeFrames: (number: number, frames: WireReader) => {
        const bytes: number[] = [];
        while (!frames.done) bytes.push(frames.u8());
        heard.push({ kind: RecordKind.frames, number, bytes });
      },
    }),
  });
  const chunk = new Uint8Array(40_000);
  return {
    heard,
    say(bytes: Uint8Array): void {
      chunk.set(bytes);
      reader.read(chunk, bytes.length);
    },
  };
}

test.each([
  ["where they are", true],
  ["each by itself", false],
])("records arrive as they were written, however a pipe cuts them (taken %s)", (_, short) => {
  const random = randomFrom(0x5ec);
  const upTo = (most: number): number => Math.floor(random() ** 3 * most);
  for (let round = 0; round < 60; round++) {
    const said = Array.from({ length: 1 + upTo(12) }, () => ({
      kind: random() < 0.7 ? RecordKind.frames : RecordKind.object,
      number: Math.floor(random() * 2 ** 32) | 0,
      bytes: Array.from({ length: upTo(20_000) }, () => Math.floor(random() * 256)),
    }));
    const all = Uint8Array.from(said.flatMap((one) => [...written(one)]));
    const { heard, say } = listener(30_000, short);
    for (let at = 0; at < all.length;) {
      const length = 1 + upTo(40_000 - 1);
      say(all.subarray(at, at + length));
      at += length;
    }
    expect(heard).toEqual(said);
  }
});

test("a record that is too long is refused, before there is memory for it", () => {
  const header = new Uint8Array(RECORD_HEADER);
  putHeader(header, 2 ** 32 - 1, RecordKind.frames, 1);
  for (const split of [0, 3, 8]) {
    const { say } = listener(1_000, true);
    if (split > 0) say(header.subarray(0, split));
    expect(() => say(header.subarray(split))).toThrow(RangeError);
  }
});

test("a frame that is taken where it is ends where its record does", () => {
  const writer = new WireWriter();
  writer.string("one");
  const record = written({ kind: RecordKind.frames, number: 1, bytes: [...writer.take()] });
  const strings: string[] = [];
  const reader = new RecordReader({
    most: 100,
    reuses: true,
    take: () => {},
    takeFrames: (_, frames) => {
      strings.push(frames.string());
      expect(() => frames.u8()).toThrow(RangeError);
    },
  });
  reader.read(Uint8Array.from([...record, ...record, 7, 7]));
  expect(strings).toEqual(["one", "one"]);
});
