// Numbers, and lists of them, as bytes.
import { isArrayBuffer } from "../../realms.ts";
import { fitsNumbers, fitsScalar, NUMBER_ARRAYS, SCALARS } from "../abi/values/scalars.ts";
import { SIZES, type View } from "../abi/layout.ts";
import type { WireReader, WireWriter } from "./bytes.ts";
import { type Codec, refuse } from "./codec.ts";

type Scalar = View | "bool" | "char";

export function scalar(kind: Scalar): Codec {
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

/** An integer of fewer than 32 bits. What is read is one, whatever the other side wrote. */
const small = (fits: (value: number) => number): Wire<number> => [
  (writer, value) => writer.i32(value),
  (reader) => fits(reader.i32()),
];
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
  s8: small((value) => (value << 24) >> 24),
  u16: small((value) => value & 0xffff),
  s16: small((value) => (value << 16) >> 16),
  s32: [(writer, value) => writer.i32(value), (reader) => reader.i32()] satisfies Wire<number>,
  u32: [(writer, value) => writer.u32(value), (reader) => reader.u32()] satisfies Wire<number>,
  u64: [(writer, value) => writer.u64(value), (reader) => reader.u64()] satisfies Wire<bigint>,
  s64: [
    (writer, value) => writer.u64(value),
    (reader) => BigInt.asIntN(64, reader.u64()),
  ] satisfies Wire<bigint>,
  f32: [(writer, value) => writer.f64(value), (reader) => reader.f64()] satisfies Wire<number>,
  f64: float,
};

type NumberArray = ArrayBufferView<ArrayBuffer> & ArrayLike<number>;

export function numbers(view: View, length: number | undefined): Codec {
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
      const array = isArrayBuffer(value)
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
