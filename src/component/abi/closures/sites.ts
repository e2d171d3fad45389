// Sites that read and write a property whose name is known when functions are bound.
//
// JavaScript engines keep what they learn about `object[key]`, and about the callee of a call, for
// each place in the source. A place that has met a second name takes about fifty times as long, and
// one that has met several callees can't inline them. So there are many such places, each for one
// field of a component's records. Components with more fields share them.
import { SITES } from "../generated/field-places.ts";
import type { LiftLowerContext } from "../context.ts";
import type { Codec, Core } from "./codec.ts";

export type Fields = { [key: string]: unknown };

/**
 * One field of a record and all that follow. As in Codec; `load` and `lift` fill the record, and
 * return it.
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
 * The names as the very strings that property tables hold: engines compare those by address, others
 * by their characters. The names must be distinct and begin with a letter.
 */
export function interned(names: readonly string[]): readonly string[] {
  return Object.keys(Object.fromEntries(names.map((name) => [name, undefined])));
}

/**
 * `offset` (in memory) and `slot` (among core values) are those of the field; `next` is what
 * follows it.
 */
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
