import { describe, expect, it } from "vitest";
import { WitError } from "../../../src/errors.ts";
import type { ValueType } from "../../../src/component/types.ts";
import { echo, type Encoding, FakeGuest, routes } from "./fake-guest.ts";

const u32: ValueType = { kind: "u32" };
const string: ValueType = { kind: "string" };
const list = (item: ValueType, length?: number): ValueType => ({ kind: "list", item, length });
const option = (item: ValueType): ValueType => ({ kind: "option", item });
const tuple = (...items: ValueType[]): ValueType => ({ kind: "tuple", items });
const record = (fields: Record<string, ValueType>): ValueType => ({
  kind: "record",
  fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
});
const variant = (cases: Record<string, ValueType | undefined>): ValueType => ({
  kind: "variant",
  cases: Object.entries(cases).map(([name, type]) => ({ name, type })),
});

const cases: readonly (readonly [string, ValueType, readonly unknown[]])[] = [
  ["bool", { kind: "bool" }, [true, false]],
  ["u8", { kind: "u8" }, [0, 255]],
  ["s8", { kind: "s8" }, [-128, 127]],
  ["u16", { kind: "u16" }, [0, 65535]],
  ["s16", { kind: "s16" }, [-32768, 32767]],
  ["u32", u32, [0, 2 ** 32 - 1]],
  ["s32", { kind: "s32" }, [-(2 ** 31), 2 ** 31 - 1]],
  ["u64", { kind: "u64" }, [0n, 2n ** 64n - 1n]],
  ["s64", { kind: "s64" }, [-(2n ** 63n), 2n ** 63n - 1n]],
  ["f32", { kind: "f32" }, [0.5, -0, Infinity, NaN]],
  ["f64", { kind: "f64" }, [0.1, -Infinity, NaN]],
  ["char", { kind: "char" }, ["a", "é", "☃", "🍰", "\u{10ffff}"]],
  ["string", string, ["", "plain", "é☃🍰", "a".repeat(100), "🍰".repeat(100), "ÿ".repeat(50)]],
  ["list<u8>", list({ kind: "u8" }), [new Uint8Array([1, 2, 3]), new Uint8Array()]],
  ["list<u64>", list({ kind: "u64" }), [new BigUint64Array([1n, 2n ** 64n - 1n])]],
  ["list<f32>", list({ kind: "f32" }), [new Float32Array([0.5, -1])]],
  ["list<bool>", list({ kind: "bool" }), [[true, false], []]],
  ["list<string>", list(string), [["a", "", "☃"], []]],
  ["list<list<string>>", list(list(string)), [[["a"], [], ["b", "c"]]]],
  ["list<u16, 3>", list({ kind: "u16" }, 3), [new Uint16Array([1, 2, 3])]],
  ["list<string, 2>", list(string, 2), [["x", "y"]]],
  ["list<u32, 20>", list(u32, 20), [new Uint32Array(20).fill(7)]],
  ["list<list<u8, 2>>", list(list({ kind: "u8" }, 2)), [[new Uint8Array([1, 2])]]],
  [
    "map",
    { kind: "map", key: string, value: u32 },
    [
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
    ],
  ],
  ["record", record({ "a-b": u32, c: string, d: { kind: "u8" } }), [{ aB: 1, c: "x", d: 2 }]],
  [
    "large record",
    record(Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`f${at}`, u32]))),
    [Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`f${at}`, at]))],
  ],
  ["tuple", tuple(u32, string, { kind: "f64" }), [[1, "x", 0.5]]],
  ["enum", { kind: "enum", names: ["red", "dark-green"] }, ["red", "dark-green"]],
  [
    "large enum",
    { kind: "enum", names: Array.from({ length: 300 }, (_, at) => `n${at}`) },
    ["n0", "n299"],
  ],
  [
    "variant",
    variant({
      none: undefined,
      num: u32,
      text: string,
      big: { kind: "u64" },
      real: { kind: "f32" },
    }),
    [
      { tag: "none" },
      { tag: "num", val: 5 },
      { tag: "text", val: "x" },
      { tag: "big", val: 2n ** 63n },
      { tag: "real", val: -0.5 },
    ],
  ],
  [
    "variant of floats",
    variant({ a: { kind: "f32" }, b: u32, c: { kind: "f64" }, d: { kind: "s8" } }),
    [
      { tag: "a", val: 1.5 },
      { tag: "b", val: 2 ** 32 - 1 },
      { tag: "c", val: 0.1 },
      { tag: "d", val: -5 },
    ],
  ],
  [
    "variant of many",
    variant(Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`c${at}`, u32]))),
    [
      { tag: "c0", val: 1 },
      { tag: "c19", val: 2 },
    ],
  ],
  ["option", option(u32), [undefined, 0, 5]],
  ["option<string>", option(string), [undefined, "", "x"]],
  [
    "option<option>",
    option(option(u32)),
    [{ tag: "none" }, { tag: "some", val: undefined }, { tag: "some", val: 1 }],
  ],
  [
    "option<option<option>>",
    option(option(option(u32))),
    [undefined, { tag: "none" }, { tag: "some", val: undefined }, { tag: "some", val: 1 }],
  ],
  [
    "result in a tuple",
    tuple({ kind: "result", ok: u32, err: string }),
    [[{ tag: "ok", val: 1 }], [{ tag: "err", val: "no" }]],
  ],
  [
    "empty result in a tuple",
    tuple({ kind: "result", ok: undefined, err: undefined }),
    [[{ tag: "ok", val: undefined }], [{ tag: "err", val: undefined }]],
  ],
  ["flags", { kind: "flags", names: ["a", "b-c"] }, [{ a: true, bC: false }]],
  [
    "40 flags",
    { kind: "flags", names: Array.from({ length: 40 }, (_, at) => `f${at}`) },
    [Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`f${at}`, at % 3 === 0]))],
  ],
  ["a1 beside a-1", record({ a1: u32, "a-1": string }), [{ a1: 1, "a-1": "x" }]],
];

const encodings: readonly Encoding[] = ["utf8", "utf16", "latin1+utf16"];

for (const [name, route] of routes) {
  describe(`values by ${name}`, () => {
    it.each(cases)("%s goes into a guest and out, and back", (_, type, values) => {
      for (const encoding of encodings) {
        const whole = echo(new FakeGuest(route, encoding), type);
        const inList = echo(new FakeGuest(route, encoding), list(type));
        for (const value of values) expect(whole(value)).toStrictEqual(value);
        const same = inList(values);
        expect(Array.isArray(same) ? same : [...(same as Iterable<unknown>)]).toStrictEqual(values);
      }
    });

    it("a function's result comes back or is thrown", () => {
      const type: ValueType = { kind: "result", ok: string, err: u32 };
      const ok = echoOutcome(route, type, () => "fine");
      expect(ok()).toBe("fine");
      const err = echoOutcome(route, type, () => {
        throw new WitError(7);
      });
      expect(err).toThrow(expect.objectContaining({ payload: 7 }));
    });
  });
}

function echoOutcome(
  route: (typeof routes)[number][1],
  type: ValueType,
  host: () => unknown,
): () => unknown {
  const guest = new FakeGuest(route);
  const signature = { async: false, params: [], result: type };
  const lowered = guest.lower(signature, host);
  return guest.lift(signature, guest.through(signature, lowered));
}
