// CanonicalABI.md, "Stream State" and "Future State": what the two ends of a stream or future have
// in common.
import { trap } from "../trap.ts";
import { type GuestBuffer, type Target, transfer } from "./buffers.ts";

/** CanonicalABI.md, `CopyResult`. */
export const COMPLETED = 0;
export const DROPPED = 1;
export const CANCELLED_COPY = 2;

/** Who reads or writes. */
export interface Copier<Buffer> {
  readonly buffer: Buffer;
  /** Elements were copied, and more may follow until `reclaim` is called. */
  copied(reclaim: () => void): void;
  /** The buffer is not used any more. */
  done(result: number): void;
}

/** The readable end of a stream or future, of which a guest or the host is the other end. */
export interface Readable {
  readonly kind: "stream" | "future";
  /** The number of the elements' type among those of the plan. */
  readonly payload: number;
  read(reader: Copier<Target>): void;
  /** Ends the copy that waits. */
  cancel(): void;
  drop(): void;
}

type Waiting =
  | { readonly way: "read"; readonly by: Copier<Target> }
  | { readonly way: "write"; readonly by: Copier<GuestBuffer> };

abstract class Shared implements Readable {
  abstract readonly kind: "stream" | "future";
  readonly payload: number;
  dropped = false;
  protected waiting: Waiting | undefined = undefined;

  constructor(payload: number) {
    this.payload = payload;
  }

  abstract read(reader: Copier<Target>): void;
  abstract write(writer: Copier<GuestBuffer>): void;

  protected readonly reset = (): void => {
    this.waiting = undefined;
  };

  protected end(result: number): void {
    const { by } = this.waiting!;
    this.waiting = undefined;
    by.done(result);
  }

  cancel(): void {
    this.end(CANCELLED_COPY);
  }

  drop(): void {
    if (this.dropped) return;
    this.dropped = true;
    if (this.waiting !== undefined) this.end(DROPPED);
  }
}

/** CanonicalABI.md, `SharedStreamImpl`. */
export class SharedStream extends Shared {
  override readonly kind = "stream";

  override read(reader: Copier<Target>): void {
    const { waiting } = this;
    if (this.dropped) return reader.done(DROPPED);
    if (waiting?.way !== "write") {
      this.waiting = { way: "read", by: reader };
      return;
    }
    const { by: writer } = waiting;
    apart(writer.buffer, reader.buffer);
    if (writer.buffer.remain > 0) {
      if (reader.buffer.remain > 0) {
        transfer(writer.buffer, reader.buffer);
        writer.copied(this.reset);
      }
      return reader.done(COMPLETED);
    }
    this.end(COMPLETED);
    this.waiting = { way: "read", by: reader };
  }

  override write(writer: Copier<GuestBuffer>): void {
    const { waiting } = this;
    if (this.dropped) return writer.done(DROPPED);
    if (waiting?.way !== "read") {
      this.waiting = { way: "write", by: writer };
      return;
    }
    const { by: reader } = waiting;
    apart(writer.buffer, reader.buffer);
    if (reader.buffer.remain > 0) {
      if (writer.buffer.remain > 0) {
        transfer(writer.buffer, reader.buffer);
        reader.copied(this.reset);
      }
      return writer.done(COMPLETED);
    }
    if (writer.buffer.length === 0 && reader.buffer.length === 0) return writer.done(COMPLETED);
    this.end(COMPLETED);
    this.waiting = { way: "write", by: writer };
  }
}

/** CanonicalABI.md, `SharedFutureImpl`. */
export class SharedFuture extends Shared {
  override readonly kind = "future";

  override read(reader: Copier<Target>): void {
    const { waiting } = this;
    if (waiting?.way !== "write") {
      this.waiting = { way: "read", by: reader };
      return;
    }
    apart(waiting.by.buffer, reader.buffer);
    transfer(waiting.by.buffer, reader.buffer);
    this.end(COMPLETED);
    reader.done(COMPLETED);
  }

  override write(writer: Copier<GuestBuffer>): void {
    const { waiting } = this;
    if (this.dropped) return writer.done(DROPPED);
    if (waiting?.way !== "read") {
      this.waiting = { way: "write", by: writer };
      return;
    }
    apart(writer.buffer, waiting.by.buffer);
    transfer(writer.buffer, waiting.by.buffer);
    this.end(COMPLETED);
    writer.done(COMPLETED);
  }
}

/** The specification excludes copies within an instance for now, but for numbers. */
function apart(from: GuestBuffer, to: Target): void {
  if (from.inst === to.inst && !from.plain) {
    trap("same-instance", "cannot read from and write to intra-component future or stream");
  }
}
