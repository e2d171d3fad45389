// The shared memory through which a host function's answer reaches a thread that waits for it.
import type { ThreadMemory } from "../../platform/threads.ts";
import { WireReader, WireWriter } from "../../component/wire/index.ts";
import { Outcome } from "./frames.ts";

/** Words of the header: the number of the call that was answered last, and the answer's length. */
const ANSWERED = 0;
const LENGTH = 1;
const HEADER = 8;
const START = 64 * 1024;

export function newAnswerPage(maxBytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(START, { maxByteLength: HEADER + maxBytes });
}

/** For answers that fit: memory that can't grow is reached faster. */
export function newShortAnswerPage(): SharedArrayBuffer {
  return new SharedArrayBuffer(START);
}

/** The host's side. The header is the short page's, where there is one. */
export class AnswerWriter {
  readonly #page: SharedArrayBuffer;
  readonly #header: Int32Array<SharedArrayBuffer>;
  readonly #short: Uint8Array<SharedArrayBuffer> | undefined;
  #grown: () => void = () => {};
  /** 0: none. */
  #asked = 0;

  constructor(page: SharedArrayBuffer, short: SharedArrayBuffer | undefined) {
    this.#page = page;
    this.#header = new Int32Array(short ?? page, 0, 2);
    this.#short = short && new Uint8Array(short);
  }

  /** `grown` is told whenever the page has become larger. */
  onGrow(grown: () => void): void {
    this.#grown = grown;
  }

  /** The thread waits for the answer to this call, and for no other one's any more. */
  asked(call: number): void {
    this.#asked = call;
  }

  /** The same of the call whose number a frame begins with; the reader stays where it is. */
  askedBy(reader: WireReader): void {
    const start = reader.at;
    this.asked(reader.i32());
    reader.at = start;
  }

  /**
   * Moves what was written there, and lets the other thread go on. Throws a RangeError where it is
   * longer than the page may get. Does nothing where the thread does not wait for this call.
   */
  answer(call: number, writer: WireWriter): void {
    if (call !== this.#asked) return;
    const length = writer.at;
    if (this.#short !== undefined && HEADER + length <= this.#short.length) {
      writer.moveTo(this.#short, HEADER);
    } else {
      if (HEADER + length > this.#page.byteLength) {
        this.#page.grow(Math.min(this.#page.maxByteLength, (HEADER + length) * 2));
        this.#grown();
      }
      writer.moveTo(new Uint8Array(this.#page, HEADER, length));
    }
    this.#asked = 0;
    this.#header[LENGTH] = length;
    Atomics.store(this.#header, ANSWERED, call);
    Atomics.notify(this.#header, ANSWERED);
  }

  /** For a caller that has ended meanwhile. */
  refuse(call: number): void {
    const writer = new WireWriter(64);
    writer.u8(Outcome.failed);
    writer.string("the instance has ended");
    this.answer(call, writer);
  }
}

/** The guest thread's side. */
export class AnswerReader {
  readonly #page: SharedArrayBuffer;
  readonly #header: Int32Array<SharedArrayBuffer>;
  readonly #short: { readonly room: number; readonly reader: WireReader } | undefined;
  #call = 0;

  constructor(page: SharedArrayBuffer, short: SharedArrayBuffer | undefined) {
    this.#page = page;
    this.#header = new Int32Array(short ?? page, 0, 2);
    this.#short = short && {
      room: short.byteLength - HEADER,
      reader: new WireReader(new Uint8Array(short, HEADER)),
    };
    if (this.#short !== undefined) this.#short.reader.lends = true;
  }

  /** The number of the next call, which is to be sent with it. */
  next(): number {
    this.#call = (this.#call + 1) | 0 || 1;
    return this.#call;
  }

  /**
   * Waits for the answer to that call; nothing else happens on this thread meanwhile. The answer is to
   * be read, and what it lends to be done with, before the next call is sent.
   */
  wait(): WireReader {
    const header = this.#header;
    for (;;) {
      const last = Atomics.load(header, ANSWERED);
      if (last === this.#call) break;
      // Another one's may come late.
      Atomics.wait(header, ANSWERED, last);
    }
    const length = header[LENGTH]!;
    if (this.#short !== undefined && length <= this.#short.room) {
      const { reader } = this.#short;
      reader.at = 0;
      reader.end = length;
      return reader;
    }
    const reader = new WireReader(new Uint8Array(this.#page, HEADER, length));
    reader.lends = true;
    return reader;
  }
}

/** Bytes that are kept to talk with a thread. */
export function bytesOf({ answers, rings }: Omit<ThreadMemory, "flag">): number {
  const buffers = [answers, rings?.toGuest, rings?.toHost, rings?.answers];
  return buffers.reduce((sum, buffer) => sum + (buffer?.byteLength ?? 0), 0);
}
