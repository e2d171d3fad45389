import { expect } from "vitest";
import type { EngineCase } from "./engine.ts";
import { fn, HOST, start } from "./engine-expect.ts";
import { echoComponent, type EchoType } from "./engine-guests.ts";

interface ValueKind extends EchoType {
  readonly kind: string;
  readonly values: readonly unknown[];
}

const one = ["i32"] as const;
const kinds: readonly ValueKind[] = [
  { kind: "bool", type: "bool", flat: one, spilled: false, values: [true, false] },
  { kind: "u8", type: "u8", flat: one, spilled: false, values: [0, 255] },
  { kind: "s8", type: "s8", flat: one, spilled: false, values: [-128, 127] },
  { kind: "u16", type: "u16", flat: one, spilled: false, values: [0, 65_535] },
  { kind: "s16", type: "s16", flat: one, spilled: false, values: [-32_768, 32_767] },
  { kind: "u32", type: "u32", flat: one, spilled: false, values: [0, 4_294_967_295] },
  { kind: "s32", type: "s32", flat: one, spilled: false, values: [-2_147_483_648, 2_147_483_647] },
  {
    kind: "u64",
    type: "u64",
    flat: ["i64"],
    spilled: false,
    values: [0n, 2n ** 53n + 1n, 2n ** 64n - 1n],
  },
  {
    kind: "s64",
    type: "s64",
    flat: ["i64"],
    spilled: false,
    values: [-(2n ** 63n), 2n ** 63n - 1n],
  },
  { kind: "f32", type: "f32", flat: ["f32"], spilled: false, values: [0.5, -0, Infinity] },
  { kind: "f64", type: "f64", flat: ["f64"], spilled: false, values: [0.1, -Infinity, NaN] },
  { kind: "char", type: "char", flat: one, spilled: false, values: ["a", "é", "\u{1f980}"] },
  {
    kind: "string",
    type: "string",
    flat: ["i32", "i32"],
    spilled: true,
    values: ["", "plain", "zażółć \u{1f980} 鍵\0\n", "x".repeat(20_000)],
  },
  {
    kind: "list of u8",
    type: "(list u8)",
    flat: ["i32", "i32"],
    spilled: true,
    values: [new Uint8Array(), Uint8Array.of(0, 255, 7)],
  },
  {
    kind: "list of strings",
    type: "(list string)",
    flat: ["i32", "i32"],
    spilled: true,
    values: [[], ["a", "", "ö"]],
  },
  {
    kind: "record with camelCase keys",
    type: "$named",
    named: '(record (field "first-part" u32) (field "rest" string))',
    flat: ["i32", "i32", "i32"],
    spilled: true,
    values: [{ firstPart: 7, rest: "seven" }],
  },
  {
    kind: "tuple",
    type: "(tuple u32 string)",
    flat: ["i32", "i32", "i32"],
    spilled: true,
    values: [[1, "one"]],
  },
  {
    kind: "variant",
    type: "$named",
    named: '(variant (case "number-of" u32) (case "text" string) (case "nothing"))',
    flat: ["i32", "i32", "i32"],
    spilled: true,
    values: [{ tag: "number-of", val: 9 }, { tag: "text", val: "t" }, { tag: "nothing" }],
  },
  {
    kind: "enum",
    type: "$named",
    named: '(enum "low" "very-high")',
    flat: one,
    spilled: false,
    values: ["low", "very-high"],
  },
  {
    kind: "flags",
    type: "$named",
    named: '(flags "read" "write-too")',
    flat: one,
    spilled: false,
    values: [
      { read: true, writeToo: false },
      { read: true, writeToo: true },
    ],
  },
  {
    kind: "option",
    type: "(option string)",
    flat: ["i32", "i32", "i32"],
    spilled: true,
    values: [undefined, "", "some"],
  },
  {
    kind: "option of an option",
    type: "(option (option u32))",
    flat: ["i32", "i32", "i32"],
    spilled: true,
    values: [{ tag: "none" }, { tag: "some", val: undefined }, { tag: "some", val: 3 }],
  },
  {
    kind: "result inside a value",
    type: "(tuple (result u32 (error string)) u8)",
    flat: ["i32", "i32", "i32", "i32"],
    spilled: true,
    values: [
      [{ tag: "ok", val: 5 }, 1],
      [{ tag: "err", val: "no" }, 2],
    ],
  },
];

export const valueCases: readonly EngineCase[] = kinds.map((shape) => ({
  name: `${shape.kind}: crosses from host to guest to host and back`,
  async run(engine) {
    const seen: unknown[] = [];
    const echo = (value: unknown): unknown => {
      seen.push(value);
      return value;
    };
    const instance = await start(engine, echoComponent(shape), { [HOST]: { echo } });
    const answers: unknown[] = [];
    for (const value of shape.values) answers.push(await fn(instance, "echo")(value));
    expect(seen.map(plain)).toEqual(shape.values.map(plain));
    expect(answers.map(plain)).toEqual(shape.values.map(plain));
  },
}));

// A variant's `val` may be there as undefined or not at all.
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("tag" in value)) return value;
  const { tag, val } = value as { tag: unknown; val?: unknown };
  return { tag, val };
}
