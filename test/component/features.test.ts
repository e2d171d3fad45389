import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { describe, expect, it } from "vitest";
import {
  type CompileOptions,
  compile,
  compileSync,
  type Instance,
  instantiate,
  instantiateAsync,
  type InstantiateOptions,
  type Interrupt,
} from "../../src/component/index.ts";

type Exports = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

const fromText = async (text: string): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.from(await parse(text));

const lacks = (...features: readonly string[]): unknown =>
  expect.objectContaining({
    code: "component-unsupported",
    data: { features },
    message: expect.stringContaining("instantiateAsync"),
  });

const adder = (): Promise<Uint8Array<ArrayBuffer>> =>
  fromText(`(component
    (core module $m (memory (export "memory") 1)
      (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
    (core instance $i (instantiate $m))
    (func (export "add") (param "a" u32) (param "b" u32) (result u32)
      (canon lift (core func $i "add"))))`);

const sum = (instance: Instance): unknown => (instance.exports as Exports)["add"]!(2, 3);

const interrupt: Interrupt = { ask: () => "go-on" };

// What an instance may ask for, and what compile is told of it.
const asked: readonly (readonly [string, InstantiateOptions, CompileOptions])[] = [
  ["closures", { code: "closures" }, { code: "closures" }],
  ["interruptions", { interrupt }, { interrupt: "count" }],
  ["snapshots", { restorable: true }, { restorable: true }],
];

const answering = `
  (core module $m (func (export "answer") (result i32) (i32.const 7)))
  (core instance $i (instantiate $m))
  (func (export "answer") (result u32) (canon lift (core func $i "answer")))`;

// Calls another component's function.
const calling = `
  (alias export $other "answer" (func $answer))
  (core func $lowered (canon lower (func $answer)))
  (core module $m (import "" "answer" (func $answer (result i32)))
    (func (export "run") (result i32) (call $answer)))
  (core instance $i (instantiate $m (with "" (instance (export "answer" (func $lowered))))))
  (func (export "run") (result u32) (canon lift (core func $i "run")))`;

const taker = `(component
  (import "inner" (component $c (export "answer" (func (result u32)))))
  (instance $other (instantiate $c)) ${calling})`;

// Components with parts that most don't have.
const made: readonly (readonly [string, string, unknown])[] = [
  [
    "two components that call each other",
    `(component (component $c ${answering}) (instance $other (instantiate $c)) ${calling})`,
    7,
  ],
  [
    "a function of the asynchronous ABI",
    `(component
      (core func $return (canon task.return (result u32)))
      (core module $m (import "" "return" (func $return (param i32)))
        (func (export "run") (result i32) (call $return (i32.const 8)) (i32.const 0))
        (func (export "callback") (param i32 i32 i32) (result i32) unreachable))
      (core instance $i (instantiate $m (with "" (instance (export "return" (func $return))))))
      (func (export "run") async (result u32)
        (canon lift (core func $i "run") async (callback (core func $i "callback")))))`,
    8,
  ],
];

describe("a component that compile made", () => {
  it("is instantiated at once, on a page without eval too", async () => {
    const component = await compile(await adder());
    expect(sum(instantiate(component))).toBe(5);
    expect(sum(await instantiateAsync(component))).toBe(5);
  });

  it.each(asked)("has %s where compile was asked for them", async (_, options, told) => {
    const component = await compile(await adder(), told);
    expect(sum(instantiate(component, {}, options))).toBe(5);
  });

  it.each(asked.slice(1))("says how to come by %s else", async (feature, options) => {
    const [component, bystander] = [await compile(await adder()), await compile(await adder())];
    expect(() => instantiate(component, {}, options)).toThrow(lacks(feature));
    expect(sum(await instantiateAsync(component, {}, options))).toBe(5);
    // Now it holds them; no other component does.
    expect(sum(instantiate(component, {}, options))).toBe(5);
    expect(() => instantiate(bystander, {}, options)).toThrow(lacks(feature));
    expect(sum(instantiate(bystander))).toBe(5);
  });

  it.each(made)("is instantiated at once with what it is made of: %s", async (_, text, answer) => {
    const component = await compile(await fromText(text));
    const run = (instance: Instance) => (instance.exports as Exports)["run"]!();
    expect(await run(instantiate(component))).toBe(answer);
    expect(await run(await instantiateAsync(component))).toBe(answer);
  });

  it("takes other components as imports", async () => {
    const outer = await compile(await fromText(taker));
    const inner = await compile(await fromText(`(component ${answering})`));
    const { exports } = instantiate(outer, { inner });
    expect((exports as Exports)["run"]!()).toBe(7);
    const restorable = await instantiateAsync(outer, { inner }, { restorable: true });
    expect((restorable.exports as Exports)["run"]!()).toBe(7);
    expect(restorable.snapshot()).toBeDefined();
  });

  it("lists all that is lacking", async () => {
    const component = await compile(await adder());
    const both = { interrupt, restorable: true };
    expect(() => instantiate(component, {}, both)).toThrow(lacks("interruptions", "snapshots"));
  });
});

it.each(asked)("a component that compileSync made has %s", async (_, options) => {
  expect(sum(instantiate(compileSync(await adder()), {}, options))).toBe(5);
});

it("an instance that was not made to be put back has no snapshot", async () => {
  const empty = compileSync(await fromText("(component)"));
  expect(instantiate(empty).snapshot()).toBeUndefined();
  expect(instantiate(empty, {}, { restorable: true }).snapshot()).toBeDefined();
});
