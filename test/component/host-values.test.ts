import { beforeAll, describe, expect, it } from "vitest";
import { type Component, compileSync, instantiate } from "../../src/component/index.ts";
import { TenonError } from "../../src/errors.ts";
import { passing, storing, HOST } from "./echo/text.ts";
import type { ValueType } from "../../src/component/types.ts";
import { fromText } from "./guest.ts";
import { type Exports, exportsOf, failure, routes } from "./start.ts";

const list = (item: ValueType): ValueType => ({ kind: "list", item, length: undefined });

// An array with nothing in its middle.
function holed(first: unknown, last: unknown): readonly unknown[] {
  return Object.assign([first], { 2: last });
}

// By the order of the functions.
const types: readonly ValueType[] = [
  list({ kind: "u8" }),
  list({ kind: "u64" }),
  list({ kind: "string" }),
  {
    kind: "record",
    fields: [
      { name: "name", type: { kind: "string" } },
      { name: "then", type: { kind: "option", item: { kind: "u32" } } },
    ],
  },
  {
    kind: "variant",
    cases: [
      { name: "a", type: { kind: "string" } },
      { name: "b", type: { kind: "f64" } },
    ],
  },
  { kind: "tuple", items: [{ kind: "s64" }, { kind: "char" }] },
  { kind: "flags", names: ["constructor", "to-string"] },
  { kind: "enum", names: ["constructor", "to-string"] },
  { kind: "map", key: { kind: "string" }, value: { kind: "u8" } },
  { kind: "u8" },
  { kind: "f32" },
];

const bad: readonly (readonly [index: number, values: readonly unknown[]])[] = [
  [0, [undefined, null, "abc", 1, {}, { length: 2 }, [256], [-1], [1.5], ["1"], [1n], [NaN]]],
  [0, [new Uint16Array(2), new Int8Array(1), new DataView(new ArrayBuffer(1)), holed(1, 3)]],
  [0, [[undefined], [null], new Set([1]), new Proxy(new Uint8Array(2), {})]],
  [1, [[1], [-1n], [2n ** 64n], holed(1n, 2n), new BigInt64Array(1), new Float64Array(1)]],
  [2, ["abc", ["a", 1], holed("a", "b"), [Object("a")], { 0: "a", length: 1 }]],
  [3, [undefined, null, "x", {}, { name: 1 }, { name: "x", then: "y" }, { name: "x", then() {} }]],
  [3, [Promise.resolve({ name: "x" }), { name: Symbol("x") }, () => ({ name: "x" }), new Map()]],
  [4, ["a", {}, { tag: "c" }, { tag: "a" }, { tag: "b", val: "1" }, { tag: "constructor" }]],
  [4, [{ tag: "__proto__", val: "x" }, { tag: ["a"], val: "x" }, { tag: 0, val: "x" }, null]],
  [5, [[1n], [1n, "a", 1], [1, "a"], [2n ** 63n, "a"], [1n, ""], [1n, "ab"], [1n, "\ud800"]]],
  [5, [{ 0: 1n, 1: "a", length: 2 }, [1n, "e\u0301"]]],
  [6, [null, 3, "constructor", { constructor: 1, toString: true }]],
  [7, ["__proto__", "value-of", "", 0, undefined, ["constructor"], Object("constructor")]],
  [8, [{}, [["a", 1]], new Map([["a", 256]]), new Map<unknown, unknown>([[1, 1]]), new Set(["a"])]],
  [9, [256, -1, 0.5, NaN, Infinity, 1n, "1", true, null, undefined, Object(1), 2 ** 32]],
  [10, [1n, "1", null, undefined, {}, new Date()]],
];

