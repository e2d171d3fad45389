import type { InterfaceBytes } from "../../telemetry/meter.ts";
import type { Breaker } from "./breaker.ts";
import type { TokenBucket } from "./token-bucket.ts";

/** How many calls are taken from the bucket at a time. */
const SHARE = 64;

/**
 * Counts what one plugin does with one interface, for as long as the plugin is installed.
 *
 * Calls are let through in shares of `SHARE`. Only the first call of a share asks the bucket, the
 * breaker and the clock, and its time counts for the calls before it; the others are quick. While
 * the interface has recent failures (the breaker is `troubled`), no call is quick.
 */
export class InterfaceAccount implements InterfaceBytes {
  #bucket: TokenBucket;
  readonly #breaker: Breaker;
  /** How many calls may be made without asking `admits`. The caller that makes one subtracts it. */
  quick = 0;
  out = 0;
  in = 0;
  /** Promises of the interface that the instance is waiting for. */
  pending = 0;
  /**
   * Calls that the bucket has let through and that are not handed out while the breaker is
   * troubled.
   */
  #kept = 0;
  /**
   * `#since`: how many calls the next call that asks stands for, itself included. `#untimed`: how
   * many calls the last one stood for, until it is timed.
   */
  #since = 1;
  #untimed = 0;
  #refusedBy: "breaker" | "rate" = "rate";
  readonly #troubled: () => void;

  /** `troubled` is called at each failure. */
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
   * Takes calls that may be made without asking `admits` out of the bucket, and returns how many:
   * at most `most`, and at most the `share` of a second's calls. 0 while the breaker is troubled.
   */
  lend(share: number, most: number): number {
    const calls = Math.min(most, Math.floor(this.#bucket.perSecond * share));
    return this.#breaker.troubled ? 0 : this.#bucket.take(calls);
  }

  /** Puts lent calls that were not made back into the bucket. */
  giveBack(unused: number): void {
    this.#bucket.giveBack(unused);
  }

  /** Why `admits` refused the last call that it refused. */
  get refusedBy(): "breaker" | "rate" {
    return this.#refusedBy;
  }

  /** Milliseconds until the bucket lets a call through. */
  get waitMs(): number {
    return this.#bucket.waitMs;
  }

  /** How many calls the next call's time stands for; 0: it need not be timed. */
  sample(): number {
    const calls = this.#untimed;
    this.#untimed = 0;
    return calls;
  }

  /** Counts an argument of a call. Numbers, the most frequent arguments, cost no further call. */
  sent(value: unknown): void {
    if (typeof value === "string") this.out += value.length;
    else if (typeof value === "object") this.out += sizeOf(value);
  }

  /** Counts an answer of the interface. */
  received(value: unknown): void {
    if (typeof value === "string") this.in += value.length;
    else if (typeof value === "object") this.in += sizeOf(value);
  }

  /**
   * An admitted call has returned, with an answer or an `err`. Quick calls need not report this.
   * Another call of the same turn may still fail, so failures are forgotten only when a turn has
   * ended well.
   */
  answered(): void {
    if (this.#breaker.troubled) this.#breaker.promising();
  }

  /** A call into the plugin has ended, and no failure of the interface had ended the instance. */
  turnEndedWell(): void {
    this.#breaker.succeeded();
  }

  /** Milliseconds until the interface is tried again. */
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

  /** An admitted call neither succeeded nor failed. */
  withdrawn(): void {
    this.#breaker.withdrawn();
  }

  /**
   * The instance has ended. Where that was because of its deadline (`late`) and it was waiting for
   * the interface, the interface has failed.
   */
  ended(late: boolean): void {
    if (late && this.pending > 0) this.failed();
    else this.withdrawn();
    this.pending = 0;
  }

  /** Continues with a new bucket; failures are forgotten. */
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

/** The size of a value as `InterfaceBytes` counts it. */
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
