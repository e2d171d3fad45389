// Carries messages between the host's and a guest's thread, in order. Frames go through rings of
// shared memory where there are some. Everything else, and frames that find the ring full, are
// posted.
import type { ThreadPort, ThreadRings } from "../../platform/threads.ts";
import { WireReader, type WireWriter } from "../../component/wire/index.ts";
import { Outbox, readFrames, type Stops, type TakeFrame } from "./frames.ts";
import type { Pace } from "./pace.ts";
import { RingReader, RingWriter } from "./ring.ts";

/** Made by ThreadConnection on the host, by GuestThread on the thread. */
export interface ChannelParts {
  readonly rings: ThreadRings | undefined;
  readonly side: "host" | "guest";
  /** `gives`: buffers of the message that are transferred and can't be used here any more. */
  post(message: unknown, gives?: readonly ArrayBuffer[]): void;
  /** See ThreadPort. */
  readonly postFrames?: ThreadPort["postFrames"];
  /**
   * Called where frames could not be sent, for example for lack of memory. Default: the error is
   * thrown.
   */
  readonly lost?: (thrown: unknown) => void;
  /** Called where what has arrived can't be read. Default: the error is thrown. */
  readonly garbled?: ((thrown: unknown) => void) | undefined;
  readonly take: TakeFrame;
  /** Limits how much is handled at once. Default: everything that has arrived. */
  readonly pace?: Pace | undefined;
  /** Handles a message that is not frames. */
  readonly other: (message: unknown) => void;
}

const KEY = "tenon";

/** A message that says that there is something in the ring. */
const BELL = 0;

/**
 * A posted message. `tenon` counts messages in one direction, in 32 bits. What has no such number is
 * not ours: an application's code, or a tool that watches it, may post to any worker.
 */
export interface Numbered {
  readonly tenon: number;
  /** Frames, or an object. */
  readonly message: unknown;
  /** Called when it has been handled. */
  readonly taken?: () => void;
}

/** Whether a message that came through a port is one of a channel's. */
export function isChannelMessage(posted: unknown): boolean {
  return posted === BELL || isNumbered(posted);
}

function isNumbered(posted: unknown): posted is Numbered {
  return (
    typeof posted === "object" && posted !== null && Number.isInteger(Reflect.get(posted, KEY))
  );
}

export class Channel {
  readonly outbox: Outbox;
  readonly #parts: ChannelParts;
  readonly #in: RingReader | undefined;
  readonly #out: RingWriter | undefined;
  readonly #pace: Pace | undefined;
  /** Messages that have arrived; those before `next` have been handled. */
  readonly #arrived: Numbered[] = [];
  #next = 0;
  /** The message that is being read. */
  #open: WireReader | undefined;
  /** To be called when it has been read. */
  #taken: (() => void) | undefined;
  #posted = 0;
  #received = 0;
  #closed = false;

  constructor(parts: ChannelParts) {
    const { rings, side } = parts;
    const [outward, inward] =
      side === "host" ? [rings?.toGuest, rings?.toHost] : [rings?.toHost, rings?.toGuest];
    this.#parts = parts;
    this.#pace = parts.pace;
    this.#out = outward && new RingWriter(outward);
    this.#in = inward && new RingReader(inward);
    this.outbox = new Outbox((writer) => this.#send(writer));
  }

  #send(writer: WireWriter): void {
    const out = this.#out;
    const { post, postFrames, lost } = this.#parts;
    try {
      if (out === undefined && postFrames !== undefined) postFrames(this.#nextNumber(), writer);
      else if (out === undefined || !out.put(writer, this.#posted)) this.#give(writer.take());
      else if (out.mustRing()) post(BELL);
    } catch (thrown) {
      writer.at = 0;
      if (lost === undefined) throw thrown;
      lost(thrown);
    }
  }

  /** Posts a message that is not frames, after all frames so far. */
  post(message: unknown): void {
    this.outbox.flush();
    this.#number(message);
  }

  #number(message: unknown): void {
    this.#parts.post(this.#numbered(message));
  }

  /** The buffer is transferred: a copy would be garbage on one side, and work for both. */
  #give(frames: Uint8Array<ArrayBuffer>): void {
    this.#parts.post(this.#numbered(frames), [frames.buffer]);
  }

  #numbered(message: unknown): Numbered {
    return { [KEY]: this.#nextNumber(), message };
  }

  #nextNumber(): number {
    return (this.#posted = (this.#posted + 1) | 0);
  }

  /** Messages of others are dropped. */
  receive(posted: unknown): void {
    if (this.#closed) return;
    if (isNumbered(posted)) this.#arrived.push(posted);
    else if (posted !== BELL) return;
    if (this.#pace === undefined) this.#work();
    else this.#pace.work(this.#work);
  }

  /**
   * Receives frames that were posted. Without a pace, and without rings, they have been read when this
   * returns. `taken`: see Numbered.
   */
  receiveFrames(number: number, reader: WireReader, taken?: () => void): void {
    if (this.#closed) return;
    if (this.#open !== undefined || this.#next < this.#arrived.length || this.#in !== undefined) {
      this.#arrived.push({ [KEY]: number, message: reader, ...(taken && { taken }) });
    } else {
      this.#opens(number, reader, taken);
    }
    if (this.#pace === undefined) this.#work();
    else this.#pace.work(this.#work);
  }

  #opens(number: number, reader: WireReader, taken: (() => void) | undefined): void {
    // A lost message is not waited for, and one that comes late or twice delays nothing.
    if (((number - this.#received) | 0) > 0) this.#received = number;
    this.#open = reader;
    this.#taken = taken;
  }

  /** Handles everything that has arrived, however long that takes. */
  drain(): void {
    try {
      this.#take(() => false);
    } catch (thrown) {
      if (this.#parts.garbled === undefined) throw thrown;
      this.#garbled(thrown);
    }
  }

  /** Nothing more is read. */
  #garbled(thrown: unknown): void {
    this.#closed = true;
    this.#arrived.length = this.#next = 0;
    this.#open = undefined;
    this.#parts.garbled!(thrown);
  }

  readonly #stops: Stops = () => this.#pace?.over === true;

  /** Returns false where there is more to do, later. */
  readonly #work = (): boolean => {
    try {
      if (!this.#take(this.#stops)) return false;
    } catch (thrown) {
      this.#in?.sleep();
      if (this.#parts.garbled === undefined) throw thrown;
      this.#garbled(thrown);
      return true;
    }
    if (this.#in === undefined) return true;
    this.#in.sleep();
    // Handles what was written before the reader announced that it sleeps.
    return this.#take(this.#stops);
  };

  #take(stops: Stops): boolean {
    const { take, other } = this.#parts;
    for (;;) {
      if (this.#open !== undefined && !readFrames(this.#open, take, stops)) return false;
      this.#open = undefined;
      this.#taken?.();
      this.#taken = undefined;
      const next = this.#arrived[this.#next];
      const before = next === undefined ? this.#received : (next.tenon - 1) | 0;
      if (this.#in?.take(before, take, stops) === false) return false;
      if (next === undefined) break;
      if (stops()) return false;
      const { tenon: number, message, taken } = next;
      this.#next++;
      // Where messages are doubted, there may be any number that say nothing.
      if (this.#parts.garbled !== undefined) this.#pace?.lap();
      if (message instanceof WireReader) this.#opens(number, message, taken);
      else if (message instanceof Uint8Array) this.#opens(number, new WireReader(message), taken);
      else {
        if (((number - this.#received) | 0) > 0) this.#received = number;
        other(message);
        taken?.();
      }
    }
    this.#arrived.length = this.#next = 0;
    return true;
  }
}
