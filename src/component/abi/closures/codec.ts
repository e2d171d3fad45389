/// The twin of emit/ for pages that forbid eval: what it writes as text is closures here.
import type { StringEncoding } from "../../validate/resolved.ts";
import type { LiftLowerContext } from "../context.ts";
import type { Layout } from "../layout.ts";
import type { Implementer } from "../signature.ts";

/// A type's values between JavaScript, linear memory and core values. CanonicalABI.md: `load`,
/// `store`, `lift_flat`, `lower_flat`.
export interface Codec {
  load(cx: LiftLowerContext, pointer: number): unknown;
  store(cx: LiftLowerContext, value: unknown, pointer: number): void;
  lift(cx: LiftLowerContext, flat: Flat): unknown;
  lower(cx: LiftLowerContext, value: unknown, out: unknown[]): void;
}

/// Core values, taken one by one. CanonicalABI.md, `CoreValueIter`.
export class Flat {
  readonly #values: readonly unknown[];
  #at = 0;

  constructor(values: readonly unknown[]) {
    this.#values = values;
  }

  next(): unknown {
    return this.#values[this.#at++];
  }

  i32(): number {
    return this.#values[this.#at++] as number;
  }

  u32(): number {
    return (this.#values[this.#at++] as number) >>> 0;
  }
}

/// One end of a call; see emit/unit.ts.
export interface Side {
  readonly encoding: StringEncoding;
  readonly host: boolean;
  readonly implementer: Implementer;
  readonly lends: boolean;
}

/// The codecs of one side.
export interface CodecSource {
  readonly side: Side;
  of(layout: Layout): Codec;
}
