// Frames: the messages between the host's and a guest's thread while guests run. Any number of them
// are sent together, in order, each preceded by its length. A frame is a kind, the number of an
// instance, and the rest.
import { type WireReader, WireWriter } from "../../component/wire/index.ts";

/** From the host to the guest's thread. */
export const ToGuest = {
  /** call, function, milliseconds of the guest's own time (f64), arguments. */
  call: 1,
  /** host call, Outcome, value: a host function that was waited for has answered. */
  answer: 2,
  /**
   * call, number, milliseconds of the guest's own time (f64), milliseconds up to which it may run
   * in all (f64): the host drops a resource of the guest's, after the calls under way. Answered as
   * a call is.
   */
  drop: 3,
  /** From now on, the instance is restored to its present state after each call. */
  snapshot: 4,
  /**
   * As `call`, after the calls under way. Before the arguments: milliseconds up to which the guest
   * may run in all (f64).
   */
  callInTurn: 5,
} as const;

/** From the guest's thread to the host. */
export const ToHost = {
  /**
   * call, milliseconds that the guest has run so far (f64), whether the instance is as its snapshot
   * was (0 or 1), Outcome, value; or an error.
   */
  done: 1,
  /**
   * number of the call (i32), function, arguments: the guest's thread waits for the answer in shared
   * memory.
   */
  callNow: 2,
  /** host call, function, arguments: the guest is suspended until `answer`. */
  callLater: 3,
  /** number: the guest drops a resource of the host's. */
  drop: 4,
  /** bytes of memories and tables (f64). */
  memory: 5,
  /** function, arguments: the guest continues; there is no answer. */
  tell: 6,
  /**
   * milliseconds that the guest has run so far (f64). The answer of each call tells it, too; this
   * frame is for the other moments: after the start, every 50 ms in a call, and at the end.
   */
  ran: 7,
  /** bytes (f64): the guest needs so much more, and there is no room. */
  wants: 8,
  /** The guest often holds up the others on its thread, and can't be suspended while it does. */
  holds: 9,
} as const;

/** Bytes of a frame's length, kind and instance. */
const HEAD = 9;

const SETTLED = Promise.resolve();

export const Outcome = { ok: 0, err: 1, failed: 2 } as const;

/**
 * After so many frames, those that wait are sent: the other thread reads them while more are
 * written.
 */
const MANY = 16;

/** The same after so many bytes: frames that are sent together are one message. */
const LARGE = 1024 * 1024;

/**
 * Collects frames and sends them together: at the end of the turn, when there are many, or on
 * request.
 */
export class Outbox {
  /** Takes the frames out of the writer, and sends them. */
  readonly #send: (frames: WireWriter) => void;
  readonly #writer: WireWriter = new WireWriter(4096);
  readonly #flush: () => void;
  #due = false;
  #held = 0;
  #frames = 0;
  /** Where the frame that is being written begins. */
  #start: number | undefined = undefined;
  /**
   * Frames that were begun while another one was being written, for example by a getter, are sent
   * after it.
   */
  readonly #inner: { readonly writer: WireWriter; open: boolean }[] = [];

  constructor(send: (frames: WireWriter) => void) {
    this.#send = send;
    this.#flush = () => {
      this.#due = false;
      if (this.#held === 0) this.flush();
    };
  }

  /** Begins a frame. `end` or `cancel` must follow. */
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
    if (this.#frames >= MANY || this.#writer.at >= LARGE) this.flush();
    else this.#schedule();
  }

  /** Drops the frame; nothing of it is sent. */
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

  /**
   * Writes a frame. Where `write` throws, nothing of the frame is sent, and this throws the same.
   */
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

  /**
   * Frames are not sent at the end of the turn until `release` has been called as often: more will
   * follow.
   */
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

/** Handles a frame of so many bytes; need not read it to its end. */
export type TakeFrame = (
  kind: number,
  instance: number,
  reader: WireReader,
  length: number,
) => void;

/** Returns whether the remaining frames must wait. */
export type Stops = () => boolean;

/**
 * Reads frames. Returns false where it has stopped before the end; the next call reads the rest. A
 * frame counts as read even where reading it throws.
 */
export function readFrames(reader: WireReader, take: TakeFrame, stops: Stops): boolean {
  while (!reader.done) {
    if (stops()) return false;
    const start = reader.at;
    const end = start + reader.u32();
    if (end < start + HEAD || end > reader.end) throw new RangeError("a frame has a wrong length");
    try {
      take(reader.u8(), reader.u32(), reader, end - start);
    } finally {
      reader.at = end;
    }
  }
  return true;
}
