// The form in which values cross between the host and the runtime: one byte that says what follows.
// `guests-js/runtime/wit/world.wit` describes it; the other side is in `guests-js/`.

export const UNDEFINED = 0x00;
export const NULL = 0x01;
export const FALSE = 0x02;
export const TRUE = 0x03;
/** A zigzag varint. Minus zero is no integer. */
export const INT32 = 0x04;
/** Eight bytes, little endian. */
export const FLOAT64 = 0x05;
/** A varint, and as many ASCII digits. */
export const BIG_DIGITS = 0x06;
/** A varint, and as many bytes of UTF-8. */
export const TEXT = 0x07;
/** A varint, and as many UTF-16 units: a text with lone surrogates. */
export const UNITS = 0x08;
/** A varint, and as many values. A hole is written as undefined. */
export const ARRAY = 0x09;
/** A varint, and as many pairs of a text and a value. */
export const OBJECT = 0x0a;
/** A varint, and as many bytes: a Uint8Array. */
export const BYTES = 0x0b;
/** A byte that says which (VIEWS), a varint, and as many bytes. */
export const VIEW = 0x0c;
/** Eight bytes: milliseconds since 1970, or NaN. */
export const DATE = 0x0d;
/** A varint, and as many pairs of values. */
export const MAP = 0x0e;
/** A varint, and as many values. */
export const SET = 0x0f;
/** Three texts (name, message, stack), and an object of further properties. */
export const ERROR = 0x10;
/** Two varints: the number of the class, and the handle. */
export const RESOURCE = 0x11;
/** Two texts: source and flags. */
export const REGEXP = 0x12;
/** Eight bytes, little endian: a bigint that fits 64 bits with a sign. */
export const BIG_INT64 = 0x16;

/** The first byte of an outcome. */
export const RETURNED = 0x00;
export const THROWN = 0x01;

/** How deep values may lie in each other. */
export const MAX_DEPTH = 500;
/** The most digits of a bigint: reading one takes more than its length in time. */
export const MAX_DIGITS = 16_384;
/** The most UTF-16 units of a regular expression's source. */
export const MAX_PATTERN = 16_384;

/** What holds bytes, by its number in the form. Uint8Array has a tag of its own. */
export const VIEWS: readonly ViewClass[] = [
  ArrayBuffer as unknown as ViewClass,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
  ...float16(),
];

/** The number of an ArrayBuffer itself. */
export const BUFFER_KIND = 0;

/** Not everywhere yet. */
function float16(): readonly ViewClass[] {
  const { Float16Array: found } = globalThis as { readonly Float16Array?: ViewClass };
  return found === undefined ? [] : [found];
}

interface ViewClass {
  readonly name: string;
  readonly BYTES_PER_ELEMENT?: number;
  new (buffer: ArrayBuffer): object;
}
