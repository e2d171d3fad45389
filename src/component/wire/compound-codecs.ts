// Records, tuples, flags and lists as bytes.
import { isMap } from "../../realms.ts";
import type { Layout, ListForm } from "../abi/layout.ts";
import type { WireWriter } from "./bytes.ts";
import { type Codec, refuse, under, type WireHandles } from "./codec.ts";
import { numbers } from "./number-codecs.ts";

interface Field {
  readonly key: string;
  readonly layout: Layout;
}

/** Returns the codec of a part of a type. */
export type CodecOf = (layout: Layout) => Codec;

export function record(layouts: readonly Field[], codecOf: CodecOf): Codec {
  const fields = layouts.map(({ key, layout }) => ({ key, codec: codecOf(layout) }));
  return {
    write(writer, value, handles) {
      if (typeof value !== "object" || value === null) refuse("an object", value);
      const parts = value as Readonly<Record<string, unknown>>;
      let at = 0;
      try {
        for (; at < fields.length; at++) {
          const { key, codec } = fields[at]!;
          codec.write(writer, parts[key], handles);
        }
      } catch (thrown) {
        throw under(`.${fields[at]!.key}`, thrown);
      }
    },
    read(reader, handles) {
      const made: Record<string, unknown> = {};
      for (const { key, codec } of fields) {
        const value = codec.read(reader, handles);
        // Defined, not assigned: a field may be named like something that every object inherits.
        if (key === "__proto__") Object.defineProperty(made, key, { ...OWN, value });
        else made[key] = value;
      }
      return made;
    },
  };
}

const OWN = { writable: true, enumerable: true, configurable: true };

export function tuple(items: readonly Codec[]): Codec {
  return {
    write(writer, value, handles) {
      if (!Array.isArray(value) || value.length !== items.length) {
        refuse(`an array of ${items.length}`, value);
      }
      writeItems(items.length, (index) => items[index]!, writer, value as unknown[], handles);
    },
    read: (reader, handles) => items.map((codec) => codec.read(reader, handles)),
  };
}

export function flags(keys: readonly string[]): Codec {
  return {
    write(writer, value) {
      if (typeof value !== "object" || value === null) refuse("an object", value);
      const parts = value as Readonly<Record<string, unknown>>;
      for (const key of keys) {
        const flag = parts[key];
        if (flag !== undefined && typeof flag !== "boolean") {
          refuse("a boolean", flag, `.${key}`);
        }
        writer.u8(flag === true ? 1 : 0);
      }
    },
    read: (reader) => Object.fromEntries(keys.map((key) => [key, reader.u8() === 1])),
  };
}

export function list({ item, length, numeric, map }: ListForm, codecOf: CodecOf): Codec {
  if (numeric !== undefined) return numbers(numeric, length);
  const codec = codecOf(item);
  const many = length === undefined ? "" : ` of ${length}`;
  return {
    write(writer, value, handles) {
      if (map && !(value instanceof Map || isMap(value))) refuse("a Map", value);
      const items: unknown = map ? [...(value as Map<unknown, unknown>)] : value;
      if (!Array.isArray(items) || (length !== undefined && items.length !== length)) {
        return refuse(`an array${many}`, value);
      }
      writer.size(items.length);
      writeItems(items.length, () => codec, writer, items, handles);
    },
    read(reader, handles) {
      const items = Array.from({ length: reader.count() }, () => codec.read(reader, handles));
      if (length !== undefined && items.length !== length) {
        throw new RangeError("a message has a list of another length than its type");
      }
      return map ? new Map(items as [unknown, unknown][]) : items;
    },
  };
}

function writeItems(
  count: number,
  codecAt: (index: number) => Codec,
  writer: WireWriter,
  items: readonly unknown[],
  handles: WireHandles,
): void {
  let index = 0;
  try {
    for (; index < count; index++) codecAt(index).write(writer, items[index], handles);
  } catch (thrown) {
    throw under(`[${index}]`, thrown);
  }
}
