/// A ring of shared memory through which frames reach the other thread without a message's cost in
/// buffers: what is posted is a number, where they begin. Messages and numbers stay in order.
import type { ThreadRings } from "../../platform/threads.ts";
import { newShortAnswerPage } from "./answer-page.ts";
import { readFrames, type TakeFrame } from "./frames.ts";
import { WireReader, type WireWriter } from "./bytes.ts";

/// How far the reader is, 32 bits; the rest so that records begin at a multiple of 8.
const HEADER = 8;
/// Of a record: the length of its frames, and where it ends, both 32 bits.
const RECORD = 8;
const CAPACITY = 512 * 1024;

/// For a thread whose memory can be shared.
export function newRings(): ThreadRings {
  const ring = (): SharedArrayBuffer => new SharedArrayBuffer(HEADER + CAPACITY);
  return { toGuest: ring(), toHost: ring(), answers: newShortAnswerPage() };
}

/// Positions count bytes without end, in 32 bits; the capacity divides 2 ** 32.
export class RingWriter {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #data: Uint8Array<SharedArrayBuffer>;
  #end = 0;

  constructor(ring: SharedArrayBuffer) {
    this.#words = new Int32Array(ring);
    this.#data = new Uint8Array(ring, HEADER);
  }

  /// Moves what was written there and answers where it is; undefined, and nothing is moved, where
  /// there is no room for it now.
  put(writer: WireWriter): number | undefined {
    const size = RECORD + ((writer.at + 7) & ~7);
    let at = this.#end % CAPACITY;
    // A record doesn't go round the end.
    const skipped = at + size > CAPACITY ? CAPACITY - at : 0;
    const end = (this.#end + skipped + size) >>> 0;
    const taken = (end - Atomics.load(this.#words, 0)) >>> 0;
    if (size > CAPACITY || taken > CAPACITY) return undefined;
    if (skipped > 0) at = 0;
    const word = (HEADER + at) >>> 2;
    this.#words[word] = writer.at;
    this.#words[word + 1] = end;
    writer.moveTo(this.#data, at + RECORD);
    this.#end = end;
    return at;
  }
}

export class RingReader {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #reader: WireReader;

  constructor(ring: SharedArrayBuffer) {
    this.#words = new Int32Array(ring);
    this.#reader = new WireReader(new Uint8Array(ring, HEADER));
  }

  /// The frames of the record there. Its room is free again when they are taken.
  read(at: number, take: TakeFrame): void {
    const word = (HEADER + at) >>> 2;
    const end = this.#words[word + 1]!;
    const reader = this.#reader;
    reader.at = at + RECORD;
    reader.end = reader.at + this.#words[word]!;
    try {
      readFrames(reader, take);
    } finally {
      Atomics.store(this.#words, 0, end);
    }
  }
}
