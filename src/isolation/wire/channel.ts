/// What host and guest thread tell each other, in order: frames through rings of shared memory where
/// there are some, and all else, and frames where a ring is full, as messages.
import type { ThreadRings } from "../../platform/threads.ts";
import { WireReader, type WireWriter } from "./bytes.ts";
import { Outbox, readFrames, type TakeFrame } from "./frames.ts";
import { RingReader, RingWriter } from "./ring.ts";

export interface ChannelParts {
  readonly rings: ThreadRings | undefined;
  readonly side: "host" | "guest";
  post(message: unknown): void;
  /// Frames could not be sent, for want of memory say. Default: what was thrown is thrown.
  readonly lost?: (thrown: unknown) => void;
  readonly take: TakeFrame;
  /// Takes a message that is no frames.
  readonly other: (message: unknown) => void;
}

/// Says that there is something in the ring.
const BELL = 0;

/// What is posted; `number` counts messages in one direction, in 32 bits.
interface Numbered {
  readonly number: number;
  readonly message: unknown;
}

export class Channel {
  readonly outbox: Outbox;
  readonly #parts: ChannelParts;
  readonly #in: RingReader | undefined;
  readonly #out: RingWriter | undefined;
  #posted = 0;
  #received = 0;

  constructor(parts: ChannelParts) {
    const { rings, side } = parts;
    const [outward, inward] =
      side === "host" ? [rings?.toGuest, rings?.toHost] : [rings?.toHost, rings?.toGuest];
    this.#parts = parts;
    this.#out = outward && new RingWriter(outward);
    this.#in = inward && new RingReader(inward);
    this.outbox = new Outbox((writer) => this.#send(writer));
  }

  #send(writer: WireWriter): void {
    const out = this.#out;
    const { post, lost } = this.#parts;
    try {
      if (out === undefined || !out.put(writer, this.#posted)) this.#number(writer.take());
      else if (out.mustRing()) post(BELL);
    } catch (thrown) {
      writer.at = 0;
      if (lost === undefined) throw thrown;
      lost(thrown);
    }
  }

  /// Posts what is no frames, behind all frames so far.
  post(message: unknown): void {
    this.outbox.flush();
    this.#number(message);
  }

  #number(message: unknown): void {
    this.#posted = (this.#posted + 1) | 0;
    this.#parts.post({ number: this.#posted, message } satisfies Numbered);
  }

  receive(posted: unknown): void {
    if (posted === BELL) return this.#rung();
    const { number, message } = posted as Numbered;
    this.#take((number - 1) | 0);
    // One that was lost is not waited for, and one that comes late or again holds nothing up.
    if (((number - this.#received) | 0) > 0) this.#received = number;
    if (message instanceof Uint8Array) readFrames(new WireReader(message), this.#parts.take);
    else this.#parts.other(message);
    // Also where a bell was lost.
    this.#in?.sleep();
    this.#take();
  }

  #take(after: number = this.#received): void {
    this.#in?.take(after, this.#parts.take);
  }

  #rung(): void {
    try {
      this.#take();
    } finally {
      this.#in!.sleep();
    }
    this.#take();
  }
}
