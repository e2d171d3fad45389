import type { LiftLowerContext } from "../context.ts";
import { type Layout, SHIFTS, SIZES, type View } from "../layout.ts";
import { char } from "../values.ts";
import { fits, fitsScalar } from "../accepts.ts";
import type { Codec } from "./codec.ts";

type Scalar = View | "bool" | "char";

export function scalarCodec({ scalar, view }: Extract<Layout, { form: "scalar" }>): Codec {
  const up = lifting(scalar);
  const down = lowering(scalar);
  const put = PUTS[view];
  return {
    fits: FITS[scalar],
    load: LOADS[scalar],
    store: (cx, value, pointer) => put(cx, pointer, down(value)),
    lift: (_, core, at) => up(core[at]),
    lower(_, value, core, at) {
      core[at] = down(value);
    },
  };
}

// A function each, with its view by name: one that is told the view takes twice as long.

const LOADS: Readonly<Record<Scalar, (cx: LiftLowerContext, pointer: number) => unknown>> = {
  bool: (cx, pointer) => cx.u8[pointer] !== 0,
  char: (cx, pointer) => char(cx.u32[pointer >>> 2]!),
  u8: (cx, pointer) => cx.u8[pointer],
  s8: (cx, pointer) => cx.s8[pointer],
  u16: (cx, pointer) => cx.u16[pointer >>> 1],
  s16: (cx, pointer) => cx.s16[pointer >>> 1],
  u32: (cx, pointer) => cx.u32[pointer >>> 2],
  s32: (cx, pointer) => cx.s32[pointer >>> 2],
  u64: (cx, pointer) => cx.u64[pointer >>> 3],
  s64: (cx, pointer) => cx.s64[pointer >>> 3],
  f32: (cx, pointer) => cx.f32[pointer >>> 2],
  f64: (cx, pointer) => cx.f64[pointer >>> 3],
};

// A function each, as above: `fitsScalar` of a type that is known is compiled to the one test.
const FITS: Readonly<Record<Scalar, Codec["fits"]>> = {
  bool: (_, value) => typeof value === "boolean",
  char: (_, value) => fitsScalar("char", value),
  u8: (_, value) => fitsScalar("u8", value),
  s8: (_, value) => fitsScalar("s8", value),
  u16: (_, value) => fitsScalar("u16", value),
  s16: (_, value) => fitsScalar("s16", value),
  u32: (_, value) => fitsScalar("u32", value),
  s32: (_, value) => fitsScalar("s32", value),
  u64: (_, value) => fitsScalar("u64", value),
  s64: (_, value) => fitsScalar("s64", value),
  f32: (_, value) => typeof value === "number",
  f64: (_, value) => typeof value === "number",
};

type Put = (cx: LiftLowerContext, pointer: number, value: unknown) => void;

const PUTS: Readonly<Record<View, Put>> = {
  u8: (cx, pointer, value) => void (cx.u8[pointer] = value as number),
  s8: (cx, pointer, value) => void (cx.s8[pointer] = value as number),
  u16: (cx, pointer, value) => void (cx.u16[pointer >>> 1] = value as number),
  s16: (cx, pointer, value) => void (cx.s16[pointer >>> 1] = value as number),
  u32: (cx, pointer, value) => void (cx.u32[pointer >>> 2] = value as number),
  s32: (cx, pointer, value) => void (cx.s32[pointer >>> 2] = value as number),
  u64: (cx, pointer, value) => void (cx.u64[pointer >>> 3] = value as bigint),
  s64: (cx, pointer, value) => void (cx.s64[pointer >>> 3] = value as bigint),
  f32: (cx, pointer, value) => void (cx.f32[pointer >>> 2] = value as number),
  f64: (cx, pointer, value) => void (cx.f64[pointer >>> 3] = value as number),
};

/// From what memory holds to JavaScript.
function raise(scalar: Scalar): (value: number | bigint) => unknown {
  if (scalar === "bool") return (value) => value !== 0;
  if (scalar === "char") return (value) => char(value as number);
  return (value) => value;
}

/// From JavaScript to what memory or a core value holds.
export function lowering(scalar: Scalar): (value: unknown) => unknown {
  if (scalar === "bool") return (value) => (value === true ? 1 : 0);
  if (scalar === "char") return (value) => (value as string).codePointAt(0);
  return (value) => value;
}

/// From a core value to what memory would hold. See emit/lift.ts.
function narrowing(scalar: Scalar): (value: number) => number | bigint {
  switch (scalar) {
    case "u8":
      return (value) => value & 0xff;
    case "s8":
      return (value) => (value << 24) >> 24;
    case "u16":
      return (value) => value & 0xffff;
    case "s16":
      return (value) => (value << 16) >> 16;
    case "u32":
    case "char":
      return (value) => value >>> 0;
    case "u64":
      return (value) => BigInt.asUintN(64, value as unknown as bigint);
    default:
      return (value) => value;
  }
}

/// From a core value to JavaScript.
export function lifting(scalar: Scalar): (value: unknown) => unknown {
  const up = raise(scalar);
  const narrow = narrowing(scalar);
  return (value) => up(narrow(value as number));
}

export function flagsCodec(layout: Extract<Layout, { form: "flags" }>): Codec {
  const { keys, words, view, size } = layout;
  const step = size / words;
  const unpack = (word: (index: number) => number): Record<string, boolean> => {
    const flags: Record<string, boolean> = {};
    for (let index = 0; index < keys.length; index++) {
      flags[keys[index]!] = (word(index >>> 5) & (1 << (index & 31))) !== 0;
    }
    return flags;
  };
  const pack = (value: unknown, word: number): number => {
    let bits = 0;
    for (let index = word * 32; index < Math.min(keys.length, word * 32 + 32); index++) {
      if ((value as Record<string, unknown>)[keys[index]!] === true) bits |= 1 << (index & 31);
    }
    return bits;
  };
  const at = (cx: LiftLowerContext, pointer: number, word: number) =>
    cx[view][(pointer + word * step) >>> SHIFTS[view]] as number;
  return {
    fits: (cx, value) => fits(layout, value, cx.resources),
    load: (cx, pointer) => unpack((word) => at(cx, pointer, word)),
    store(cx, value, pointer) {
      for (let word = 0; word < words; word++) {
        const index = (pointer + word * SIZES[view]) >>> SHIFTS[view];
        (cx[view] as Uint8Array)[index] = pack(value, word);
      }
    },
    lift: (_, core, at) => unpack((word) => core[at + word] as number),
    lower(_, value, core, at) {
      for (let word = 0; word < words; word++) core[at + word] = pack(value, word);
    },
  };
}
