import { type CasesForm, type Layout, SHIFTS } from "../layout.ts";
import type { CoreType } from "../flatten.ts";
import {
  badCase,
  bitsOfDouble,
  bitsOfFloat,
  doubleOfBits,
  floatOfBits,
  wrap,
} from "../values/values.ts";
import type { Codec, CodecSource } from "./codec.ts";
import { interned } from "./sites.ts";

/** How a value of one case looks in JavaScript, and which case a value is of. */
interface Style {
  readonly make: (index: number, val: unknown) => unknown;
  /** Below 0: of no case. */
  readonly caseOf: (value: unknown) => number;
  readonly payloadOf: (value: unknown) => unknown;
}

export function casesCodec(codecs: CodecSource, layout: Layout & CasesForm): Codec {
  const { style, cases, view, payload, flat: joined = [] } = layout;
  const { length } = cases;
  const items = cases.map(({ layout }) => layout && codecs.of(layout));
  const slots = cases.map(({ layout }) => slotsOf(joined, layout?.flat ?? []));
  const { make, caseOf, payloadOf } = styleOf(style, cases);
  const shift = SHIFTS[view];
  const open = style === "option" || style === "enum";
  return {
    fits(cx, value) {
      if (!open && (typeof value !== "object" || value === null)) return false;
      const index = caseOf(value);
      if (index < 0) return false;
      const item = items[index];
      return item === undefined || item.fits(cx, payloadOf(value));
    },
    take: items.every((item) => item === undefined || item.take !== undefined)
      ? (cx, value, core, at) => {
          if (!open && (typeof value !== "object" || value === null)) return false;
          const index = caseOf(value);
          if (index < 0) return false;
          core[at] = index;
          const item = items[index];
          if (item !== undefined && !item.take!(cx, payloadOf(value), core, at + 1)) return false;
          for (const { slot, widen } of slots[index]!) core[at + slot] = widen(core[at + slot]);
          return true;
        }
      : undefined,
    load(cx, pointer) {
      const index = cx[view][pointer >>> shift] as number;
      if (index >= length) badCase(index);
      return make(index, items[index]?.load(cx, pointer + payload));
    },
    store(cx, value, pointer) {
      const index = Math.max(0, caseOf(value));
      (cx[view] as Uint8Array)[pointer >>> shift] = index;
      items[index]?.store(cx, payloadOf(value), pointer + payload);
    },
    lift(cx, core, at) {
      const index = (core[at] as number) >>> 0;
      if (index >= length) badCase(index);
      const item = items[index];
      if (item === undefined) return make(index, undefined);
      for (const { slot, narrow } of slots[index]!) {
        if (narrow !== undefined) core[at + slot] = narrow(core[at + slot]);
      }
      return make(index, item.lift(cx, core, at + 1));
    },
    lower(cx, value, core, at) {
      const index = Math.max(0, caseOf(value));
      core[at] = index;
      items[index]?.lower(cx, payloadOf(value), core, at + 1);
      for (const { slot, widen } of slots[index]!) core[at + slot] = widen(core[at + slot]);
    },
  };
}

const OPTION: Style = {
  make: (_, val) => val,
  caseOf: (value) => (value === undefined || value === null ? 0 : 1),
  payloadOf: (value) => value,
};

function styleOf(style: CasesForm["style"], cases: CasesForm["cases"]): Style {
  if (style === "option") return OPTION;
  const names = interned(cases.map(({ name }) => name));
  const indexOf = indexing(names);
  const payloadOf = (value: unknown) => (value as { readonly val?: unknown }).val;
  if (style === "enum") return { make: (index) => names[index], caseOf: indexOf, payloadOf };
  const bare = cases.map(({ layout }) => layout === undefined && style !== "result");
  return {
    make: (index, val) => (bare[index] ? { tag: names[index] } : { tag: names[index], val }),
    caseOf: (value) => indexOf((value as { readonly tag: unknown }).tag),
    payloadOf,
  };
}

/** A few names are found faster one by one. */
export function indexing(names: readonly string[]): (name: unknown) => number {
  const { length } = names;
  if (length <= 8) {
    return (name) => {
      for (let at = 0; at < length; at++) if (names[at] === name) return at;
      return -1;
    };
  }
  const indices = new Map(names.map((name, index) => [name as unknown, index]));
  return (name) => indices.get(name) ?? -1;
}

/** A slot of the joined core types whose type differs from the case's, or that the case lacks. */
interface Slot {
  readonly slot: number;
  readonly narrow: ((value: unknown) => unknown) | undefined;
  readonly widen: (value: unknown) => unknown;
}

function slotsOf(joined: readonly CoreType[], own: readonly CoreType[]): readonly Slot[] {
  return joined.slice(1).flatMap((have, at): readonly Slot[] => {
    const slot = at + 1;
    const want = own[at];
    if (have === want) return [];
    if (want === undefined) {
      const zero = have === "i64" ? 0n : 0;
      return [{ slot, narrow: undefined, widen: () => zero }];
    }
    return [{ slot, narrow: narrowing(have, want), widen: widening(want, have) }];
  });
}

/** CanonicalABI.md, `CoerceValueIter`. */
function narrowing(have: CoreType, want: CoreType): (value: unknown) => unknown {
  if (have === "i32") return (value) => floatOfBits(value as number);
  if (want === "f64") return (value) => doubleOfBits(value as bigint);
  if (want === "i32") return (value) => wrap(value as bigint);
  return (value) => floatOfBits(wrap(value as bigint));
}

/** CanonicalABI.md, `lower_flat_variant`. */
function widening(have: CoreType, want: CoreType): (value: unknown) => unknown {
  if (have === "f64") return (value) => bitsOfDouble(value as number);
  if (have === "i32") return (value) => BigInt((value as number) >>> 0);
  if (want === "i32") return (value) => bitsOfFloat(value as number);
  return (value) => BigInt(bitsOfFloat(value as number) >>> 0);
}
