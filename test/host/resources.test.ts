// Resources of a plugin's, in the hands of an application: every member is a call like any other.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test } from "vitest";
import { TenonError, WitError } from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { component } from "../conformance/engine-guests.ts";
import { manifestText } from "../manifest-text.ts";
import { bystanderAnswers, rig, type Rig } from "./rig.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

// `acme:test/things` with a resource `thing`: constructed of a number, which is what it does at its
// destructor (1 loops, 2 traps) and what `number` answers.
const things = (): Promise<Uint8Array> =>
  component(`(component
    (core module $D (global $drops (mut i32) (i32.const 0))
      (func (export "dtor") (param i32)
        (global.set $drops (i32.add (global.get $drops) (i32.const 1)))
        (if (i32.eq (local.get 0) (i32.const 1)) (then (loop $on (br $on))))
        (if (i32.eq (local.get 0) (i32.const 2)) (then unreachable)))
      (func (export "drops") (result i32) (global.get $drops)))
    (core instance $d (instantiate $D))
    (type $thing (resource (rep i32) (dtor (core func $d "dtor"))))
    (core func $new (canon resource.new $thing))
    (core func $drop (canon resource.drop $thing))
    (core module $M (import "h" "new" (func $new (param i32) (result i32)))
      (import "h" "drop" (func $drop (param i32)))
      (func (export "make") (param i32) (result i32)
        (if (i32.eq (local.get 0) (i32.const 3)) (then (loop $on (br $on))))
        (call $new (local.get 0)))
      (func (export "number") (param i32) (result i32) local.get 0)
      (func (export "spin") (param i32) (loop $on (br $on)))
      (func (export "trap") (param i32) unreachable)
      (func (export "work") (param i32) (local $n i32)
        (loop $on (br_if $on (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))
          (i32.const 30000000)))))
      (func (export "err") (param i32) (result i32) i32.const 1)
      (func (export "spin-all") (loop $on (br $on)))
      (func (export "take") (param i32) (call $drop (local.get 0))))
    (core instance $m (instantiate $M (with "h" (instance
      (export "new" (func $new)) (export "drop" (func $drop))))))
    (func $make (param "n" u32) (result (own $thing)) (canon lift (core func $m "make")))
    (func $number (param "self" (borrow $thing)) (result u32) (canon lift (core func $m "number")))
    (func $spin (param "self" (borrow $thing)) (canon lift (core func $m "spin")))
    (func $trap (param "self" (borrow $thing)) (canon lift (core func $m "trap")))
    (func $work (param "self" (borrow $thing)) (canon lift (core func $m "work")))
    (func $err (param "self" (borrow $thing)) (result (result)) (canon lift (core func $m "err")))
    (func $spinAll (canon lift (core func $m "spin-all")))
    (func $take (param "one" (own $thing)) (canon lift (core func $m "take")))
    (func $drops (result u32) (canon lift (core func $d "drops")))
    (component $C (import "thing" (type $t (sub resource)))
      (import "make" (func $make (param "n" u32) (result (own $t))))
      (import "number" (func $number (param "self" (borrow $t)) (result u32)))
      (import "spin" (func $spin (param "self" (borrow $t))))
      (import "trap" (func $trap (param "self" (borrow $t))))
      (import "work" (func $work (param "self" (borrow $t))))
      (import "err" (func $err (param "self" (borrow $t)) (result (result))))
      (import "spin-all" (func $spinAll)) (import "take" (func $take (param "one" (own $t))))
      (import "drops" (func $drops (result u32)))
      (export $T "thing" (type $t))
      (export "[constructor]thing" (func $make) (func (param "n" u32) (result (own $T))))
      (export "[method]thing.number" (func $number) (func (param "self" (borrow $T)) (result u32)))
      (export "[method]thing.spin" (func $spin) (func (param "self" (borrow $T))))
      (export "[method]thing.trap" (func $trap) (func (param "self" (borrow $T))))
      (export "[method]thing.work" (func $work) (func (param "self" (borrow $T))))
      (export "[method]thing.err" (func $err) (func (param "self" (borrow $T)) (result (result))))
      (export "[static]thing.spin-all" (func $spinAll))
      (export "make" (func $make) (func (param "n" u32) (result (own $T))))
      (export "take" (func $take) (func (param "one" (own $T))))
      (export "drops" (func $drops)))
    (instance $c (instantiate $C (with "thing" (type $thing)) (with "make" (func $make))
      (with "number" (func $number)) (with "spin" (func $spin)) (with "trap" (func $trap))
      (with "work" (func $work)) (with "err" (func $err)) (with "spin-all" (func $spinAll))
      (with "take" (func $take)) (with "drops" (func $drops))))
    (export "acme:test/things" (instance $c)))`);

interface Thing extends Disposable {
  number(): number | Promise<number>;
  spin(): unknown;
  trap(): unknown;
  work(): unknown;
  err(): unknown;
}

interface Things {
  readonly Thing: { new (n: number): Thing | Promise<Thing>; spinAll(): unknown };
  make(n: number): Thing | Promise<Thing>;
  take(one: Thing): unknown;
  drops(): number | Promise<number>;
}

const NAME = "acme/worker";
const manifest = manifestText(NAME, { limits: { commandMs: 250 } });

