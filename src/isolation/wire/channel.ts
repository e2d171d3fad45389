/// Frames to and from another thread: through rings of shared memory where there are some, and else,
/// or where a ring is full, as messages.
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
}

export class Channel {
  readonly outbox: Outbox;
  readonly #in: RingReader | undefined;
  readonly #take: TakeFrame;

  constructor({ rings, side, post, lost, take }: ChannelParts) {
    const [outward, inward] =
      side === "host" ? [rings?.toGuest, rings?.toHost] : [rings?.toHost, rings?.toGuest];
    const out = outward && new RingWriter(outward);
    this.#in = inward && new RingReader(inward);
    this.#take = take;
    this.outbox = new Outbox((writer: WireWriter) => {
      try {
        post(out?.put(writer) ?? writer.take());
      } catch (thrown) {
        writer.at = 0;
        if (lost === undefined) throw thrown;
        lost(thrown);
      }
    });
  }

  /// False where the message holds no frames.
  receive(message: unknown): boolean {
    if (typeof message === "number") this.#in!.read(message, this.#take);
    else if (message instanceof Uint8Array) readFrames(new WireReader(message), this.#take);
    else return false;
    return true;
  }
}
