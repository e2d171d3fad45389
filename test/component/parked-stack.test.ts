import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compileSync,
  type Imports,
  instantiate,
  type Instance,
} from "../../src/component/index.ts";
import { stackModule } from "../../src/component/link/stack-module.ts";
import { echoAllLater, type Exports, samples } from "./echo/calls.ts";
import { encodings, storing } from "./echo/text.ts";
import { fromText } from "./guest.ts";
import { exportsOf, failure, routes, start as startText, trapKind } from "./start.ts";

const GUEST = `(component
  (import "wait" (func $wait (param "n" u32) (result u32)))
  (core func $wait (canon lower (func $wait)))
  (core module $M
    (import "h" "wait" (func $wait (param i32) (result i32)))
    (global $count (mut i32) (i32.const 0))
    (func (export "count") (result i32)
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      (global.get $count))
    (func (export "mixed") (param i32 f64 i64 f32 i32) (result f64)
      (f64.add (f64.add (f64.convert_i32_u (local.get 0)) (local.get 1))
        (f64.add (f64.add (f64.convert_i64_s (local.get 2)) (f64.promote_f32 (local.get 3)))
          (f64.convert_i32_s (local.get 4)))))
    (func (export "long") (param i64) (result i64) (i64.add (local.get 0) (i64.const 1)))
    (func (export "nothing"))
    (func (export "wait") (param i32) (result i32) (call $wait (local.get 0)))
    (func (export "trap") (unreachable))
    (func $deep (export "deep") (result i32) (i32.add (call $deep) (i32.const 1))))
  (core instance $m (instantiate $M (with "h" (instance (export "wait" (func $wait))))))
  (func (export "count") (result u32) (canon lift (core func $m "count")))
  (func (export "mixed")
    (param "a" u32) (param "b" f64) (param "c" s64) (param "d" f32) (param "e" s8) (result f64)
    (canon lift (core func $m "mixed")))
  (func (export "long") (param "n" s64) (result s64) (canon lift (core func $m "long")))
  (func (export "nothing") (canon lift (core func $m "nothing")))
  (func (export "wait") (param "n" u32) (result u32) (canon lift (core func $m "wait")))
  (func (export "trap") (canon lift (core func $m "trap")))
  (func (export "deep") (result u32) (canon lift (core func $m "deep"))))`;

for (const code of routes) {
  const start = (wait: (n: number) => unknown = (n) => n): Promise<Instance> =>
    startText(GUEST, { wait } as Imports, { code, suspend: ["wait"] });

  describe(`calls that may be suspended, by ${code}`, () => {
    for (const encoding of encodings) {
      it(`give back random values of random types (${encoding})`, async () => {
        await fc.assert(
          fc.asyncProperty(samples, async (all) => {
            const text = storing(
              all.map(({ type }) => type),
              encoding,
            );
            const component = compileSync((await fromText(text)) as BufferSource);
            const instance = instantiate(component, {}, { code, suspend: true });
            await echoAllLater(instance.exports as Exports, all, (actual, expected) => {
              if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
            });
          }),
          { numRuns: 3 },
        );
      });
    }

    it("take and answer numbers of every core type", async () => {
      const { mixed, long, nothing, count } = exportsOf(await start());
      expect(await mixed!(4_000_000_000, 0.5, -7n, 2.25, -3)).toBe(3_999_999_992.75);
      expect(await long!(2n ** 62n)).toBe(2n ** 62n + 1n);
      expect(await nothing!()).toBeUndefined();
      expect(await count!()).toBe(1);
      expect(await count!()).toBe(2);
    });

    it("are refused while another one is about to run, and that one goes on", async () => {
      const instance = await start();
      const { count, nothing } = exportsOf(instance);
      await nothing!();
      const first = count!();
      await failure("component-suspended", () => count!());
      expect(await first).toBe(1);
      expect(await count!()).toBe(2);
      expect(instance.state).toBe("live");
    });

    it("may wait for the host, one after the other", async () => {
      const { wait } = exportsOf(await start(async (n) => n * 2));
      for (let n = 0; n < 5; n++) expect(await wait!(n)).toBe(n * 2);
    });

    it("that are refused for their arguments change nothing", async () => {
      const instance = await start();
      const { long, count } = exportsOf(instance);
      await failure("component-type", () => long!("one"));
      expect(await count!()).toBe(1);
      expect(instance.state).toBe("live");
    });

    it("end in a trap with a name, and poison; others of the component run on", async () => {
      const [broken, deep, other] = [await start(), await start(), await start()];
      await exportsOf(broken)["count"]!();
      expect(await trapKind(() => exportsOf(broken)["trap"]!())).toBe("unreachable");
      await failure("component-poisoned", () => exportsOf(broken)["count"]!());
      expect(await trapKind(() => exportsOf(deep)["deep"]!())).toBe("stack-overflow");
      expect(deep.state).toBe("poisoned");
      expect(await exportsOf(other)["count"]!()).toBe(1);
    });

    it("end with their instance, whether they wait for the host or have not begun", async () => {
      for (const name of ["wait", "count"]) {
        const instance = await start(() => new Promise(() => {}));
        const { nothing, count, [name]: func } = exportsOf(instance);
        await nothing!();
        const going = failure("component-closed", () => func!(1));
        instance[Symbol.dispose]();
        await going;
        await failure("component-closed", () => count!());
      }
    });

    it("an instance that ends between calls leaves nothing running", async () => {
      const instance = await start();
      await exportsOf(instance)["count"]!();
      instance[Symbol.dispose]();
      await Promise.resolve();
      expect(instance.state).toBe("closed");
      await failure("component-closed", () => exportsOf(instance)["count"]!());
    });
  });
}

describe("the module of a parked stack", () => {
  const type = fc.constantFrom("i32", "i64", "f32", "f64");
  const signature = fc.record({
    params: fc.array(type, { maxLength: 16 }),
    result: fc.option(type, { nil: undefined }),
  });

  it("is valid for functions of any types, and imports each by its type", () => {
    fc.assert(
      fc.property(fc.array(signature, { minLength: 1, maxLength: 300 }), (functions) => {
        const module = stackModule(functions);
        const imports = WebAssembly.Module.imports(module).map(({ name }) => name);
        expect(imports).toEqual(expect.arrayContaining(functions.map((_, at) => `${at}`)));
        expect(WebAssembly.Module.exports(module)).toHaveLength(functions.length + 2);
      }),
      { numRuns: 60 },
    );
  });
});
