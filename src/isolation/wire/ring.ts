// A ring of shared memory through which frames reach the other thread.
//
// The reader looks at the ring when a message (the bell) says so, and before it sleeps. The writer
// rings only where the reader would not look anyway.
import type { ThreadRings } from "../../platform/threads.ts";
import { newShortAnswerPage } from "./answer-page.ts";
import { readFrames, type Stops, type TakeFrame } from "./frames.ts";
import { WireReader, type WireWriter } from "../../component/wire/index.ts";

/**
 * Words of the header: how far the reader and the writer are, in bytes that wrap at 32 bits; and
 * whether the reader will look again.
 */
const READ = 0;
const WRITTEN = 1;
const RUNG = 2;
const HEADER = 16;
/**
 * The size of a record's header: the length of its frames, and the number of the last message
 * before it, 32 bits each.
 */
const RECORD = 8;
/** In place of a length: the next record is at the beginning of the ring. */
const AROUND = -1;
/** Must divide 2 ** 32. */
const CAPACITY = 512 * 1024;

/** The rings for a thread whose memory can be shared. */
export function newRings(): ThreadRings {
  return { toGuest: newRing(), toHost: newRing(), answers: newShortAnswerPage() };
}

export function newRing(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER + CAPACITY);
}

export class RingWriter {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #data: Uint8Array<SharedArrayBuffer>;
  #end = 0;

  constructor(ring: SharedArrayBuffer) {
    this.#words = new Int32Array(ring);
    this.#data = new Uint8Array(ring, HEADER);
  }

  /**
   * Moves what was written into the ring. Returns false, and moves nothing, where there is no room
   * now. `after`: the number of the last message that was posted before.
   */
  put(writer: WireWriter, after: number): boolean {
    const size = RECORD + ((writer.at + 7) & ~7);
    let at = this.#end & (CAPACITY - 1);
    // A record does not wrap around the end.
    const skipped = at + size > CAPACITY ? CAPACITY - at : 0;
    const end = (this.#end + skipped + size) | 0;
    const taken = (end - Atomics.load(this.#words, READ)) >>> 0;
    if (size > CAPACITY || taken > CAPACITY) return false;
    if (skipped > 0) {
      this.#words[(HEADER + at) >>> 2] = AROUND;
      at = 0;
    }
    const word = (HEADER + at) >>> 2;
    this.#words[word] = writer.at;
    this.#words[word + 1] = after;
    writer.moveTo(this.#data, at + RECORD);
    this.#end = end;
    Atomics.store(this.#words, WRITTEN, end);
    return true;
  }

  /** Whether the reader must be told. */
  mustRing(): boolean {
    return Atomics.exchange(this.#words, RUNG, 1) === 0;
  }
}

export class RingReader {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #reader: WireReader;
  #at = 0;
  /** The length of the record that is being read. */
  #length: number | undefined = undefined;
  #taking = false;

  constructor(ring: SharedArrayBuffer) {
    this.#words = new Int32Array(ring);
    this.#reader = new WireReader(new Uint8Array(ring, HEADER));
  }

  /**
   * Reads the frames of all records that were written before message number `after` + 1, until
   * `stops` returns true. Returns false then, and the next call continues there. A record's room is
   * free again once its frames are read. Does nothing where it is called from within itself.
   */
  take(after: number, take: TakeFrame, stops: Stops = never): boolean {
    if (this.#taking) return true;
    this.#taking = true;
    try {
      while (this.#open(after)) {
        if (!readFrames(this.#reader, take, stops)) return false;
        this.#close();
      }
      return true;
    } catch (thrown) {
      if (this.#reader.done) this.#close();
      throw thrown;
    } finally {
      this.#taking = false;
    }
  }

  /** Returns false where there is no record to be read now. */
  #open(after: number): boolean {
    if (this.#length !== undefined) return true;
    let at = this.#at & (CAPACITY - 1);
    if (this.#at === Atomics.load(this.#words, WRITTEN)) return false;
    if (this.#words[(HEADER + at) >>> 2] === AROUND) {
      this.#at = (this.#at + CAPACITY - at) | 0;
      if (this.#at === Atomics.load(this.#words, WRITTEN)) return false;
      at = 0;
    }
    const word = (HEADER + at) >>> 2;
    if (((after - this.#words[word + 1]!) | 0) < 0) return false;
    this.#length = this.#words[word]!;
    this.#reader.at = at + RECORD;
    this.#reader.end = this.#reader.at + this.#length;
    return true;
  }

  #close(): void {
    this.#at = (this.#at + RECORD + ((this.#length! + 7) & ~7)) | 0;
    this.#length = undefined;
    Atomics.store(this.#words, READ, this.#at);
  }

  /** From now on the writer must ring. Read what was written before once more after this. */
  sleep(): void {
    Atomics.store(this.#words, RUNG, 0);
  }
}

function never(): boolean {
  return false;
}
