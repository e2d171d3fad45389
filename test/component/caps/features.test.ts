import { describe, expect, test } from "vitest";
import {
  ALL_FEATURES,
  FEATURES,
  PLUGIN_FEATURES,
  type WasmFeature,
} from "../../../src/component/caps/features.ts";
import { compileSync, type TenonError } from "../../../src/component/index.ts";
import { fromText } from "../guest.ts";
import { holding, section, withCode } from "./cases.ts";

// What each proposal is seen by, one a line.
const samples: Readonly<Record<WasmFeature, readonly (string | Uint8Array<ArrayBuffer>)[]>> = {
  "mutable-globals": [`(import "" "g" (global (mut i32)))`],
  "sign-extension": ["(func (drop (i32.extend8_s (i32.const 1))))"],
  "saturating-float-to-int": ["(func (drop (i32.trunc_sat_f32_s (f32.const 1))))"],
  "multi-value": [
    "(func (result i32 i32) (i32.const 1) (i32.const 1))",
    "(func (i32.const 1) (block (param i32) (drop)))",
  ],
  "bulk-memory": [
    "(memory 1) (func (memory.fill (i32.const 1) (i32.const 1) (i32.const 1)))",
    `(memory 1) (data "x")`,
    "(func $f) (elem func $f)",
  ],
  "reference-types": [
    "(func (param externref))",
    "(global funcref (ref.null func))",
    "(table 1 funcref) (table 1 funcref)",
    "(table 1 funcref) (func (drop (table.get (i32.const 0))))",
    "(func (drop (select (result i32) (i32.const 0) (i32.const 0) (i32.const 0))))",
  ],
  simd: [
    "(func (drop (i32x4.splat (i32.const 1))))",
    "(func (local v128))",
    "(global v128 (v128.const i32x4 0 0 0 0))",
  ],
  "relaxed-simd": [
    `(func (param v128)
      (drop (i8x16.relaxed_swizzle (local.get 0) (local.get 0))))`,
  ],
  "tail-call": [
    "(func $f (return_call $f))",
    "(table 1 funcref) (type $t (func)) (func (return_call_indirect (type $t) (i32.const 0)))",
  ],
  "extended-const": ["(global i32 (i32.add (i32.const 1) (i32.const 1)))"],
  "multi-memory": ["(memory 1) (memory 1)"],
  memory64: ["(memory i64 1)", "(table i64 1 funcref)"],
  threads: ["(memory 1) (func (drop (i32.atomic.load (i32.const 0))))"],
  exceptions: [
    "(tag)",
    "(tag $e) (func (throw $e))",
    "(func (block $b (try_table (catch_all $b))))",
    "(func (param exnref))",
  ],
  // Behind the tags of the proposal that took its place.
  "legacy-exceptions": [withCode([0x06, 0x40, 0x19, 0x0b])],
  "function-references": [
    "(type $t (func)) (func (param (ref null $t)) (call_ref $t (local.get 0)))",
    "(func (param (ref func)))",
    "(func $f) (elem declare func $f) (table 1 1 (ref func) (ref.func $f))",
    "(func (param externref) (block $b (br_on_null $b (local.get 0)) drop))",
  ],
  "branch-hinting": [
    holding(section(0, [25], new TextEncoder().encode("metadata.code.branch_hint"), [0])),
  ],
  "wide-arithmetic": [
    `(func (i64.add128 (i64.const 1) (i64.const 1) (i64.const 1) (i64.const 1)) (drop) (drop))`,
  ],
  "custom-page-sizes": ["(memory 1 (pagesize 1))"],
  gc: [
    "(type (struct (field i32)))",
    "(type (array i32))",
    "(rec (type (func)) (type (func)))",
    "(type (sub (func)))",
    "(func (param anyref))",
    "(func (param i31ref))",
    "(func (param eqref) (drop (ref.eq (local.get 0) (local.get 0))))",
    "(func (drop (ref.i31 (i32.const 1))))",
    "(global i31ref (ref.i31 (i32.const 1)))",
    "(global anyref (ref.null none))",
    "(func (local (ref null array)))",
    "(func (param externref) (drop (any.convert_extern (local.get 0))))",
    "(table 1 arrayref)",
    "(func (block (result structref) (unreachable)) (drop))",
  ],
  "stored-exceptions": [
    "(table 1 exnref)",
    "(global (mut exnref) (ref.null exn))",
    `(import "a" "b" (global exnref))`,
    "(table 1 (ref null exn))",
  ],
  "stack-switching": ["(type $f (func)) (type (cont $f))", "(func (param contref))"],
};

