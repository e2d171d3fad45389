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
import { fromText } from "./guest.ts";
import { type Exports, failure } from "./start.ts";

const adder = async (): Promise<Uint8Array<ArrayBuffer>> =>
  (await fromText(`(component
    (core module $m (memory (export "memory") 1)
      (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
    (core instance $i (instantiate $m))
    (func (export "add") (param "a" u32) (param "b" u32) (result u32)
      (canon lift (core func $i "add"))))`)) as Uint8Array<ArrayBuffer>;

const sum = (instance: Instance): unknown => (instance.exports as Exports)["add"]!(2, 3);

const interrupt: Interrupt = { ask: () => "go-on" };

/// What an instance may ask for, and what compile is told of it.
const asked: readonly (readonly [string, InstantiateOptions, CompileOptions])[] = [
  ["closures", { code: "closures" }, { code: "closures" }],
  ["interruptions", { interrupt }, { interrupt: "count" }],
  ["snapshots", { restorable: true }, { restorable: true }],
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
    const refuse = (one: typeof component) =>
      failure("component-unsupported", () => instantiate(one, {}, options));
    const { data, message } = await refuse(component);
    expect(data["features"]).toEqual([feature]);
    expect(message).toContain("instantiateAsync");
    expect(sum(await instantiateAsync(component, {}, options))).toBe(5);
    // Now it holds them; no other component does.
    expect(sum(instantiate(component, {}, options))).toBe(5);
    await refuse(bystander);
    expect(sum(instantiate(bystander))).toBe(5);
  });

  it("lists all that is lacking", async () => {
    const component = await compile(await adder());
    const { data } = await failure("component-unsupported", () =>
      instantiate(component, {}, { interrupt, restorable: true }),
    );
    expect(data["features"]).toEqual(["interruptions", "snapshots"]);
  });
});

it.each(asked)("a component that compileSync made has %s", async (_, options) => {
  expect(sum(instantiate(compileSync(await adder()), {}, options))).toBe(5);
});

it("an instance that was not made to be put back has no snapshot", async () => {
  const empty = compileSync((await fromText("(component)")) as Uint8Array<ArrayBuffer>);
  expect(instantiate(empty).snapshot()).toBeUndefined();
  expect(instantiate(empty, {}, { restorable: true }).snapshot()).toBeDefined();
});
