import type { LiftLowerContext } from "../context.ts";
import { type Layout, SHIFTS, SIZES, type View } from "../layout.ts";
import { char } from "../values/values.ts";
import { fits } from "../values/accepts.ts";
import { fitsScalar } from "../values/scalars.ts";
import type { Value } from "./calls.ts";
import type { Codec, Core } from "./codec.ts";

type Scalar = View | "bool" | "char";

export function scalarCodec({ scalar, view }: Extract<Layout, { form: "scalar" }>): Codec {
  const down = lowering(scalar);
  const put = PUTS[view];
  const plain = scalar !== "bool" && scalar !== "char";
  return {
    fits: FITS[scalar],
    take: TAKES[scalar],
    load: LOADS[scalar],
    store: plain ? put : (cx, value, pointer) => put(cx, down(value), pointer),
    lift: liftingAt(scalar),
    lower: plain ? lowerPlain : (_, value, core, at) => void (core[at] = down(value)),
  };
}

function lowerPlain(_: LiftLowerContext, value: unknown, core: Core, at: number): void {
  core[at] = value;
}

// A function for each, which names its view: one that is given the view as an argument takes twice
// as long.

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

// A function for each, as above: `fitsScalar` of a known type is compiled to a single test.
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

// Never called with a value that does not fit.
const TAKES: Readonly<Record<Scalar, NonNullable<Codec["take"]>>> = {
  bool(_, value, core, at) {
    core[at] = value === true ? 1 : 0;
    return typeof value === "boolean";
  },
  char(_, value, core, at) {
    if (!fitsScalar("char", value)) return false;
    core[at] = (value as string).codePointAt(0);
    return true;
  },
  u8: (_, value, core, at) => fitsScalar("u8", (core[at] = value)),
  s8: (_, value, core, at) => fitsScalar("s8", (core[at] = value)),
  u16: (_, value, core, at) => fitsScalar("u16", (core[at] = value)),
  s16: (_, value, core, at) => fitsScalar("s16", (core[at] = value)),
  u32: (_, value, core, at) => fitsScalar("u32", (core[at] = value)),
  s32: (_, value, core, at) => fitsScalar("s32", (core[at] = value)),
  u64: (_, value, core, at) => fitsScalar("u64", (core[at] = value)),
  s64: (_, value, core, at) => fitsScalar("s64", (core[at] = value)),
  f32: (_, value, core, at) => typeof (core[at] = value) === "number",
  f64: (_, value, core, at) => typeof (core[at] = value) === "number",
};

type Put = (cx: LiftLowerContext, value: unknown, pointer: number) => void;

const PUTS: Readonly<Record<View, Put>> = {
  u8: (cx, value, pointer) => void (cx.u8[pointer] = value as number),
  s8: (cx, value, pointer) => void (cx.s8[pointer] = value as number),
  u16: (cx, value, pointer) => void (cx.u16[pointer >>> 1] = value as number),
  s16: (cx, value, pointer) => void (cx.s16[pointer >>> 1] = value as number),
  u32: (cx, value, pointer) => void (cx.u32[pointer >>> 2] = value as number),
  s32: (cx, value, pointer) => void (cx.s32[pointer >>> 2] = value as number),
  u64: (cx, value, pointer) => void (cx.u64[pointer >>> 3] = value as bigint),
  s64: (cx, value, pointer) => void (cx.s64[pointer >>> 3] = value as bigint),
  f32: (cx, value, pointer) => void (cx.f32[pointer >>> 2] = value as number),
  f64: (cx, value, pointer) => void (cx.f64[pointer >>> 3] = value as number),
};

/** Converts a JavaScript value to the value in memory or core. */
export function lowering(scalar: Scalar): (value: unknown) => unknown {
  if (scalar === "bool") return (value) => (value === true ? 1 : 0);
  if (scalar === "char") return (value) => (value as string).codePointAt(0);
  return (value) => value;
}

// A test for each, as above.
export const VALUES: Readonly<Record<Scalar, Value>> = {
  bool: (_, value) => (typeof value === "boolean" ? (value ? 1 : 0) : undefined),
  char: (_, value) => (fitsScalar("char", value) ? (value as string).codePointAt(0) : undefined),
  u8: (_, value) => (fitsScalar("u8", value) ? value : undefined),
  s8: (_, value) => (fitsScalar("s8", value) ? value : undefined),
  u16: (_, value) => (fitsScalar("u16", value) ? value : undefined),
  s16: (_, value) => (fitsScalar("s16", value) ? value : undefined),
  u32: (_, value) => (fitsScalar("u32", value) ? value : undefined),
  s32: (_, value) => (fitsScalar("s32", value) ? value : undefined),
  u64: (_, value) => (fitsScalar("u64", value) ? value : undefined),
  s64: (_, value) => (fitsScalar("s64", value) ? value : undefined),
  f32: (_, value) => (typeof value === "number" ? value : undefined),
  f64: (_, value) => (typeof value === "number" ? value : undefined),
};

/** Converts a core value to a JavaScript value. See emit/lift.ts. */
export function lifting(scalar: Scalar): (value: unknown) => unknown {
  return LIFTS[scalar];
}

const LIFTS: Readonly<Record<Scalar, (value: unknown) => unknown>> = {
  bool: (value) => value !== 0,
  char: (value) => char((value as number) >>> 0),
  u8: (value) => (value as number) & 0xff,
  s8: (value) => ((value as number) << 24) >> 24,
  u16: (value) => (value as number) & 0xffff,
  s16: (value) => ((value as number) << 16) >> 16,
  u32: (value) => (value as number) >>> 0,
  s32: (value) => value,
  u64: (value) => BigInt.asUintN(64, value as bigint),
  s64: (value) => value,
  f32: (value) => value,
  f64: (value) => value,
};

function liftingAt(scalar: Scalar): Codec["lift"] {
  const lift = LIFTS[scalar];
  return (_, core, at) => lift(core[at]);
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
    take: undefined,
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
