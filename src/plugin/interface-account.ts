import type { InterfaceBytes } from "../telemetry/meter.ts";
import type { Breaker } from "./breaker.ts";
import type { TokenBucket } from "./token-bucket.ts";

/// One in so many calls that answer at once is timed.
const SAMPLE = 64;

/// What one plugin does with one interface, for as long as the plugin is installed.
export class InterfaceAccount implements InterfaceBytes {
  bucket: TokenBucket;
  readonly breaker: Breaker;
  out = 0;
  in = 0;
  /// Promises of the interface's that the instance waits for.
  pending = 0;
  #calls = 0;
  #refusedBy: "breaker" | "rate" = "rate";

  constructor(bucket: TokenBucket, breaker: Breaker) {
    this.bucket = bucket;
    this.breaker = breaker;
  }

  /// Whether one more call may be made now.
  admits(): boolean {
    if (this.breaker.troubled && !this.breaker.admits()) {
      this.#refusedBy = "breaker";
      return false;
    }
    if (this.bucket.take()) return true;
    if (this.breaker.troubled) this.breaker.withdrawn();
    this.#refusedBy = "rate";
    return false;
  }

  /// Why the last call that was not admitted was not.
  get refusedBy(): "breaker" | "rate" {
    return this.#refusedBy;
  }

  /// The instance that made them has ended: calls that have not come back count as failed where it
  /// waited for them until its deadline.
  ended(late: boolean): void {
    if (late && this.pending > 0) this.breaker.failed();
    else if (this.breaker.troubled) this.breaker.withdrawn();
    this.pending = 0;
  }

  /// Whether the call that is about to be made is to be timed, for `SAMPLE` of its kind.
  sampled(): boolean {
    return (++this.#calls & (SAMPLE - 1)) === 0;
  }

  static readonly sample: number = SAMPLE;
}

/// See InterfaceBytes.
export function sizeOf(value: unknown, depth = 1): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  if (value instanceof Uint8Array) return value.byteLength;
  if (depth === 0) return 0;
  let size = 0;
  if (Array.isArray(value)) {
    for (const item of value) size += sizeOf(item, 0);
  } else {
    for (const key in value) size += sizeOf((value as Record<string, unknown>)[key], 0);
  }
  return size;
}
