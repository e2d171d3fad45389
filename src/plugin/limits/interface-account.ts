import type { InterfaceBytes } from "../../telemetry/meter.ts";
import type { Breaker } from "./breaker.ts";
import type { TokenBucket } from "./token-bucket.ts";

/** Calls that are taken out of the bucket at a time. */
const SHARE = 64;

/**
 * What one plugin does with one interface, for as long as the plugin is installed.
 *
 * Most calls are quick ones: a share of them is let through at a time, so that only one in `SHARE`
 * looks at the bucket, the breaker and the clock, and is timed for those before it. While the breaker
 * has anything to ask or to hear there are none.
 */
export class InterfaceAccount implements InterfaceBytes {
  #bucket: TokenBucket;
  readonly #breaker: Breaker;
  /** Calls that may be made without asking `admits`: who makes one takes it off. */
  quick = 0;
  out = 0;
  in = 0;
  /** Promises of the interface's that the instance waits for. */
  pending = 0;
  /** Let through by the bucket, and kept back while the breaker is troubled. */
  #kept = 0;
  /**
   * Calls that the next one which looks stands for, itself included, and those that one has stood for
   * without being timed yet.
   */
  #since = 1;
  #untimed = 0;
  #refusedBy: "breaker" | "rate" = "rate";
  readonly #troubled: () => void;

  /** `troubled`: hears of each failure. */
  constructor(bucket: TokenBucket, breaker: Breaker, troubled: () => void = () => undefined) {
    this.#bucket = bucket;
    this.#breaker = breaker;
    this.#troubled = troubled;
  }

  /** Whether one more call may be made now. */
  admits(): boolean {
    if (this.quick > 0) {
      this.quick--;
      return true;
    }
    const breaker = this.#breaker;
    if (breaker.troubled && !breaker.admits()) {
      this.#refusedBy = "breaker";
      return false;
    }
    const share = this.#kept > 0 ? this.#kept : this.#bucket.take(SHARE);
    if (share === 0) {
      breaker.withdrawn();
      this.#refusedBy = "rate";
      return false;
    }
    this.#kept = share - 1;
    this.#untimed += this.#since;
    this.#since = 1;
    if (!breaker.troubled) this.#handOut();
    return true;
  }

  /**
   * How many of up to `most` calls may be made without asking `admits`, a `share` of a second's at
   * most. None while the breaker is troubled.
   */
  lend(share: number, most: number): number {
    const calls = Math.min(most, Math.floor(this.#bucket.perSecond * share));
    return this.#breaker.troubled ? 0 : this.#bucket.take(calls);
  }

  /** So many of those that were lent were not made. */
  giveBack(unused: number): void {
    this.#bucket.giveBack(unused);
  }

  /** Why the last call that was not admitted was not. */
  get refusedBy(): "breaker" | "rate" {
    return this.#refusedBy;
  }

  /** Milliseconds until the bucket lets a call through. */
  get waitMs(): number {
    return this.#bucket.waitMs;
  }

  /** How many calls the one that is about to be made is to be timed for; 0: it need not be. */
  sample(): number {
    const calls = this.#untimed;
    this.#untimed = 0;
    return calls;
  }

  /** A value on its way to the interface. Numbers, the most frequent, cost no call. */
  sent(value: unknown): void {
    if (typeof value === "string") this.out += value.length;
    else if (typeof value === "object") this.out += sizeOf(value);
  }

  /** An answer of the interface's. */
  received(value: unknown): void {
    if (typeof value === "string") this.in += value.length;
    else if (typeof value === "object") this.in += sizeOf(value);
  }

  /**
   * An admitted call came back, with an answer or an `err`. Quick ones need not say so. The next call of the same
   * turn may fail all the same: what failed before is forgotten once a turn has ended well.
   */
  answered(): void {
    if (this.#breaker.troubled) this.#breaker.promising();
  }

  /** A call into the plugin ended, and no failure of the interface's had ended the instance. */
  turnEndedWell(): void {
    this.#breaker.succeeded();
  }

  /** Milliseconds that the interface is still left alone. */
  get leftAloneMs(): number {
    return this.#breaker.waitMs;
  }

  failed(): void {
    this.#breaker.failed();
    this.#troubled();
    this.#since -= this.quick;
    this.#kept += this.quick;
    this.quick = 0;
  }

  /** It came to nothing either way. */
  withdrawn(): void {
    this.#breaker.withdrawn();
  }

  /**
   * The instance that made them has ended: calls that have not come back count as failed where it
   * waited for them until its deadline.
   */
  ended(late: boolean): void {
    if (late && this.pending > 0) this.failed();
    else this.withdrawn();
    this.pending = 0;
  }

  /** What was taken counts on, what failed is forgotten. */
  renew(bucket: TokenBucket): void {
    this.#bucket = bucket;
    this.#breaker.reset();
    this.#since -= this.quick;
    this.quick = this.#kept = 0;
  }

  #handOut(): void {
    this.quick = this.#kept;
    this.#since += this.#kept;
    this.#kept = 0;
  }
}

/** See InterfaceBytes. */
export function sizeOf(value: unknown, depth = 1): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (depth === 0) return 0;
  let size = 0;
  if (Array.isArray(value)) {
    for (const item of value) size += sizeOf(item, 0);
  } else {
    for (const key in value) size += sizeOf((value as Record<string, unknown>)[key], 0);
  }
  return size;
}