describe.each(["caller", "thread"] as const)("resources of a plugin (%s)", (level) => {
  let made: Rig;

  const exports = async (): Promise<Things> =>
    (await made.host.exportsOf<{ "acme:test/things": Things }>(NAME))["acme:test/things"];

  async function started(): Promise<Things> {
    made = await rig({ isolation: () => level });
    await made.host.install(await things(), { manifest });
    return exports();
  }

  const crashes = () => made.host.plugin(NAME).crashes;

  afterEach(async () => {
    expect(await bystanderAnswers(made)).toBe(true);
  });

  test("are made by `new`, and by functions, called, and disposed of", async () => {
    const { Thing, make, drops } = await started();
    const one = await new Thing(41);
    const other = await make(42);
    expect([one instanceof Thing, other instanceof Thing]).toEqual([true, true]);
    expect([await one.number(), await other.number()]).toEqual([41, 42]);
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    await expect.poll(async () => drops()).toBe(1);
    await failure("component-type", () => one.number());
    expect(await other.number()).toBe(42);
    expect(() => (Thing as unknown as () => unknown)()).toThrow(TypeError);
  });

  test("two methods at once wait for each other, as functions do", async () => {
    const { make } = await started();
    const [one, other] = [await make(5), await make(6)];
    expect(await Promise.all([one.number(), other.number(), one.number()])).toEqual([5, 6, 5]);
  });

  test("a method that is not awaited comes before the disposal behind it", async () => {
    const { make, drops } = await started();
    const one = await make(7);
    const number = one.number();
    one[Symbol.dispose]();
    expect(await number).toBe(7);
    await expect.poll(async () => drops()).toBe(1);
  });

  for (const [what, run] of [
    ["method", ({ make }: Things) => Promise.resolve(make(5)).then((thing) => thing.spin())],
    ["static function", ({ Thing }: Things) => Thing.spinAll()],
    ["constructor", ({ Thing }: Things) => new Thing(3)],
  ] as const) {
    test(`a ${what} that loops is stopped at its deadline, and is the plugin's crash`, async () => {
      const api = await started();
      const error = await failure("plugin-deadline", async () => run(api));
      expect(error.plugin).toBe(NAME);
      expect(error.operation).toContain("acme:test/things#Thing");
      await expect.poll(() => crashes()).toBe(1);
      const next = await exports();
      expect(await (await next.make(8)).number()).toBe(8);
    });
  }

  test("a method that traps ends the instance, and what it handed out ends with it", async () => {
    const { make } = await started();
    const [one, other] = [await make(5), await make(6)];
    const error = await failure("plugin-crashed", () => one.trap());
    expect(error).toMatchObject({ plugin: NAME, data: { fault: "guest", kind: "unreachable" } });
    expect((await failure("plugin-crashed", () => other.number())).message).toContain("handed out");
    other[Symbol.dispose]();
    expect(await (await (await exports()).make(9)).number()).toBe(9);
    await failure("plugin-crashed", () => other.number());
    expect(made.host.plugin(NAME).starts).toBe(2);
  });

  test("a method's `err` is a WitError, and ends nothing", async () => {
    const one = await (await started()).make(5);
    await expect((async () => one.err())()).rejects.toBeInstanceOf(WitError);
    expect(await one.number()).toBe(5);
  });

  test("what a method ran is the plugin's time", async () => {
    const one = await (await started()).make(5);
    const before = made.host.usage().plugins.find(({ name }) => name === NAME)!;
    await one.work();
    const after = made.host.usage().plugins.find(({ name }) => name === NAME)!;
    expect(after.cpuMs).toBeGreaterThan(before.cpuMs);
    expect(after.calls).toBe(before.calls + 1);
  });

  test("what the caller does wrong is not the plugin's crash", async () => {
    const { make, take } = await started();
    const one = await make(5);
    await failure("component-type", () => (one.number as (this: object) => unknown).call({}));
    await failure("component-type", () => take({} as Thing));
    await failure("component-type", () => make("five" as unknown as number));
    await take(one);
    await failure("component-type", () => one.number());
    expect(crashes()).toBe(0);
    expect(await (await make(6)).number()).toBe(6);
  });

  for (const [what, misdeed] of [
    ["loops", 1],
    ["traps", 2],
  ] as const) {
    test(`a destructor that ${what} ends its instance, and nothing else`, async () => {
      const { make } = await started();
      const one = await make(misdeed);
      try {
        one[Symbol.dispose]();
      } catch (error) {
        expect(error).toBeInstanceOf(TenonError);
      }
      await expect.poll(() => crashes()).toBe(1);
      expect(await (await (await exports()).make(6)).number()).toBe(6);
    });

    test(`the destructor of a forgotten resource that ${what} ends its instance`, async () => {
      const { make } = await started();
      for (let n = 0; n < 20; n++) await make(misdeed);
      await expect.poll(() => (gc(), crashes()), { timeout: 5000 }).toBeGreaterThanOrEqual(1);
      expect(await (await (await exports()).make(6)).number()).toBe(6);
    });
  }

  test("destructors of forgotten resources are the plugin's calls", async () => {
    const { make, drops } = await started();
    for (let n = 0; n < 20; n++) await make(5);
    await expect.poll(async () => (gc(), drops()), { timeout: 5000 }).toBeGreaterThanOrEqual(18);
    expect(crashes()).toBe(0);
  });

  test("`instanceof` holds for what a later instance hands out", async () => {
    const { Thing, make } = await started();
    const one = await make(5);
    await failure("plugin-crashed", () => one.trap());
    const next = await exports();
    expect((await next.make(6)) instanceof Thing).toBe(true);
    expect({} instanceof Thing).toBe(false);
  });
});
