import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  builtInKind,
  isArrayBuffer,
  isError,
  isMap,
  isThenable,
  isUint8Array,
  typedArrayName,
} from "../src/realms.ts";

const far = (text: string): unknown => runInNewContext(text) as unknown;
const revoked = Proxy.revocable({}, {});
revoked.revoke();
// Nothing that any of them takes for what it asks about.
const others: readonly unknown[] = [
  undefined,
  null,
  0,
  "x",
  Symbol("s"),
  () => 1,
  revoked.proxy,
  Object.create(Map.prototype),
  new Proxy(new Map(), {}),
  Object.create(Uint8Array.prototype),
];

const kinds = [
  [isError, ["new Error('x')", "new TypeError('x')", "Object.create(Error.prototype)"]],
  [isMap, ["new Map()", "new (class extends Map {})()"]],
  [isArrayBuffer, ["new ArrayBuffer(1)"]],
  [isUint8Array, ["new Uint8Array(1)", "new Uint8Array(new SharedArrayBuffer(1))"]],
  [isThenable, ["Promise.resolve()", "({ then() {} })"]],
] as const;

describe.each(kinds)("%o", (is, texts) => {
  test("knows what it asks about, of this realm and of another, and nothing else", () => {
    for (const text of texts) {
      // oxlint-disable-next-line no-eval -- what the other realm evaluates, in this one
      expect(is((0, eval)(text)), text).toBe(true);
      if (!text.startsWith("Object.create")) expect(is(far(text)), text).toBe(true);
    }
    for (const other of others) expect(is(other)).toBe(false);
    for (const [another, foreign] of kinds) {
      if (another === is) continue;
      for (const text of foreign) expect(is(far(text)), text).toBe(false);
    }
  });
});

test("an exception of the platform's is an error", () => {
  expect(isError(new DOMException("x"))).toBe(true);
});

test("a typed array says its kind, and nothing else does", () => {
  expect(typedArrayName(far("new Float32Array(1)"))).toBe("Float32Array");
  expect(typedArrayName(Buffer.from("x"))).toBe("Uint8Array");
  for (const other of [...others, far("new DataView(new ArrayBuffer(1))")]) {
    expect(typedArrayName(other)).toBe(undefined);
  }
});

test.each([
  ["array", "[1]"],
  ["object", "({})"],
  ["bare object", "Object.create(null)"],
  ["bytes", "new Uint8Array(1)"],
  ["date", "new Date(0)"],
  ["map", "new Map()"],
  ["set", "new Set()"],
  [undefined, "new (class A {})()"],
  [undefined, "Object.create(Object.create(null))"],
  [undefined, "new (class extends Array {})()"],
  [undefined, "new (class extends Map {})()"],
  [undefined, "new (class extends Set {})()"],
  [undefined, "new (class extends Date {})()"],
  [undefined, "new (class extends Uint8Array {})()"],
  [undefined, "new Error('x')"],
  [undefined, "/x/"],
  [undefined, "new Uint16Array(1)"],
  [undefined, "Promise.resolve()"],
] as const)("the kind %s is that of %s, in every realm", (kind, text) => {
  // oxlint-disable-next-line no-eval -- as above
  expect(builtInKind((0, eval)(text))).toBe(kind);
  expect(builtInKind(far(text) as object)).toBe(kind);
});
