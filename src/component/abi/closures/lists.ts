import { type CarriedNumbers, carryNumbers, dropNumbers } from "../carry.ts";
import { fits } from "../values/accepts.ts";
import { fitsNumbers, NUMBER_ARRAYS } from "../values/scalars.ts";
import type { LiftLowerContext } from "../context.ts";
import { type Layout, type ListForm, SHIFTS } from "../layout.ts";
import { loadNumbers, storeNumbers, writeNumbers } from "../values/values.ts";
import type { Codec, CodecSource } from "./codec.ts";
import { pointerCodec } from "./strings.ts";

export function listCodec(codecs: CodecSource, layout: Layout & ListForm): Codec {
  const { numeric, length } = layout;
  if (length !== undefined) return fixedCodec(codecs, layout, length);
  if (numeric === undefined) return itemsCodec(codecs, layout);
  if (codecs.side.host) {
    return pointerCodec(
      (_, value) => fitsNumbers(numeric, value),
      (cx, pointer, length) => loadNumbers(cx, numeric, pointer, length),
      (cx, value) => storeNumbers(cx, numeric, value),
    );
  }
  return pointerCodec(
    // Used for another guest's values only, which are not checked.
    () => true,
    (cx, pointer, length) => carryNumbers(cx, numeric, pointer, length),
    (cx, value) => dropNumbers(cx, numeric, value as CarriedNumbers),
  );
}

function itemsCodec(codecs: CodecSource, layout: Layout & ListForm): Codec {
  const { item, map } = layout;
  const { size, align, nodes } = item;
  const codec = codecs.of(item);
  const asMap = map && codecs.side.host;
  const load = (cx: LiftLowerContext, pointer: number, length: number): unknown => {
    cx.list(pointer, length, size, align, nodes);
    const items: unknown[] = [];
    for (let at = 0; at < length; at++) items.push(codec.load(cx, pointer + at * size));
    return asMap ? new Map(items as [unknown, unknown][]) : items;
  };
  const store = (cx: LiftLowerContext, value: unknown): number => {
    const items = (asMap ? [...(value as Map<unknown, unknown>)] : value) as readonly unknown[];
    const { length } = items;
    const pointer = cx.reallocate(0, 0, align, length * size);
    for (let at = 0; at < length; at++) codec.store(cx, items[at], pointer + at * size);
    cx.n = length;
    return pointer;
  };
  const suits = (cx: LiftLowerContext, value: unknown): boolean => {
    if (map) return fits(layout, value, cx.resources);
    if (!Array.isArray(value)) return false;
    for (let at = 0; at < value.length; at++) if (!codec.fits(cx, value[at])) return false;
    return true;
  };
  return pointerCodec(suits, load, store);
}

function fixedCodec(codecs: CodecSource, layout: Layout & ListForm, length: number): Codec {
  const { item, numeric } = layout;
  const { size } = item;
  const width = item.flat?.length ?? 0;
  const codec = codecs.of(item);
  const each = (read: (index: number) => unknown): unknown[] =>
    Array.from({ length }, (_, index) => read(index));
  return {
    take: undefined,
    fits: (cx, value) => fits(layout, value, cx.resources),
    load(cx, pointer) {
      cx.spend(length * size, numeric === undefined ? length * item.nodes : 0);
      if (numeric === undefined) return each((index) => codec.load(cx, pointer + index * size));
      const start = pointer >>> SHIFTS[numeric];
      return cx[numeric].slice(start, start + length);
    },
    store(cx, value, pointer) {
      const items = value as readonly unknown[];
      if (numeric !== undefined) writeNumbers(cx, numeric, pointer, items, length);
      else for (let at = 0; at < length; at++) codec.store(cx, items[at], pointer + at * size);
    },
    lift(cx, core, start) {
      const items = each((index) => codec.lift(cx, core, start + index * width));
      if (numeric === undefined) return items;
      return (NUMBER_ARRAYS[numeric] as Uint8ArrayConstructor).from(items as number[]);
    },
    lower(cx, value, core, start) {
      const items = value as readonly unknown[];
      for (let at = 0; at < length; at++) codec.lower(cx, items[at], core, start + at * width);
    },
  };
}
