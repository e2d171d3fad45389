import { describe, expect, test } from "vitest";
import { compile, compileSync, instantiate, type Imports } from "../../src/component/index.ts";
import { TenonError } from "../../src/errors.ts";
import { ahead } from "./ahead.ts";
import {
  classOf,
  FLAGS,
  keyOf,
  namedFunctions,
  namedHost,
  namedImports,
  namedInstances,
  NAMES,
  namedValues,
  namedWorld,
  staticKeyOf,
} from "./names-table.ts";
import { component } from "../conformance/engine-guests.ts";
import { failure } from "./start.ts";

type Func = (...args: readonly unknown[]) => unknown;
type Scope = Readonly<Record<string, Func>>;

type Start = (bytes: Uint8Array, imports?: Imports) => Promise<Readonly<Record<string, unknown>>>;

const routes: readonly { readonly route: string; readonly start: Start }[] = [
  ...(["text", "closures"] as const).map((code) => ({
    route: code,
    start: async (bytes: Uint8Array, imports: Imports = {}) =>
      instantiate(compileSync(bytes as BufferSource), imports, { code }).exports,
  })),
  {
    route: "written beforehand",
    start: async (bytes, imports = {}) =>
      (await ahead(await compile(Uint8Array.from(bytes)))).instantiate(imports).exports,
  },
];

const places = NAMES.map((_, at) => at);

describe.each(routes)("names that JavaScript gives a meaning to, $route", ({ start }) => {
  test("exported functions", async () => {
    const exports = await start(await namedFunctions());
    const scope = exports["acme:names/functions"] as Scope;
    expect(NAMES.map((label) => scope[keyOf(label)]!())).toEqual(places);
    expect(await scope).toBe(scope);
  });

  test("functions of a world itself, by both spellings", async () => {
    const world = (await start(await namedWorld())) as Scope;
    expect(NAMES.map((label) => world[label === "then" ? "then_" : label]!())).toEqual(places);
    expect(NAMES.map((label) => world[keyOf(label)]!())).toEqual(places);
    expect(await world).toBe(world);
  });

  test("instances", async () => {
    const world = (await start(await namedInstances())) as Readonly<Record<string, Scope>>;
    expect(NAMES.map((label) => world[label]!["place"]!())).toEqual(places);
  });

  test("methods", async () => {
    const exports = await start(await namedFunctions());
    const holder = (exports["acme:names/members"] as Scope)["make"]!() as Scope & Disposable;
    expect(NAMES.map((label) => holder[keyOf(label)]!())).toEqual(places);
    expect(await holder).toBe(holder);
    holder[Symbol.dispose]();
    expect(() => holder[keyOf("name")]!()).toThrow(TenonError);
  });

  test("static functions", async () => {
    const exports = await start(await namedFunctions());
    const { Maker } = exports["acme:names/members"] as Readonly<Record<string, Scope>>;
    expect(NAMES.map((label) => Maker![staticKeyOf(label)]!())).toEqual(places);
    expect(await Maker).toBe(Maker);
    expect(typeof Maker!["prototype"]).toBe("object");
  });

  test("resources, with constructors", async () => {
    const exports = await start(await namedFunctions());
    const scope = exports["acme:names/resources"] as Readonly<
      Record<string, new () => { place(): number } & Disposable>
    >;
    const made = NAMES.map((label) => new scope[classOf(label)]!());
    expect(made.map((one) => one.place())).toEqual(places);
    for (const [at, label] of NAMES.entries()) {
      expect(made[at]).toBeInstanceOf(scope[classOf(label)]!);
      made[at]![Symbol.dispose]();
    }
  });

  test("a class shows nothing but what the guest exports", async () => {
    const exports = await start(await namedFunctions());
    const scope = exports["acme:names/resources"] as Readonly<Record<string, object>>;
    for (
      let at = scope["Then"]!;
      at !== Function.prototype;
      at = Object.getPrototypeOf(at) as object
    ) {
      expect(Reflect.ownKeys(at).toSorted()).toEqual(["length", "name", "prototype"]);
    }
  });

  test("fields, flags, cases and parameters", async () => {
    const { echoRecord, echoVariant, echoEnum, sum, ...rest } = (await start(
      await namedValues(),
    )) as Record<string, Func>;
    const fieldOf = (label: string) => (label === "then" ? label : keyOf(label));
    const record = Object.fromEntries(NAMES.map((label, at) => [fieldOf(label), at]));
    expect(echoRecord!(record)).toEqual(record);
    for (const one of NAMES) {
      expect(echoVariant!({ tag: one, val: 5 })).toEqual({ tag: one, val: 5 });
      expect(echoEnum!(one)).toBe(one);
    }
    for (const [at, labels] of FLAGS.entries()) {
      for (const one of labels) {
        const flags = Object.fromEntries(labels.map((label) => [fieldOf(label), label === one]));
        expect(rest[`echo-flags${at}`]!(flags)).toEqual(flags);
      }
    }
    expect(sum!(...places)).toBe(places.reduce((total, at) => total + at, 0));
  });

  test("what a host gives: functions, methods, static functions", async () => {
    const world = (await start(await namedImports(), {
      "acme:names/host@1.0.0": namedHost(),
    })) as Scope;
    expect(places.map((at) => world[`f${at}`]!())).toEqual(places);
    expect(places.map((at) => world[`s${at}`]!())).toEqual(places);
    expect(places.map((at) => world[`m${at}`]!())).toEqual(places);
  });

  test("what every class and object has is nobody's implementation", async () => {
    class Holder {}
    class Maker {}
    const bytes = await namedImports();
    const host = { "acme:names/host@1.0.0": { Holder, Maker } };
    await expect(start(bytes, host)).rejects.toMatchObject({
      code: "component-unlinkable",
      data: {
        missing: expect.arrayContaining(["acme:names/host@1.0.0#[method]holder.constructor"]),
      },
    });
  });

  test("labels that come to one name: which is whose depends on spelling, not on order", async () => {
    for (const labels of [
      ["f1", "f-1"],
      ["f-1", "f1"],
    ]) {
      const bytes = await component(`(component
        (core module $M ${labels.map((label) => `(func (export "${label}") (result i32) i32.const ${label.length})`).join("")})
        (core instance $m (instantiate $M))
        ${labels.map((label) => `(func (export "${label}") (result u32) (canon lift (core func $m "${label}")))`).join("")}
        (type $record (record ${labels.map((label) => `(field "${label}" u32)`).join("")}))
        (export $Record "a-record" (type $record)))`);
      const world = (await start(bytes)) as Scope;
      expect([world["f1"]!(), world["f-1"]!()]).toEqual([2, 3]);
    }
  });
});

test("no name of a component has an underscore: `__proto__` is nobody's", async () => {
  const bytes = await component(`(component
    (core module $M (func (export "a"))) (core instance $m (instantiate $M))
    (func (export "xxprotoxx") (canon lift (core func $m "a"))))`);
  for (const name of ["__proto__", "proto-_-_", "xxthen_xx"]) {
    const text = Buffer.from(bytes).toString("latin1").replaceAll("xxprotoxx", name);
    await failure("component-invalid", () => compileSync(Buffer.from(text, "latin1")));
  }
});
