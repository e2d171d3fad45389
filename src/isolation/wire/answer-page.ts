// How a host function's answer reaches a thread that waits for it: through shared memory, where that
// can be shared.
import type { AnswerTarget, ThreadMemory, WrittenAnswer } from "../../platform/threads.ts";
import { WireReader, WireWriter } from "../../component/wire/index.ts";
import { Outcome } from "./frames.ts";

/**
 * Words of the header: the number of the call that was answered last, and the length of its answer.
 */
const ANSWERED = 0;
const LENGTH = 1;
const HEADER = 8;
const START = 64 * 1024;

export function newAnswerPage(maxBytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(START, { maxByteLength: HEADER + maxBytes });
}

/** For answers that fit. Separate, because memory that can't grow is faster to access. */
export function newShortAnswerPage(): SharedArrayBuffer {
  return new SharedArrayBuffer(START);
}

/** The host's side of the answers to one thread, on their way to a page or a pipe. */
export class AnswerWriter {
  readonly #target: AnswerTarget;
  /** The call that the thread waits for; 0: none. */
  #asked = 0;

  constructor(target: AnswerTarget) {
    this.#target = target;
  }

  /** The thread waits for the answer to this call, and to no earlier one. */
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
   * Moves the answer out of the writer, and wakes the other thread. Throws a RangeError where it is
   * too long. Does nothing where the thread does not wait for this call.
   */
  answer(call: number, writer: WireWriter): void {
    if (call !== this.#asked) return;
    this.#target.put(call, writer);
    this.#asked = 0;
  }

  /** Answers a call of an instance that has ended. */
  refuse(call: number): void {
    const writer = new WireWriter(64);
    writer.u8(Outcome.failed);
    writer.string("the instance has ended");
    this.answer(call, writer);
  }
}

/** The host's view of the page. Where there is a short page, its header is used. */
export class AnswerPage implements AnswerTarget {
  readonly #page: SharedArrayBuffer;
  readonly #header: Int32Array<SharedArrayBuffer>;
  readonly #short: Uint8Array<SharedArrayBuffer> | undefined;
  readonly #grown: () => void;

  /** `grown` is called whenever the page has become larger. */
  constructor(
    page: SharedArrayBuffer,
    short: SharedArrayBuffer | undefined,
    grown: () => void = () => {},
  ) {
    this.#page = page;
    this.#header = new Int32Array(short ?? page, 0, 2);
    this.#short = short && new Uint8Array(short);
    this.#grown = grown;
  }

  put(call: number, writer: WrittenAnswer): void {
    const length = writer.at;
    if (this.#short !== undefined && HEADER + length <= this.#short.length) {
      writer.moveTo(this.#short, HEADER);
    } else {
      if (HEADER + length > this.#page.byteLength) {
        this.#page.grow(Math.min(this.#page.maxByteLength, (HEADER + length) * 2));
        this.#grown();
      }
      writer.moveTo(new Uint8Array(this.#page, HEADER, length), 0);
    }
    this.#header[LENGTH] = length;
    Atomics.store(this.#header, ANSWERED, call);
    Atomics.notify(this.#header, ANSWERED);
  }
}

/** Where answers come from that a guest's thread waits for. */
export interface AnswerSource {
  /** The number of the next call, to be sent with it. */
  next(): number;
  /**
   * Waits for the answer to that call; the thread does nothing else in the meantime. The answer
   * must be read, and what it lends must be used, before the next call is sent.
   */
  wait(): WireReader;
}

/** The guest thread's view of the page. */
export class AnswerReader implements AnswerSource {
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

  next(): number {
    this.#call = (this.#call + 1) | 0 || 1;
    return this.#call;
  }

  wait(): WireReader {
    const header = this.#header;
    for (;;) {
      const last = Atomics.load(header, ANSWERED);
      if (last === this.#call) break;
      // The answer to an earlier call may come late.
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
