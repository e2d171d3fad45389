/// Values of a component's types as bytes between threads: JavaScript shapes in, the same shapes out.
/// Made from layouts, as the code that lifts and lowers is.
import type { Misfit } from "../../component/abi/misfit.ts";
import { fitsNumbers, fitsScalar, NUMBER_ARRAYS, SCALARS } from "../../component/abi/scalars.ts";
import type { CasesForm, Form, Layout, ListForm, View } from "../../component/abi/layout.ts";
import { SIZES } from "../../component/abi/layout.ts";
import type { ResourceType } from "../../component/types.ts";
import { WireReader, WireWriter } from "./bytes.ts";

/// Resources by number. Each side numbers what it holds for the other.
export interface WireHandles {
  /// The number of a resource that is handed over (`own`) or lent. Undefined: it is none of these.
  give(type: ResourceType, own: boolean, resource: unknown): number | undefined;
  /// What stands for it here.
  take(type: ResourceType, own: boolean, number: number): unknown;
}

export interface Codec {
  /// Throws a WireMisfit where the value is not of the type; what was written by then is to be
  /// forgotten.
  write(writer: WireWriter, value: unknown, handles: WireHandles): void;
  read(reader: WireReader, handles: WireHandles): unknown;
}

/// Not an Error: it is caught by whoever knows which argument it was.
export class WireMisfit {
  path = "";
  readonly expected: string;
  readonly value: unknown;

  constructor(expected: string, value: unknown) {
    this.expected = expected;
    this.value = value;
  }

  get misfit(): Misfit {
    const { path, expected, value } = this;
    return { path, expected, value };
  }
}

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
      return record(layout.fields.map(({ key, layout }) => [key, codecOf(layout)]));
    case "tuple":
      return tuple(layout.fields.map(({ layout }) => codecOf(layout)));
    case "flags":
      return flags(layout.keys);
    case "cases":
      return cases(layout);
    case "list":
      return list(layout);
    case "handle":
      return handle(layout);
    case "async":
      return {
        write: (_, value) => refuse(`no ${layout.kind}: not supported`, value),
        read: () => undefined,
      };
  }
}

function refuse(expected: string, value: unknown): never {
  // oxlint-disable-next-line no-throw-literal -- caught a few frames up, made often by nobody
  throw new WireMisfit(expected, value);
}

/// Writes a part; a misfit in it gets the step that leads to it.
function within(step: string, write: () => void): void {
  try {
    write();
  } catch (thrown) {
    if (thrown instanceof WireMisfit) thrown.path = step + thrown.path;
    throw thrown;
  }
}

type Scalar = View | "bool" | "char";

function scalar(kind: Scalar): Codec {
  const [put, get] = SCALAR_WIRE[kind];
  return {
    write(writer, value) {
      if (!fitsScalar(kind, value)) refuse(SCALARS[kind], value);
      put(writer, value as never);
    },
    read: get,
  };
}

type Wire<Value> = readonly [
  put: (writer: WireWriter, value: Value) => void,
  get: (reader: WireReader) => Value,
];

const small: Wire<number> = [(writer, value) => writer.i32(value), (reader) => reader.i32()];
const byte: Wire<number> = [(writer, value) => writer.u8(value), (reader) => reader.u8()];
const float: Wire<number> = [(writer, value) => writer.f64(value), (reader) => reader.f64()];

const SCALAR_WIRE: Readonly<Record<Scalar, Wire<never> | Wire<number> | Wire<bigint>>> = {
  bool: [
    (writer: WireWriter, value: boolean) => writer.u8(value ? 1 : 0),
    (reader: WireReader) => reader.u8() === 1,
  ] as Wire<boolean> as never,
  char: [
    (writer: WireWriter, value: string) => writer.u32(value.codePointAt(0)!),
    (reader: WireReader) => String.fromCodePoint(reader.u32()),
  ] as Wire<string> as never,
  u8: byte,
  s8: small,
  u16: small,
  s16: small,
  s32: small,
  u32: [(writer, value) => writer.u32(value), (reader) => reader.u32()] satisfies Wire<number>,
  u64: [(writer, value) => writer.u64(value), (reader) => reader.u64()] satisfies Wire<bigint>,
  s64: [
    (writer, value) => writer.u64(value),
    (reader) => BigInt.asIntN(64, reader.u64()),
  ] satisfies Wire<bigint>,
  f32: [(writer, value) => writer.f64(value), (reader) => reader.f64()] satisfies Wire<number>,
  f64: float,
};

const text: Codec = {
  write(writer, value) {
    if (typeof value !== "string") refuse("a string", value);
    writer.string(value as string);
  },
  read: (reader) => reader.string(),
};

