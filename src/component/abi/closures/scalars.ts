import type { LiftLowerContext } from "../context.ts";
import { type Layout, SHIFTS, SIZES, type View } from "../layout.ts";
import { char } from "../values.ts";
import type { Codec } from "./codec.ts";

type Scalar = View | "bool" | "char";

export function scalarCodec({ scalar, view }: Extract<Layout, { form: "scalar" }>): Codec {
  const up = raise(scalar);
  const narrow = narrowing(scalar);
  const down = lowering(scalar);
  const shift = SHIFTS[view];
  return {
    load: (cx, pointer) => up(cx[view][pointer >>> shift]!),
    store(cx, value, pointer) {
      (cx[view] as Uint8Array)[pointer >>> shift] = down(value) as number;
    },
    lift: (_, flat) => up(narrow(flat.next() as number)),
    lower(_, value, out) {
      out.push(down(value));
    },
  };
}

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
    load: (cx, pointer) => unpack((word) => at(cx, pointer, word)),
    store(cx, value, pointer) {
      for (let word = 0; word < words; word++) {
        const index = (pointer + word * SIZES[view]) >>> SHIFTS[view];
        (cx[view] as Uint8Array)[index] = pack(value, word);
      }
    },
    lift(_, flat) {
      const values = Array.from({ length: words }, () => flat.i32());
      return unpack((word) => values[word]!);
    },
    lower(_, value, out) {
      for (let word = 0; word < words; word++) out.push(pack(value, word));
    },
  };
}
