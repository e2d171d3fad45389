import type { Layout } from "../layout.ts";
import type { Codec, CodecSource } from "./codec.ts";
import { type Chain, END, type Fields, interned, linkOf } from "./sites.ts";

type Parts = Extract<Layout, { form: "record" | "tuple" }>;

interface Part {
  readonly offset: number;
  /** How many core values come before it. */
  readonly slot: number;
  readonly codec: Codec;
}

function partsOf(codecs: CodecSource, { fields }: Parts): readonly Part[] {
  let slot = 0;
  return fields.map(({ offset, layout }) => {
    const part = { offset, slot, codec: codecs.of(layout) };
    slot += layout.flat?.length ?? 0;
    return part;
  });
}

export function tupleCodec(codecs: CodecSource, layout: Parts): Codec {
  const parts = partsOf(codecs, layout);
  const { length } = parts;
  return {
    take: undefined,
    fits(cx, value) {
      if (!Array.isArray(value) || value.length !== length) return false;
      for (let at = 0; at < length; at++) if (!parts[at]!.codec.fits(cx, value[at])) return false;
      return true;
    },
    load: (cx, pointer) => parts.map(({ offset, codec }) => codec.load(cx, pointer + offset)),
    store(cx, value, pointer) {
      const items = value as readonly unknown[];
      for (let at = 0; at < length; at++) {
        const { offset, codec } = parts[at]!;
        codec.store(cx, items[at], pointer + offset);
      }
    },
    lift: (cx, core, start) => parts.map(({ slot, codec }) => codec.lift(cx, core, start + slot)),
    lower(cx, value, core, start) {
      const items = value as readonly unknown[];
      for (let at = 0; at < length; at++) {
        const { slot, codec } = parts[at]!;
        codec.lower(cx, items[at], core, start + slot);
      }
    },
  };
}

/** Longer chains of fields would use too much of the stack. */
const LONGEST_CHAIN = 48;

export function recordCodec(codecs: CodecSource, layout: Parts): Codec {
  const { first, fields } = layout;
  // Copied for each value, because storing to an existing field takes two thirds of the time of
  // adding one.
  const blank: Fields = Object.fromEntries(fields.map(({ key }) => [key, undefined]));
  const keys = interned(fields.map(({ key }) => key));
  const parts = partsOf(codecs, layout);
  const chain = (from: number, to: number): Chain =>
    parts.slice(from, to).reduceRight((next, { codec, offset, slot }, at) => {
      const nth = from + at;
      return linkOf(first + nth, keys[nth]!, codec, offset, slot, next);
    }, END);
  const { length } = parts;
  if (length <= LONGEST_CHAIN) return linked(blank, chain(0, length), parts.every(isTaken));
  const chains = Array.from({ length: Math.ceil(length / LONGEST_CHAIN) }, (_, at) =>
    chain(at * LONGEST_CHAIN, (at + 1) * LONGEST_CHAIN),
  );
  const all: Chain = {
    fits: (cx, record) => chains.every((one) => one.fits(cx, record)),
    take: (cx, record, core, at) => chains.every((one) => one.take(cx, record, core, at)),
    load: (cx, record, pointer) => (chains.forEach((one) => one.load(cx, record, pointer)), record),
    store: (cx, record, pointer) => chains.forEach((one) => one.store(cx, record, pointer)),
    lift: (cx, record, core, at) => (
      chains.forEach((one) => one.lift(cx, record, core, at)),
      record
    ),
    lower: (cx, record, core, at) => chains.forEach((one) => one.lower(cx, record, core, at)),
  };
  return linked(blank, all, parts.every(isTaken));
}

function isTaken({ codec }: Part): boolean {
  return codec.take !== undefined;
}

function linked(
  blank: Fields,
  { fits, take, load, store, lift, lower }: Chain,
  taken: boolean,
): Codec {
  return {
    fits: (cx, value) => typeof value === "object" && value !== null && fits(cx, value as Fields),
    take: taken
      ? (cx, value, core, at) =>
          typeof value === "object" && value !== null && take(cx, value as Fields, core, at)
      : undefined,
    load: (cx, pointer) => load(cx, { ...blank }, pointer),
    store: (cx, value, pointer) => store(cx, value as Fields, pointer),
    lift: (cx, core, at) => lift(cx, { ...blank }, core, at),
    lower: (cx, value, core, at) => lower(cx, value as Fields, core, at),
  };
}
