import type { Layout } from "../layout.ts";
import type { Codec, CodecSource } from "./codec.ts";
import { type Fields, siteOf } from "./sites.ts";

type Parts = Extract<Layout, { form: "record" | "tuple" }>;

interface Part {
  readonly offset: number;
  /// Core values before it.
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

export function recordCodec(codecs: CodecSource, layout: Parts): Codec {
  const { first, fields } = layout;
  const sites = fields.map(({ key }, at) => siteOf(first + at, key));
  const parts = partsOf(codecs, layout).map((part, at) => ({ ...part, ...sites[at]! }));
  const { length } = parts;
  // Copied for each value: storing what is there already takes two thirds of adding it.
  const blank = Object.fromEntries(fields.map(({ key }) => [key, undefined]));
  const { copy } = siteOf(first, "");
  return {
    fits(cx, value) {
      if (typeof value !== "object" || value === null) return false;
      for (let at = 0; at < length; at++) {
        const { codec, get } = parts[at]!;
        if (!codec.fits(cx, get(value as Fields))) return false;
      }
      return true;
    },
    load(cx, pointer) {
      const record = copy(blank);
      for (let at = 0; at < length; at++) {
        const { offset, codec, put } = parts[at]!;
        put(record, codec.load(cx, pointer + offset));
      }
      return record;
    },
    store(cx, value, pointer) {
      for (let at = 0; at < length; at++) {
        const { offset, codec, get } = parts[at]!;
        codec.store(cx, get(value as Fields), pointer + offset);
      }
    },
    lift(cx, core, start) {
      const record = copy(blank);
      for (let at = 0; at < length; at++) {
        const { slot, codec, put } = parts[at]!;
        put(record, codec.lift(cx, core, start + slot));
      }
      return record;
    },
    lower(cx, value, core, start) {
      for (let at = 0; at < length; at++) {
        const { slot, codec, get } = parts[at]!;
        codec.lower(cx, get(value as Fields), core, start + slot);
      }
    },
  };
}
