// Frames: what host and guest thread tell each other while guests run. Any number of them travel in
// one message, in order, each after its length: a kind, the number of an instance, and the rest.
import { type WireReader, WireWriter } from "../../component/wire/index.ts";

/** From the host to the guest's thread. */
export const ToGuest = {
  /** call, function, milliseconds of the guest's own time (f64), arguments. */
  call: 1,
  /** host call, Outcome, value: a host function that was waited for has answered. */
  answer: 2,
  /**
   * call, number, milliseconds of the guest's own time (f64), what it may run until in all (f64): the host
   * drops a resource of the guest's, behind the calls under way. Answered as a call is.
   */
  drop: 3,
  /** From now on the instance is brought back to how it is now after each call. */
  snapshot: 4,
  /** As `call`, behind those under way; before the arguments what it may run until (f64), in all. */
  callInTurn: 5,
} as const;

/** From the guest's thread to the host. */
export const ToHost = {
  /**
   * call, milliseconds that the guest ran so far (f64), whether the instance is as it was at its
   * snapshot (0 or 1), Outcome, value; or an error.
   */
  done: 1,
  /**
   * number of the call (i32), function, arguments: the guest's thread waits for the answer in shared
   * memory.
   */
  callNow: 2,
  /** host call, function, arguments: the guest is set aside until `answer`. */
  callLater: 3,
  /** number: the guest drops a resource of the host's. */
  drop: 4,
  /** bytes of memories and tables (f64). */
  memory: 5,
  /** function, arguments: the guest goes on; nothing is answered. */
  tell: 6,
  /** milliseconds that the guest ran so far (f64), where no call says so: in its start, at its end. */
  ran: 7,
  /** bytes (f64): the guest would grow by so much, and there is no room. */
  wants: 8,
} as const;

const SETTLED = Promise.resolve();

export const Outcome = { ok: 0, err: 1, failed: 2 } as const;

/** Frames after which those that wait are sent on: the other thread reads them while more are written. */
const MANY = 16;

/** Collects frames and sends them together: at the end of the turn, when there are many, or when told to. */
export class Outbox {
  /** Takes what was written out of the writer. */
  readonly #send: (frames: WireWriter) => void;
  readonly #writer: WireWriter = new WireWriter(4096);
  readonly #flush: () => void;
  #due = false;
  #held = 0;
  #frames = 0;
  /** Where the frame begins that is being written. */
  #start: number | undefined = undefined;
  /** Frames that were begun while another one was being written, by a getter say, are behind it. */
  readonly #inner: { readonly writer: WireWriter; open: boolean }[] = [];

  constructor(send: (frames: WireWriter) => void) {
    this.#send = send;
    this.#flush = () => {
      this.#due = false;
      if (this.#held === 0) this.flush();
    };
  }

  /** Begins a frame; `end` or `cancel` is to follow. */
  begin(kind: number, instance: number): WireWriter {
    let writer = this.#writer;
    if (this.#start === undefined) this.#start = writer.at;
    else this.#inner.push({ writer: (writer = new WireWriter()), open: true });
    writer.u32(0);
    writer.u8(kind);
    writer.u32(instance);
    return writer;
  }

  end(): void {
    if (this.#closeInner() !== undefined) return;
    const writer = this.#writer;
    writer.patch32(this.#start!, writer.at - this.#start!);
    this.#start = undefined;
    this.#frames++;
    this.#append();
    if (this.#frames >= MANY) this.flush();
    else this.#schedule();
  }

  /** Nothing is sent of the frame. */
  cancel(): void {
    const inner = this.#closeInner();
    if (inner !== undefined) return void this.#inner.splice(this.#inner.indexOf(inner), 1);
    this.#writer.at = this.#start!;
    this.#start = undefined;
    this.#append();
    if (this.#frames > 0) this.#schedule();
  }

  #closeInner(): { readonly writer: WireWriter; open: boolean } | undefined {
    if (this.#inner.length === 0) return undefined;
    const inner = this.#inner.findLast(({ open }) => open);
    if (inner === undefined) return undefined;
    inner.open = false;
    const { writer } = inner;
    writer.patch32(0, writer.at);
    return inner;
  }

  #append(): void {
    for (const { writer } of this.#inner.splice(0)) {
      this.#writer.raw(writer.take());
      this.#frames++;
    }
  }

  /** Where what `write` throws is thrown, nothing of it is sent. */
  frame(kind: number, instance: number, write: (writer: WireWriter) => void): void {
    const writer = this.begin(kind, instance);
    try {
      write(writer);
    } catch (thrown) {
      this.cancel();
      throw thrown;
    }
    this.end();
  }

  #schedule(): void {
    if (this.#due || this.#held > 0) return;
    this.#due = true;
    void SETTLED.then(this.#flush);
  }

  /** The end of the turn is nothing until as many calls of `release`: more is to follow. */
  hold(): void {
    this.#held++;
  }

  release(): void {
    this.#held--;
    if (this.#held === 0 && this.#frames > 0) this.#schedule();
  }

  flush(): void {
    if (this.#start !== undefined || this.#writer.at === 0) return;
    this.#frames = 0;
    this.#send(this.#writer);
  }
}

/** Need not read to the end of its frame. */
export type TakeFrame = (kind: number, instance: number, reader: WireReader) => void;

/** Whether what is left is to wait. */
export type Stops = () => boolean;

/**
 * False where it has stopped before the end: what is left is read by the next call. A frame of which
 * the reading throws is done with, too.
 */
export function readFrames(reader: WireReader, take: TakeFrame, stops: Stops): boolean {
  while (!reader.done) {
    if (stops()) return false;
    const start = reader.at;
    const end = start + reader.u32();
    try {
      take(reader.u8(), reader.u32(), reader);
    } finally {
      reader.at = end;
    }
  }
  return true;
}
