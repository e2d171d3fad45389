import { type CarriedNumbers, carryNumbers, dropNumbers } from "../carry.ts";
import { NUMBER_ARRAYS } from "../accepts.ts";
import type { LiftLowerContext } from "../context.ts";
import { type Layout, type ListForm, SHIFTS } from "../layout.ts";
import { loadNumbers, storeNumbers, writeNumbers } from "../values.ts";
import type { Codec, CodecSource } from "./codec.ts";
import { pointerCodec } from "./strings.ts";

export function listCodec(codecs: CodecSource, layout: Layout & ListForm): Codec {
  const { numeric, length } = layout;
  if (length !== undefined) return fixedCodec(codecs, layout, length);
  if (numeric === undefined) return itemsCodec(codecs, layout);
  if (codecs.side.host) {
    return pointerCodec(
      (cx, pointer, length) => loadNumbers(cx, numeric, pointer, length),
      (cx, value) => storeNumbers(cx, numeric, value),
    );
  }
  return pointerCodec(
    (cx, pointer, length) => carryNumbers(cx, numeric, pointer, length),
    (cx, value) => dropNumbers(cx, numeric, value as CarriedNumbers),
  );
}

function itemsCodec(codecs: CodecSource, { item, map }: ListForm): Codec {
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
  return pointerCodec(load, store);
}

function fixedCodec(codecs: CodecSource, layout: ListForm, length: number): Codec {
  const { item, numeric } = layout;
  const { size } = item;
  const codec = codecs.of(item);
  const each = (read: (index: number) => unknown): unknown[] =>
    Array.from({ length }, (_, index) => read(index));
  return {
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
    lift(cx, flat) {
      const items = each(() => codec.lift(cx, flat));
      if (numeric === undefined) return items;
      return (NUMBER_ARRAYS[numeric] as Uint8ArrayConstructor).from(items as number[]);
    },
    lower(cx, value, out) {
      const items = value as readonly unknown[];
      for (let at = 0; at < length; at++) codec.lower(cx, items[at], out);
    },
  };
}
