// Variants, enums, options and results as bytes.
import type { CasesForm } from "../abi/layout.ts";
import { type Codec, refuse, under } from "./codec.ts";
import type { CodecOf } from "./compound-codecs.ts";

/** Throws where there is no such case: the other side is not always trusted. */
function known(names: readonly string[], index: number): string {
  const name = names[index];
  if (name === undefined)
    throw new RangeError("a message names a case that its type does not have");
  return name;
}

export function cases({ style, cases }: CasesForm, codecOf: CodecOf): Codec {
  const names = cases.map(({ name }) => name);
  const indices = new Map(names.map((name, index) => [name, index]));
  const payloads = cases.map(({ layout }) => layout && codecOf(layout));
  const oneOf = `one of ${names.map((name) => `"${name}"`).join(", ")}`;
  switch (style) {
    case "option": {
      const some = payloads[1]!;
      return {
        write(writer, value, handles) {
          if (value === undefined || value === null) return writer.u8(0);
          writer.u8(1);
          some.write(writer, value, handles);
        },
        read: (reader, handles) => (reader.u8() === 0 ? undefined : some.read(reader, handles)),
      };
    }
    case "enum":
      return {
        write(writer, value) {
          const index = typeof value === "string" ? indices.get(value) : undefined;
          if (index === undefined) return refuse(oneOf, value);
          writer.size(index);
        },
        read: (reader) => known(names, reader.size()),
      };
    default:
      return {
        write(writer, value, handles) {
          if (typeof value !== "object" || value === null) refuse("an object { tag, val }", value);
          const { tag, val } = value as { readonly tag: unknown; readonly val: unknown };
          const index = typeof tag === "string" ? indices.get(tag) : undefined;
          if (index === undefined) return refuse(oneOf, tag, ".tag");
          writer.size(index);
          const payload = payloads[index];
          try {
            payload?.write(writer, val, handles);
          } catch (thrown) {
            throw under(".val", thrown);
          }
        },
        read(reader, handles) {
          const index = reader.size();
          const tag = known(names, index);
          const payload = payloads[index];
          if (payload !== undefined) return { tag, val: payload.read(reader, handles) };
          // A result has a `val` in every case.
          return style === "result" ? { tag, val: undefined } : { tag };
        },
      };
  }
}
