// Places that read and write a property whose name is known when functions are bound.
//
// JavaScript engines keep what they learn about `object[key]`, and about what a call calls, with the
// place in the source. One that has met a second name takes some fifty times as long, and one that
// has met several functions can't have them compiled into it: so there are many, each for one field
// of a component's records. Components with more fields than this share them.
import { SITES } from "../generated/field-places.ts";
import type { LiftLowerContext } from "../context.ts";
import type { Codec, Core } from "./codec.ts";

export type Fields = { [key: string]: unknown };

/**
 * One field of a record and all that follow. As in Codec; `load` and `lift` fill the record, and
 * answer it.
 */
export interface Chain {
  fits(cx: LiftLowerContext, record: Fields): boolean;
  take(cx: LiftLowerContext, record: Fields, core: Core, at: number): boolean;
  load(cx: LiftLowerContext, record: Fields, pointer: number): Fields;
  store(cx: LiftLowerContext, record: Fields, pointer: number): void;
  lift(cx: LiftLowerContext, record: Fields, core: Core, at: number): Fields;
  lower(cx: LiftLowerContext, record: Fields, core: Core, at: number): void;
}

export const END: Chain = {
  fits: () => true,
  take: () => true,
  load: (_, record) => record,
  store: () => {},
  lift: (_, record) => record,
  lower: () => {},
};

/**
 * Distinct names that begin with a letter, as the very strings that property tables hold: JavaScript
 * engines compare those by address, others by their characters.
 */
export function interned(names: readonly string[]): readonly string[] {
  return Object.keys(Object.fromEntries(names.map((name) => [name, undefined])));
}

/** `offset` in memory and `slot` among core values are the field's, `next` what follows it. */
export function linkOf(
  nth: number,
  key: string,
  codec: Codec,
  offset: number,
  slot: number,
  next: Chain,
): Chain {
  return SITES[nth % SITES.length]!(key, codec, offset, slot, next);
}

export type Site = (k: string, codec: Codec, x: number, y: number, n: Chain) => Chain;
