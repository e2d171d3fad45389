// Every name that JavaScript gives a meaning to, in each place where a plugin can put it: the host has
// the right answer, and none of the plugin's objects is ever taken for a promise.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test } from "vitest";
import { defineInterface, type InterfaceDefinition } from "../../src/index.ts";
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
} from "../component/names-table.ts";
import { component } from "../conformance/engine-guests.ts";
import { manifestText } from "../manifest-text.ts";
import { bystanderAnswers, rig, type Rig } from "./rig.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

type Func = (...args: readonly unknown[]) => unknown;
type Scope = Readonly<Record<string, Func>>;

const places = NAMES.map((_, at) => at);

describe.each(["caller", "thread"] as const)(
  "names that JavaScript gives a meaning to, %s",
  (level) => {
    let made: Rig;

    async function exportsOf<Exports>(
      bytes: Promise<Uint8Array>,
      interfaces: readonly InterfaceDefinition[] = [],
    ): Promise<Exports> {
      made = await rig({ isolation: () => level, interfaces });
      await made.host.install(await bytes, { manifest: manifestText("acme/odd") });
      return made.host.exportsOf<Exports>("acme/odd");
    }

    afterEach(async () => {
      expect(made.host.plugin("acme/odd")).toMatchObject({ state: "running", crashes: 0 });
      expect(await bystanderAnswers(made)).toBe(true);
      await made.host.uninstall("acme/odd");
      expect(made.told("fault")).toEqual([]);
    });

    const all = (calls: readonly unknown[]) => Promise.all(calls);

    test("functions", async () => {
      const exports = await exportsOf<Record<string, Scope>>(namedFunctions());
      const scope = exports["acme:names/functions"]!;
      expect(await all(NAMES.map((label) => scope[keyOf(label)]!()))).toEqual(places);
      expect(await scope).toBe(scope);
    });

    test("functions of a world itself, by both spellings", async () => {
      const world = await exportsOf<Scope>(namedWorld());
      const exact = (label: string) => (label === "then" ? "then_" : label);
      expect(await all(NAMES.map((label) => world[exact(label)]!()))).toEqual(places);
      expect(await all(NAMES.map((label) => world[keyOf(label)]!()))).toEqual(places);
    });

    test("methods, static functions, constructors", async () => {
      const exports = await exportsOf<Record<string, Record<string, Scope>>>(namedFunctions());
      const { make, Maker } = exports["acme:names/members"]! as unknown as {
        make: Func;
        Maker: Scope;
      };
      const holder = (await make()) as Scope & Disposable;
      expect(await all(NAMES.map((label) => holder[keyOf(label)]!()))).toEqual(places);
      expect(await all(NAMES.map((label) => Maker[staticKeyOf(label)]!()))).toEqual(places);
      expect(await holder).toBe(holder);
      expect(await Maker).toBe(Maker);
      const classes = exports["acme:names/resources"] as unknown as Readonly<
        Record<string, new () => { place(): unknown } & Disposable>
      >;
      for (const [at, label] of NAMES.entries()) {
        const one = await new classes[classOf(label)]!();
        expect(await one.place()).toBe(at);
        one[Symbol.dispose]();
      }
      // What the host forgets is found by the garbage collector, which can't be told of a fault.
      for (let n = 0; n < 20; n++) await make();
      gc();
      await new Promise<void>((resolve) => void setTimeout(resolve, 20));
      gc();
      holder[Symbol.dispose]();
    });

    test("fields, flags, cases and parameters", async () => {
      const world = await exportsOf<Scope>(namedValues());
      const fieldOf = (label: string) => (label === "then" ? label : keyOf(label));
      const record = Object.fromEntries(NAMES.map((label, at) => [fieldOf(label), at]));
      expect(await world["echoRecord"]!(record)).toEqual(record);
      for (const [at, labels] of FLAGS.entries()) {
        const flags = Object.fromEntries(labels.map((label) => [fieldOf(label), true]));
        expect(await world[`echo-flags${at}`]!(flags)).toEqual(flags);
      }
      for (const tag of NAMES) {
        expect(await world["echoVariant"]!({ tag, val: 5 })).toEqual({ tag, val: 5 });
        expect(await world["echoEnum"]!(tag)).toBe(tag);
      }
      expect(await world["sum"]!(...places)).toBe(places.reduce((sum, at) => sum + at, 0));
    });

    test("what the application gives: functions, methods, static functions", async () => {
      const given = defineInterface({ name: "acme:names/host@1.0.0", implement: namedHost });
      const world = await exportsOf<Scope>(namedImports(), [given]);
      for (const kind of ["f", "m", "s"]) {
        expect(await all(places.map((at) => world[`${kind}${at}`]!()))).toEqual(places);
      }
    });

    test("instances", async () => {
      const world = await exportsOf<Record<string, Scope>>(namedInstances());
      expect(await all(NAMES.map((label) => world[label]!["place"]!()))).toEqual(places);
    });
  },
);

test("what every class and object has is nobody's implementation", async () => {
  const made = await rig({
    interfaces: [
      defineInterface({
        name: "acme:names/host@1.0.0",
        implement: () => ({ Holder: class {}, Maker: class {}, getHolder: () => ({}) }),
      }),
    ],
  });
  for (const [at, name] of [
    "[method]holder.constructor",
    "[static]maker.prototype",
    "has-own-property",
  ].entries()) {
    const resource = /\](.*)\./.exec(name)?.[1];
    const bytes = await component(`(component
      (import "acme:names/host@1.0.0" (instance $host
        ${resource === undefined ? "" : `(export "${resource}" (type $r (sub resource)))`}
        (export "${name}" (func ${name.startsWith("[method]") ? `(param "self" (borrow $r))` : ""})))))`);
    await made.host.install(bytes, { manifest: manifestText(`acme/odd${at}`) });
    await expect(made.host.exportsOf(`acme/odd${at}`)).rejects.toMatchObject({
      code: "plugin-activation",
      cause: { cause: { code: "component-unlinkable" } },
    });
  }
  expect(await bystanderAnswers(made)).toBe(true);
});
