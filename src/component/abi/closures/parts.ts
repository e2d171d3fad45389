import type { Layout } from "../layout.ts";
import type { Codec, CodecSource } from "./codec.ts";

type Parts = Extract<Layout, { form: "record" | "tuple" }>;

/// Of records and tuples.
export function partsCodec(codecs: CodecSource, layout: Parts): Codec {
  const fields = layout.fields.map(({ key, offset, layout }) => ({
    key,
    offset,
    codec: codecs.of(layout),
  }));
  const tuple = layout.form === "tuple";
  // Copied for each value: storing what is there already takes two thirds of adding it.
  const blank: Readonly<Record<string, unknown>> = Object.fromEntries(
    fields.map(({ key }) => [key, undefined]),
  );
  return {
    load(cx, pointer) {
      if (tuple) return fields.map(({ offset, codec }) => codec.load(cx, pointer + offset));
      const record: Record<string, unknown> = { ...blank };
      for (const { key, offset, codec } of fields) record[key] = codec.load(cx, pointer + offset);
      return record;
    },
    store(cx, value, pointer) {
      const parts = value as Readonly<Record<string, unknown>>;
      for (const { key, offset, codec } of fields) codec.store(cx, parts[key], pointer + offset);
    },
    lift(cx, flat) {
      if (tuple) return fields.map(({ codec }) => codec.lift(cx, flat));
      const record: Record<string, unknown> = { ...blank };
      for (const { key, codec } of fields) record[key] = codec.lift(cx, flat);
      return record;
    },
    lower(cx, value, out) {
      const parts = value as Readonly<Record<string, unknown>>;
      for (const { key, codec } of fields) codec.lower(cx, parts[key], out);
    },
  };
}
