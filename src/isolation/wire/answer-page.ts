/// The shared memory through which a host function's answer reaches a thread that waits for it.
import { WireReader, WireWriter } from "./bytes.ts";
import { Outcome } from "./frames.ts";

const WAITING = 0;
const ANSWERED = 1;
/// State and length, 32 bits each.
const HEADER = 8;
const START = 64 * 1024;

export function newAnswerPage(maxBytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(START, { maxByteLength: HEADER + maxBytes });
}

/// For answers that fit: memory that can't grow is reached faster.
export function newShortAnswerPage(): SharedArrayBuffer {
  return new SharedArrayBuffer(START);
}

/// The host's side. The header is the short page's, where there is one.
export class AnswerWriter {
  readonly #page: SharedArrayBuffer;
  readonly #header: Int32Array<SharedArrayBuffer>;
  readonly #short: Uint8Array<SharedArrayBuffer> | undefined;

  constructor(page: SharedArrayBuffer, short: SharedArrayBuffer | undefined) {
    this.#page = page;
    this.#header = new Int32Array(short ?? page, 0, 2);
    this.#short = short && new Uint8Array(short);
  }

  /// Moves what was written there, and lets the other thread go on. Throws a RangeError where it is
  /// longer than the page may get.
  answer(writer: WireWriter): void {
    const length = writer.at;
    if (this.#short !== undefined && HEADER + length <= this.#short.length) {
      writer.moveTo(this.#short, HEADER);
    } else {
      if (HEADER + length > this.#page.byteLength) {
        this.#page.grow(Math.min(this.#page.maxByteLength, (HEADER + length) * 2));
      }
      writer.moveTo(new Uint8Array(this.#page, HEADER, length));
    }
    this.#header[1] = length;
    Atomics.store(this.#header, 0, ANSWERED);
    Atomics.notify(this.#header, 0);
  }

  /// For a caller that has ended meanwhile.
  refuse(): void {
    const writer = new WireWriter(64);
    writer.u8(Outcome.failed);
    writer.string("the instance has ended");
    this.answer(writer);
  }
}

/// The guest thread's side.
export class AnswerReader {
  readonly #page: SharedArrayBuffer;
  readonly #header: Int32Array<SharedArrayBuffer>;
  readonly #short: { readonly room: number; readonly reader: WireReader } | undefined;

  constructor(page: SharedArrayBuffer, short: SharedArrayBuffer | undefined) {
    this.#page = page;
    this.#header = new Int32Array(short ?? page, 0, 2);
    this.#short = short && {
      room: short.byteLength - HEADER,
      reader: new WireReader(new Uint8Array(short, HEADER)),
    };
  }

  /// Before the call is sent.
  expect(): void {
    Atomics.store(this.#header, 0, WAITING);
  }

  /// Waits; nothing else happens on this thread meanwhile. The answer is to be read before the next
  /// call is sent.
  wait(): WireReader {
    // The notice of the answer before may arrive only now.
    while (Atomics.load(this.#header, 0) === WAITING) Atomics.wait(this.#header, 0, WAITING);
    const length = this.#header[1]!;
    if (this.#short !== undefined && length <= this.#short.room) {
      const { reader } = this.#short;
      reader.at = 0;
      reader.end = length;
      return reader;
    }
    const copy = new Uint8Array(length);
    copy.set(new Uint8Array(this.#page, HEADER, length));
    return new WireReader(copy);
  }
}