function record(fields: readonly (readonly [key: string, codec: Codec])[]): Codec {
  return {
    write(writer, value, handles) {
      if (typeof value !== "object" || value === null) refuse("an object", value);
      const parts = value as Readonly<Record<string, unknown>>;
      for (const [key, codec] of fields) {
        within(`.${key}`, () => codec.write(writer, parts[key], handles));
      }
    },
    read(reader, handles) {
      const made: Record<string, unknown> = {};
      for (const [key, codec] of fields) {
        const value = codec.read(reader, handles);
        // Not by assignment: a field may have the name of what every object inherits.
        if (key === "__proto__") Object.defineProperty(made, key, { ...OWN, value });
        else made[key] = value;
      }
      return made;
    },
  };
}

const OWN = { writable: true, enumerable: true, configurable: true };

function tuple(items: readonly Codec[]): Codec {
  return {
    write(writer, value, handles) {
      if (!Array.isArray(value) || value.length !== items.length) {
        refuse(`an array of ${items.length}`, value);
      }
      for (const [index, codec] of items.entries()) {
        const item: unknown = (value as readonly unknown[])[index];
        within(`[${index}]`, () => codec.write(writer, item, handles));
      }
    },
    read: (reader, handles) => items.map((codec) => codec.read(reader, handles)),
  };
}

function flags(keys: readonly string[]): Codec {
  return {
    write(writer, value) {
      if (typeof value !== "object" || value === null) refuse("an object", value);
      const parts = value as Readonly<Record<string, unknown>>;
      for (const key of keys) {
        const flag = parts[key];
        if (flag !== undefined && typeof flag !== "boolean") {
          within(`.${key}`, () => refuse("a boolean", flag));
        }
        writer.u8(flag === true ? 1 : 0);
      }
    },
    read: (reader) => Object.fromEntries(keys.map((key) => [key, reader.u8() === 1])),
  };
}

function cases({ style, cases }: CasesForm): Codec {
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
        read: (reader) => names[reader.size()],
      };
    default:
      return {
        write(writer, value, handles) {
          if (typeof value !== "object" || value === null) refuse("an object { tag, val }", value);
          const { tag, val } = value as { readonly tag: unknown; readonly val: unknown };
          const index = typeof tag === "string" ? indices.get(tag) : undefined;
          if (index === undefined) return within(".tag", () => refuse(oneOf, tag));
          writer.size(index);
          const payload = payloads[index];
          if (payload !== undefined) within(".val", () => payload.write(writer, val, handles));
        },
        read(reader, handles) {
          const index = reader.size();
          const payload = payloads[index];
          const tag = names[index];
          if (payload !== undefined) return { tag, val: payload.read(reader, handles) };
          // A result has a `val` in each case.
          return style === "result" ? { tag, val: undefined } : { tag };
        },
      };
  }
}

function list({ item, length, numeric, map }: ListForm & Form): Codec {
  if (numeric !== undefined) return numbers(numeric, length);
  const codec = codecOf(item);
  const many = length === undefined ? "" : ` of ${length}`;
  return {
    write(writer, value, handles) {
      if (map && !(value instanceof Map)) refuse("a Map", value);
      const items: unknown = map ? [...(value as Map<unknown, unknown>)] : value;
      if (!Array.isArray(items) || (length !== undefined && items.length !== length)) {
        return refuse(`an array${many}`, value);
      }
      writer.size(items.length);
      let index = 0;
      try {
        for (; index < items.length; index++) codec.write(writer, items[index], handles);
      } catch (thrown) {
        if (thrown instanceof WireMisfit) thrown.path = `[${index}]${thrown.path}`;
        throw thrown;
      }
    },
    read(reader, handles) {
      const items = Array.from({ length: reader.size() }, () => codec.read(reader, handles));
      return map ? new Map(items as [unknown, unknown][]) : items;
    },
  };
}

type NumberArray = ArrayBufferView<ArrayBuffer> & ArrayLike<number>;

function numbers(view: View, length: number | undefined): Codec {
  const Class = NUMBER_ARRAYS[view] as unknown as {
    new (buffer: ArrayBuffer, offset: number, length: number): NumberArray;
    from(items: ArrayLike<unknown>): NumberArray;
  };
  const size = SIZES[view];
  return {
    write(writer, value) {
      if (!fitsNumbers(view, value)) {
        const many = length === undefined ? "" : ` of ${length}`;
        refuse(`${NUMBER_ARRAYS[view].name} or an array${many}`, value);
      }
      const array =
        value instanceof ArrayBuffer
          ? new Uint8Array(value)
          : ArrayBuffer.isView(value)
            ? (value as NumberArray)
            : Class.from(value as ArrayLike<unknown>);
      if (length !== undefined && array.length !== length) refuse(`${length} items`, value);
      writer.bytes(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    },
    read(reader) {
      const bytes = reader.bytes();
      if (view === "u8") return bytes;
      const { buffer, byteOffset } = byteOffsetFits(bytes, size) ? bytes : bytes.slice();
      return new Class(buffer, byteOffset, bytes.length / size);
    },
  };
}

function byteOffsetFits(bytes: Uint8Array, size: number): boolean {
  return bytes.byteOffset % size === 0;
}

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
