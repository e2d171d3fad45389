// Values of a component's types as bytes between threads. Both sides have the same shapes in
// JavaScript. Codecs are made from layouts, as the code that lifts and lowers is.
import type { Form, Layout } from "../abi/layout.ts";
import { cases } from "./case-codecs.ts";
import { type Codec, refuse } from "./codec.ts";
import { flags, list, record, tuple } from "./compound-codecs.ts";
import { scalar } from "./number-codecs.ts";

const codecs = new WeakMap<Layout, Codec>();

export function codecOf(layout: Layout): Codec {
  let codec = codecs.get(layout);
  if (codec === undefined) codecs.set(layout, (codec = make(layout)));
  return codec;
}

function make(layout: Layout): Codec {
  switch (layout.form) {
    case "scalar":
      return scalar(layout.scalar);
    case "string":
      return text;
    case "record":
      return record(layout.fields, codecOf);
    case "tuple":
      return tuple(layout.fields.map(({ layout }) => codecOf(layout)));
    case "flags":
      return flags(layout.keys);
    case "cases":
      return cases(layout, codecOf);
    case "list":
      return list(layout, codecOf);
    case "handle":
      return handle(layout);
    case "async":
      return {
        write: (_, value) => refuse(`no ${layout.kind}: not supported`, value),
        read: () => undefined,
      };
  }
}

const text: Codec = {
  write(writer, value) {
    if (typeof value !== "string") refuse("a string", value);
    writer.string(value as string);
  },
  read: (reader) => reader.string(),
};

function handle({ own, resource }: Extract<Form, { form: "handle" }>): Codec {
  const expected = `a live ${resource.name ?? "resource"} of this instance`;
  return {
    write(writer, value, handles) {
      const number = handles.give(resource, own, value);
      if (number === undefined) return refuse(expected, value);
      writer.u32(number);
    },
    read: (reader, handles) => handles.take(resource, own, reader.u32()),
  };
}
