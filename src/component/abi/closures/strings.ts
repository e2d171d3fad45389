import {
  type CarriedString,
  carryLatin1Utf16,
  carryUtf16,
  carryUtf8,
  dropLatin1Utf16,
  dropUtf16,
  dropUtf8,
} from "../carry.ts";
import type { LiftLowerContext } from "../context.ts";
import {
  loadLatin1Utf16,
  loadUtf16,
  loadUtf8,
  storeLatin1Utf16,
  storeUtf16,
  storeUtf8,
} from "../strings/strings.ts";
import { type Codec, type Side, u32 } from "./codec.ts";

type Load = (cx: LiftLowerContext, pointer: number, length: number) => unknown;
type Store = (cx: LiftLowerContext, value: never) => number;

const LOADS: Readonly<Record<Side["encoding"], readonly [Load, Load]>> = {
  utf8: [loadUtf8, carryUtf8],
  utf16: [loadUtf16, carryUtf16],
  "latin1+utf16": [loadLatin1Utf16, carryLatin1Utf16],
};

const STORES: Readonly<Record<Side["encoding"], readonly [Store, Store]>> = {
  utf8: [
    (cx, text: string) => storeUtf8(cx, text),
    (cx, from: CarriedString) => dropUtf8(cx, from),
  ],
  utf16: [
    (cx, text: string) => storeUtf16(cx, text),
    (cx, from: CarriedString) => dropUtf16(cx, from),
  ],
  "latin1+utf16": [
    (cx, text: string) => storeLatin1Utf16(cx, text),
    (cx, from: CarriedString) => dropLatin1Utf16(cx, from),
  ],
};

export function stringCodec({ encoding, host }: Side): Codec {
  const load = LOADS[encoding][host ? 0 : 1];
  const store = STORES[encoding][host ? 0 : 1];
  const fits = (_: unknown, value: unknown) => typeof value === "string";
  return pointerCodec(fits, load, (cx, value) => store(cx, value as never));
}

/** For types that are a pointer and a length: strings and lists. */
export function pointerCodec(
  fits: Codec["fits"],
  load: Load,
  store: (cx: LiftLowerContext, value: unknown) => number,
): Codec {
  return {
    fits,
    take: undefined,
    load: (cx, pointer) => load(cx, cx.u32[pointer >>> 2]!, cx.u32[(pointer + 4) >>> 2]!),
    store(cx, value, pointer) {
      const found = store(cx, value);
      cx.u32[pointer >>> 2] = found;
      cx.u32[(pointer + 4) >>> 2] = cx.n;
    },
    lift: (cx, core, at) => load(cx, u32(core, at), u32(core, at + 1)),
    lower(cx, value, core, at) {
      core[at] = store(cx, value);
      core[at + 1] = cx.n;
    },
  };
}
