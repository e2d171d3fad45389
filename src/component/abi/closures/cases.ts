import { type CasesForm, type CoreType, type Layout, SHIFTS } from "../layout.ts";
import { badCase, bitsOfDouble, bitsOfFloat, doubleOfBits, floatOfBits, wrap } from "../values.ts";
import { type Codec, type CodecSource, Flat } from "./codec.ts";

export function casesCodec(codecs: CodecSource, layout: Layout & CasesForm): Codec {
  const { style, cases, view, payload, flat: joined } = layout;
  const items = cases.map(({ layout }) => layout && codecs.of(layout));
  const indices = new Map(cases.map(({ name }, index) => [name as unknown, index]));
  const shift = SHIFTS[view];
  const valueOf = (index: number, read: (item: Codec) => unknown): unknown => {
    const item = items[index];
    return makeCase(style, cases[index]!.name, item, item && read(item));
  };
  const caseOf = (value: unknown): number => {
    if (style === "option") return value === undefined || value === null ? 0 : 1;
    return indices.get(style === "enum" ? value : (value as { tag: unknown }).tag) ?? 0;
  };
  const payloadOf = (value: unknown): unknown =>
    style === "option" ? value : (value as { val?: unknown }).val;
  return {
    load(cx, pointer) {
      const index = cx[view][pointer >>> shift] as number;
      if (index >= cases.length) badCase(index);
      return valueOf(index, (item) => item.load(cx, pointer + payload));
    },
    store(cx, value, pointer) {
      const index = caseOf(value);
      (cx[view] as Uint8Array)[pointer >>> shift] = index;
      items[index]?.store(cx, payloadOf(value), pointer + payload);
    },
    lift(cx, flat) {
      const index = flat.u32();
      if (index >= cases.length) badCase(index);
      const slots = joined!.slice(1).map(() => flat.next());
      const wanted = cases[index]!.layout?.flat ?? [];
      const values = wanted.map((want, at) => narrow(joined![at + 1]!, want, slots[at]));
      return valueOf(index, (item) => item.lift(cx, new Flat(values)));
    },
    lower(cx, value, out) {
      const index = caseOf(value);
      const parts: unknown[] = [];
      items[index]?.lower(cx, payloadOf(value), parts);
      const have = cases[index]!.layout?.flat ?? [];
      out.push(index);
      for (const [at, want] of joined!.slice(1).entries()) {
        const from = have[at];
        out.push(from === undefined ? (want === "i64" ? 0n : 0) : widen(from, want, parts[at]));
      }
    },
  };
}

function makeCase(
  style: CasesForm["style"],
  tag: string,
  item: Codec | undefined,
  val: unknown,
): unknown {
  switch (style) {
    case "enum":
      return tag;
    case "option":
      return val;
    case "result":
      return { tag, val };
    default:
      return item === undefined ? { tag } : { tag, val };
  }
}

/// CanonicalABI.md, `CoerceValueIter`.
function narrow(have: CoreType, want: CoreType, value: unknown): unknown {
  if (have === want) return value;
  if (have === "i32") return floatOfBits(value as number);
  if (want === "f64") return doubleOfBits(value as bigint);
  const bits = wrap(value as bigint);
  return want === "i32" ? bits : floatOfBits(bits);
}

/// CanonicalABI.md, `lower_flat_variant`.
function widen(have: CoreType, want: CoreType, value: unknown): unknown {
  if (have === want) return value;
  if (have === "f64") return bitsOfDouble(value as number);
  const bits = have === "f32" ? bitsOfFloat(value as number) : (value as number);
  return want === "i32" ? bits : BigInt(bits >>> 0);
}
