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

/// The host's side.
export class AnswerWriter {
  readonly #page: SharedArrayBuffer;

  constructor(page: SharedArrayBuffer) {
    this.#page = page;
  }

  /// Moves what was written there, and lets the other thread go on. Throws a RangeError where it is
  /// longer than the page may get.
  answer(writer: WireWriter): void {
    const length = writer.at;
    if (HEADER + length > this.#page.byteLength) {
      this.#page.grow(Math.min(this.#page.maxByteLength, (HEADER + length) * 2));
    }
    writer.moveTo(new Uint8Array(this.#page, HEADER, length));
    const header = new Int32Array(this.#page, 0, 2);
    header[1] = length;
    Atomics.store(header, 0, ANSWERED);
    Atomics.notify(header, 0);
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

  constructor(page: SharedArrayBuffer) {
    this.#page = page;
    this.#header = new Int32Array(page, 0, 2);
  }

  /// Before the call is sent.
  expect(): void {
    Atomics.store(this.#header, 0, WAITING);
  }

  /// Waits; nothing else happens on this thread meanwhile.
  wait(): WireReader {
    // The notice of the answer before may arrive only now.
    while (Atomics.load(this.#header, 0) === WAITING) Atomics.wait(this.#header, 0, WAITING);
    const copy = new Uint8Array(this.#header[1]!);
    copy.set(new Uint8Array(this.#page, HEADER, copy.length));
    return new WireReader(copy);
  }
}
