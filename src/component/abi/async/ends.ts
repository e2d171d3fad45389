// CanonicalABI.md, `CopyEnd`: what a guest's handle of one end of a stream or future stands for.
import type { ComponentInstance } from "../store.ts";
import { POISONED } from "../store.ts";
import { trap } from "../trap.ts";
import type { GuestBuffer } from "./buffers.ts";
import {
  CANCELLED_COPY,
  COMPLETED,
  type Copier,
  DROPPED,
  type Readable,
  type SharedFuture,
  type SharedStream,
} from "./shared.ts";
import { EVENTS, type Event, Waitable } from "./waitables.ts";

/** CanonicalABI.md, `CopyState`. */
type CopyState = "idle" | "copying" | "cancelling" | "done";

export abstract class CopyEnd extends Waitable implements Disposable {
  state: CopyState = "idle";
  abstract readonly shared: Readable;
  protected abstract readonly event: number;
  protected abstract begin(buffer: GuestBuffer): void;

  #cut = false;

  /** The copy was cancelled after it was done. */
  cut(): void {
    this.#cut = true;
  }

  get copying(): boolean {
    return this.state === "copying" || this.state === "cancelling";
  }

  /** Begins a copy. Its end is an event, which may have happened already. */
  copy(buffer: GuestBuffer): void {
    this.state = "copying";
    this.begin(buffer);
  }

  /** See Copier. */
  protected copier(buffer: GuestBuffer): Copier<GuestBuffer> {
    const stream = this.shared.kind === "stream";
    const event = (given: number): Event => {
      const result = given === COMPLETED && this.#cut ? CANCELLED_COPY : given;
      this.#cut = false;
      const done = result === DROPPED || (!stream && result === COMPLETED);
      this.state = done ? "done" : "idle";
      return [this.event, this.index, stream ? result | (buffer.progress << 4) : result];
    };
    return {
      buffer,
      copied: (reclaim: () => void) =>
        this.notify(() => {
          reclaim();
          return event(COMPLETED);
        }),
      done: (result: number) => this.notify(() => event(result)),
    };
  }

  override drop(): void {
    const { kind } = this.shared;
    if (this.copying) trap("end-in-use", `cannot drop busy ${kind}`);
    this.shared.drop();
    super.drop();
  }

  /** The guest loses it without having dropped it. */
  [Symbol.dispose](): void {
    if (this.inst.store.state < POISONED) this.shared.drop();
  }
}

export class ReadableEnd extends CopyEnd {
  override readonly shared: Readable;
  protected override readonly event: number;

  constructor(inst: ComponentInstance, shared: Readable) {
    super(inst);
    this.shared = shared;
    this.event = shared.kind === "stream" ? EVENTS.streamRead : EVENTS.futureRead;
  }

  protected override begin(buffer: GuestBuffer): void {
    this.shared.read(this.copier(buffer));
  }
}

export class WritableEnd extends CopyEnd {
  override readonly shared: SharedStream | SharedFuture;
  protected override readonly event: number;

  constructor(inst: ComponentInstance, shared: SharedStream | SharedFuture) {
    super(inst);
    this.shared = shared;
    this.event = shared.kind === "stream" ? EVENTS.streamWrite : EVENTS.futureWrite;
  }

  protected override begin(buffer: GuestBuffer): void {
    this.shared.write(this.copier(buffer));
  }

  override drop(): void {
    if (this.shared.kind === "future" && this.state !== "done") {
      trap("end-in-use", "cannot drop future write end without first writing a value");
    }
    super.drop();
  }
}