// Values that are others each time they are looked at.
function fickle(): readonly (readonly [index: number, value: unknown])[] {
  const turns = (...values: readonly unknown[]) => {
    let at = 0;
    return () => values[Math.min(at++, values.length - 1)];
  };
  const gets = (key: string, ...values: readonly unknown[]) =>
    Object.defineProperty({}, key, { get: turns(...values), enumerable: true });
  const shrinking = (target: unknown[]) => {
    let looks = 0;
    return new Proxy(target, {
      get: (array, key) => (key === "length" && looks++ > 0 ? 100_000 : Reflect.get(array, key)),
    });
  };
  const throwing = {
    get name(): string {
      throw new Error("no");
    },
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  return [
    [3, gets("name", "ok", 5)],
    [3, gets("name", "ok", "ok", undefined)],
    [3, gets("name", "ok", { length: 2 ** 31 })],
    [3, throwing],
    [3, revoked.proxy],
    [4, Object.assign(gets("tag", "a", "b"), { val: "text" })],
    [4, Object.assign(gets("val", "text", 7), { tag: "a" })],
    [2, shrinking(["a", "b"])],
    [0, shrinking([1, 2])],
    [5, Object.defineProperty([0n, "a"], 0, { get: turns(1n, "no") })],
    [8, Object.defineProperty(new Map([["a", 1]]), "size", { value: 1_000_000 })],
  ];
}

// What can be thrown, some of it hard to name.
const causes: readonly unknown[] = [new Error("no"), "text", undefined, Object.create(null)];

// Values that throw at each look, and where.
function throwing(
  cause: unknown,
): readonly (readonly [index: number, value: unknown, path: string])[] {
  const fail = () => {
    throw cause;
  };
  const gets = (target: object, key: PropertyKey) =>
    Object.defineProperty(target, key, { get: fail, enumerable: true });
  const items = { get: (_: object, key: string | symbol) => (key === "length" ? 2 : fail()) };
  return [
    [3, gets({}, "name"), ".name"],
    [3, new Proxy({}, { get: fail }), ".name"],
    [4, gets({ val: "x" }, "tag"), ".tag"],
    [4, gets({ tag: "a" }, "val"), ".val"],
    [2, gets(["a", "b"], 1), "[1]"],
    [2, new Proxy([], items), "[0]"],
    [0, gets([1, 2], 1), "[1]"],
    [5, gets([1n, "a"], 0), "[0]"],
    [6, new Proxy({}, { get: fail }), ".constructor"],
    [8, new Proxy(new Map(), { getPrototypeOf: fail }), ""],
  ];
}

describe.each(routes)("values of the host, by %s", (code) => {
  let stores: Component;
  let passes: Component;
  let bystander: Exports;

  beforeAll(async () => {
    stores = compileSync((await fromText(storing(types, "utf8"))) as BufferSource);
    passes = compileSync((await fromText(passing(types, "utf8"))) as BufferSource);
    bystander = exportsOf(instantiate(stores, {}, { code }));
  });

  function expectUnharmed(): void {
    expect(bystander["echo-n2"]!(["a", "é"])).toEqual(["a", "é"]);
  }

  it("of the wrong type are refused before the guest runs, their place named", async () => {
    const instance = instantiate(stores, {}, { code });
    const exports = exportsOf(instance);
    for (const [index, values] of bad) {
      for (const value of values) {
        const fault = await failure("component-type", () => exports[`echo-n${index}`]!(value));
        expect(fault.message).toMatch(new RegExp(`^echo-n${index}: argument 0`));
      }
    }
    const nested = await failure("component-type", () => exports["echo-n2"]!(["a", "b", 3]));
    expect(nested.data["path"]).toBe("[2]");
    expect([instance.state, exports["returned"]!()]).toEqual(["live", 0]);
    expect(exports["echo-n7"]!("constructor")).toBe("constructor");
    const flags = { constructor: false, toString: true };
    expect(exports["echo-n6"]!({ ...flags, constructor: undefined })).toEqual(flags);
  });

  it("of the wrong type end the call where a host function answers with them", async () => {
    for (const [index, values] of bad) {
      for (const value of values) {
        const host = Object.fromEntries([...types.keys()].map((at) => [`echoN${at}`, () => value]));
        const all = { ...host, echoTwo: () => [], echoAll: () => [] };
        const instance = instantiate(passes, { [HOST]: all }, { code });
        const good = exampleOf(index);
        const fault = await failure("component-trap", () =>
          exportsOf(instance)[`echo-n${index}`]!(good),
        );
        expect(fault.data["kind"]).toBe("host-result");
        expect(instance.state).toBe("poisoned");
      }
    }
    expectUnharmed();
  });

  it("that change while they are looked at end in a value or a TenonError", () => {
    for (const [index, value] of fickle()) {
      const instance = instantiate(stores, {}, { code });
      try {
        exportsOf(instance)[`echo-n${index}`]!(value);
      } catch (error) {
        expect(error).toBeInstanceOf(TenonError);
        if (instance.state === "live") expect(exportsOf(instance)["echo-n9"]!(7)).toBe(7);
      }
      expectUnharmed();
    }
  });

  it("that throw when they are looked at are refused before the guest runs, their place named", async () => {
    const instance = instantiate(stores, {}, { code });
    const exports = exportsOf(instance);
    for (const cause of causes) {
      for (const [index, value, path] of throwing(cause)) {
        const fault = await failure("component-type", () => exports[`echo-n${index}`]!(value));
        expect(fault.cause).toBe(cause);
        expect(fault.data["path"]).toBe(path);
        expect(fault.message).toMatch(new RegExp(`^echo-n${index}: argument 0`));
      }
    }
    expect([instance.state, exports["returned"]!()]).toEqual(["live", 0]);
    expect(exports["echo-n9"]!(7)).toBe(7);
  });

  it("that throw when they are looked at end the call where a host function answers with them", async () => {
    for (const cause of causes) {
      for (const [index, value] of throwing(cause)) {
        const host = Object.fromEntries([...types.keys()].map((at) => [`echoN${at}`, () => value]));
        const all = { ...host, echoTwo: () => [], echoAll: () => [] };
        const instance = instantiate(passes, { [HOST]: all }, { code });
        const fault = await failure("component-trap", () =>
          exportsOf(instance)[`echo-n${index}`]!(exampleOf(index)),
        );
        expect(fault.data["kind"]).toBe("host-result");
        expect((fault.cause as TenonError).code).toBe("component-type");
        expect((fault.cause as TenonError).cause).toBe(cause);
        expect(instance.state).toBe("poisoned");
      }
    }
    expectUnharmed();
  });

  it("whose memory goes away in mid-call end in a value or a TenonError", () => {
    const buffer = new ArrayBuffer(64, { maxByteLength: 128 });
    const views = [new Uint8Array(buffer), new Uint8Array(buffer, 8)];
    const instance = instantiate(stores, {}, { code });
    const exports = exportsOf(instance);
    expect(views.map((view) => (exports["echo-n0"]!(view) as Uint8Array).length)).toEqual([64, 56]);
    structuredClone(buffer, { transfer: [buffer] });
    expect(views.map((view) => (exports["echo-n0"]!(view) as Uint8Array).length)).toEqual([0, 0]);
    expectUnharmed();
  });
});

function exampleOf(index: number): unknown {
  return [
    new Uint8Array(1),
    new BigUint64Array(1),
    ["a"],
    { name: "x" },
    { tag: "a", val: "x" },
    [1n, "a"],
    { constructor: false, toString: true },
    "constructor",
    new Map(),
    1,
    1,
  ][index];
}
