import * as fc from "fast-check";
import { expect } from "vitest";
import type { EngineCase } from "./engine.ts";
import { TenonError } from "../../src/errors.ts";
import { api, API, failure, fn, HOST, start } from "./engine-expect.ts";
import { arithmetic, asking, component, thingUser } from "./engine-guests.ts";

// Imports `acme:test/host` in two versions and calls both.
const twoVersions = () =>
  component(`(component
    (import "acme:test/host@1.0.0" (instance $one (export "now" (func (result u32)))))
    (import "acme:test/host@2.0.0" (instance $two (export "now" (func (result u32)))))
    (core func $one (canon lower (func $one "now")))
    (core func $two (canon lower (func $two "now")))
    (core module $M
      (import "host" "one" (func $one (result i32)))
      (import "host" "two" (func $two (result i32)))
      (func (export "both") (result i32)
        (i32.add (i32.mul (i32.const 100) (call $one)) (call $two))))
    (core instance $m (instantiate $M (with "host" (instance
      (export "one" (func $one)) (export "two" (func $two))))))
    (func $both (result u32) (canon lift (core func $m "both")))
    (export "both" (func $both)))`);

// A component whose core modules are linked by a name of one's choice.
const namedLink = (name: string) =>
  component(`(component
    (core module $A (func (export "${name}") (result i32) (i32.const 42)))
    (core instance $a (instantiate $A))
    (core module $B (import "${name}" "${name}" (func $f (result i32)))
      (func (export "f") (result i32) (call $f)))
    (core instance $b (instantiate $B (with "${name}" (instance $a))))
    (func $f (result u32) (canon lift (core func $b "f")))
    (export "f" (func $f)))`);

export const linkingCases: readonly EngineCase[] = [
  {
    name: "missing imports are listed all at once",
    async run(engine) {
      const compiled = await engine.compile(await asking());
      for (const imports of [{}, { [HOST]: {} }, { [HOST]: { askHost: 7 } }]) {
        const error = await failure("component-unlinkable", () => compiled.instantiate(imports));
        expect(error.data["missing"]).toEqual([`${HOST}#ask-host`, `${HOST}#try-host`]);
      }
      const partly = { [HOST]: { askHost: (n: number) => n } };
      const error = await failure("component-unlinkable", () => compiled.instantiate(partly));
      expect(error.data["missing"]).toEqual([`${HOST}#try-host`]);
    },
  },
  {
    name: "a missing class, method or static function is listed too",
    async run(engine) {
      class Thing {
        static find(): void {}
      }
      const imports = { [HOST]: { Thing, look: () => 1, keep: () => undefined } };
      const compiled = await engine.compile(await thingUser());
      const error = await failure("component-unlinkable", () => compiled.instantiate(imports));
      expect(error.data["missing"]).toEqual([`${HOST}#[method]thing.value`]);
    },
  },
  {
    name: "what every object has is no implementation",
    async run(engine) {
      const bytes = component(`(component
        (import "acme:test/host@1.0.0" (instance $host
          (export "to-string" (func (result u32))) (export "constructor" (func (result u32)))))
        (core func $a (canon lower (func $host "to-string")))
        (core func $b (canon lower (func $host "constructor")))
        (core module $M (import "h" "a" (func (result i32))) (import "h" "b" (func (result i32)))
          (func (export "f")))
        (core instance $m (instantiate $M (with "h" (instance
          (export "a" (func $a)) (export "b" (func $b))))))
        (func $f (canon lift (core func $m "f")))
        (export "f" (func $f)))`);
      const error = await failure("component-unlinkable", () =>
        start(engine, bytes, { [HOST]: {} }),
      );
      expect(error.data["missing"]).toHaveLength(2);
    },
  },
  {
    name: "two versions of an interface are two implementations",
    async run(engine) {
      const instance = await start(engine, twoVersions(), {
        "acme:test/host@1.0.0": { now: () => 1 },
        "acme:test/host@2.0.0": { now: () => 2 },
      });
      expect(await fn(instance, "both")()).toBe(102);
    },
  },
  {
    name: "names in a component never become code",
    async run(engine) {
      const attacks = [
        "a'],globalThis.pwned=1,['b",
        "a');globalThis.pwned=1;('",
        'a\\"+(globalThis.pwned=1)+\\"b',
        "`${globalThis.pwned=1}`",
        "a\\n;globalThis.pwned=1;//",
        "__proto__",
        "constructor",
        "a\\\\",
      ];
      for (const attack of attacks) {
        try {
          expect(await fn(await start(engine, namedLink(attack)), "f")()).toBe(42);
        } catch (error) {
          expect(error, attack).toBeInstanceOf(TenonError);
        }
        expect(Object.hasOwn(globalThis, "pwned"), attack).toBe(false);
      }
      expect(await fn(await start(engine, namedLink("a.b-c/d@1 é")), "f")()).toBe(42);
    },
  },
  {
    name: "bytes that are no component are malformed",
    async run(engine) {
      const whole = await arithmetic();
      const core = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
      const bad = [new Uint8Array(), new Uint8Array(64), core, whole.subarray(0, whole.length - 3)];
      for (const bytes of bad) {
        await failure("component-malformed", () => engine.compile(bytes));
      }
      expect(await api(await start(engine, whole), API)["add"]!(1, 2)).toBe(3);
    },
  },
  {
    name: "a damaged component fails with a code or works",
    async run(engine) {
      const whole = await asking();
      const host = { [HOST]: { askHost: (n: number) => n, tryHost: (n: number) => n } };
      const damage = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }));
      await fc.assert(
        fc.asyncProperty(damage, async ([at, flip]) => {
          const bytes = Uint8Array.from(whole);
          bytes[at]! ^= flip;
          try {
            await start(engine, Promise.resolve(bytes), host);
          } catch (error) {
            expect(error).toBeInstanceOf(TenonError);
            expect((error as TenonError).code).toMatch(/^component-/u);
          }
        }),
        { numRuns: 12, seed: 20 },
      );
      expect(await fn(await start(engine, whole, host), "ask")(3)).toBe(3);
    },
  },
  {
    name: "a released component makes no more instances; those it made live on",
    async run(engine) {
      const compiled = await engine.compile(await arithmetic());
      const instance = await compiled.instantiate({});
      compiled[Symbol.dispose]();
      await failure("component-closed", () => compiled.instantiate({}));
      expect(await api(instance, API)["add"]!(1, 2)).toBe(3);
    },
  },
];
