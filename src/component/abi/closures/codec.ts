// The counterpart of emit/ for pages that forbid eval: what is text there is closures here.
import type { StringEncoding } from "../../validate/resolved.ts";
import type { LiftLowerContext } from "../context.ts";
import type { Layout } from "../layout.ts";
import type { Implementer } from "../signature.ts";

/**
 * Converts a type's values between JavaScript, linear memory and core values. CanonicalABI.md:
 * `load`, `store`, `lift_flat`, `lower_flat`.
 */
export interface Codec {
  /** Whether a host's value is of the type. accepts.ts also tells why one is not. */
  fits(cx: LiftLowerContext, value: unknown): boolean;
  /**
   * `fits` and `lower` together, looking at each part of the value once. Undefined where lowering
   * does more than write core values.
   */
  readonly take:
    | ((cx: LiftLowerContext, value: unknown, core: Core, at: number) => boolean)
    | undefined;
  load(cx: LiftLowerContext, pointer: number): unknown;
  store(cx: LiftLowerContext, value: unknown, pointer: number): void;
  /** Reads as many core values as the type flattens to, from `at` on. It may overwrite them. */
  lift(cx: LiftLowerContext, core: Core, at: number): unknown;
  /** Writes as many core values as the type flattens to, from `at` on. */
  lower(cx: LiftLowerContext, value: unknown, core: Core, at: number): void;
}

/** The core values of a call. The place of each is known beforehand. */
export type Core = unknown[];

export function u32(core: Core, at: number): number {
  return (core[at] as number) >>> 0;
}

/** One end of a call; see emit/unit.ts. */
export interface Side {
  readonly encoding: StringEncoding;
  readonly host: boolean;
  readonly implementer: Implementer;
  readonly lends: boolean;
}

/** The codecs of one side. */
export interface CodecSource {
  readonly side: Side;
  of(layout: Layout): Codec;
}