// What V8 does not have yet is refused by it, when it is allowed.
const absent: readonly WasmFeature[] = ["wide-arithmetic", "custom-page-sizes", "stack-switching"];

// Shown by others, too.
const beside: Partial<Record<WasmFeature, readonly WasmFeature[]>> = {
  "relaxed-simd": ["simd"],
  "function-references": ["reference-types", "bulk-memory"],
  exceptions: ["reference-types"],
  memory64: ["reference-types"],
  "stored-exceptions": ["exceptions", "reference-types", "function-references"],
  gc: ["function-references", "reference-types"],
  "stack-switching": ["gc"],
};

async function bytesOf(sample: string | Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof sample !== "string") return sample;
  return Uint8Array.from(await fromText(`(component (core module ${sample}))`));
}

function refusal(
  bytes: Uint8Array<ArrayBuffer>,
  features?: readonly WasmFeature[],
): TenonError | undefined {
  try {
    compileSync(bytes, { features });
    return undefined;
  } catch (error) {
    return error as TenonError;
  }
}

describe.each(ALL_FEATURES)("%s", (feature) => {
  test("is refused by name where it is not allowed, whatever shows it", async () => {
    const others = ALL_FEATURES.filter((name) => name !== feature);
    expect(samples[feature].length).toBeGreaterThan(0);
    for (const sample of samples[feature]) {
      const error = refusal(await bytesOf(sample), others);
      expect(error, String(sample)).toMatchObject({
        code: "component-limit",
        data: { limit: "features", feature },
      });
      expect(error!.data["offset"]).toBeTypeOf("number");
      expect(error!.message).toContain(feature);
    }
  });

  test("is all that its code needs", async () => {
    const allowed = [feature, ...(beside[feature] ?? [])];
    for (const sample of samples[feature]) {
      const error = refusal(await bytesOf(sample), allowed);
      if (absent.includes(feature)) expect(error?.data["feature"]).not.toBe(feature);
      else expect(error, String(sample)).toBeUndefined();
    }
  });
});

test("plugins have what toolchains emit without garbage collection", () => {
  expect(ALL_FEATURES.filter((name) => !PLUGIN_FEATURES.includes(name))).toEqual([
    "gc",
    "stored-exceptions",
    "stack-switching",
  ]);
  expect(PLUGIN_FEATURES.every((name) => FEATURES[name].plugins)).toBe(true);
});

test("an instruction that nobody knows is refused by name", () => {
  for (const [code, name] of [
    [[0x27], "0x27"],
    [[0xff], "0xff"],
    [[0xfc, 0x18], "0xfc 24"],
    [[0xfd, 0x9a, 0x01], "0xfd 154"],
    [[0xfb, 0x80, 0x01], "0xfb 128"],
    [[0xfe, 0x05], "0xfe 5"],
  ] as const) {
    const error = refusal(withCode(code));
    expect(error).toMatchObject({ code: "component-unsupported" });
    expect(error!.message).toContain(`the instruction ${name}`);
  }
});

test("without any a module of WebAssembly 1.0 runs", async () => {
  const bytes = await bytesOf(`(memory 1) (table 1 funcref) (global (mut i32) (i32.const 0))
    (func $f (param i32) (result i32) (loop $l (br_if $l (local.get 0))) (i32.load (local.get 0)))
    (elem (i32.const 0) $f) (data (i32.const 0) "x")`);
  expect(refusal(bytes, [])).toBeUndefined();
});
