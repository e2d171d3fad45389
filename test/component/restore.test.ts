import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSync, instantiate } from "../../src/component/index.ts";
import { fromText } from "./guest.ts";
import { type Exports, exportsOf, routes, start } from "./start.ts";

// Keeps what it can in every place a core module has, none of which it exports: `note` puts a number
// there, `see` answers the sum of what it finds. A second core module has a memory of its own.
const keeper = (more = "", also = "") => `(component
  (core module $A
    (memory 2) (global $g (mut i32) (i32.const 0)) (global $h (mut i64) (i64.const 5))
    (global $never i32 (i32.const 9)) (global $f (mut funcref) (ref.null func))
    (table $t 2 8 funcref) ${more}
    (data (i32.const 8) "\\07")
    (elem declare func $one)
    (func $one (result i32) (i32.const 1000))
    (type $to-i32 (func (result i32)))
    (func (export "note") (param i32)
      (global.set $g (local.get 0))
      (global.set $h (i64.extend_i32_u (local.get 0)))
      (global.set $f (ref.func $one))
      (i32.store8 (i32.const 8) (local.get 0))
      (i32.store (i32.const 100000) (local.get 0))
      (table.set $t (i32.const 1) (ref.func $one)) ${also})
    (func (export "see") (result i32)
      (i32.add (i32.add (global.get $g) (i32.wrap_i64 (global.get $h)))
        (i32.add (i32.add (i32.load8_u (i32.const 8)) (i32.load (i32.const 100000)))
          (i32.add (i32.mul (i32.const 10000) (ref.is_null (table.get $t (i32.const 1))))
            (i32.mul (i32.const 20000) (ref.is_null (global.get $f)))))))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "size") (result i32) (memory.size))
    (func (export "poke") (param i32) (i32.store (local.get 0) (i32.const 77)))
    (func (export "peek") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "widen") (drop (table.grow $t (ref.null func) (i32.const 1)))))
  (core module $B (memory 1)
    (func (export "put") (param i32) (i32.store (i32.const 0) (local.get 0)))
    (func (export "get") (result i32) (i32.load (i32.const 0)))
    (func (export "trap") unreachable))
  (core instance $a (instantiate $A))
  (core instance $b (instantiate $B))
  (func (export "note") (param "n" u32) (canon lift (core func $a "note")))
  (func (export "see") (result u32) (canon lift (core func $a "see")))
  (func (export "grow") (param "n" u32) (result s32) (canon lift (core func $a "grow")))
  (func (export "size") (result u32) (canon lift (core func $a "size")))
  (func (export "poke") (param "n" u32) (canon lift (core func $a "poke")))
  (func (export "peek") (param "n" u32) (result u32) (canon lift (core func $a "peek")))
  (func (export "widen") (canon lift (core func $a "widen")))
  (func (export "put") (param "n" u32) (canon lift (core func $b "put")))
  (func (export "get") (result u32) (canon lift (core func $b "get")))
  (func (export "trap") (canon lift (core func $b "trap"))))`;

const restorable = { restorable: true };

describe.each(routes)("an instance that is put back (%s)", (code) => {
  const open = async (text: string, imports = {}) => {
    const instance = await start(text, imports, { code, restorable: true });
    return { instance, exports: exportsOf(instance) };
  };

  it("has nothing left of what was done since: memories, globals, tables", async () => {
    const { instance, exports } = await open(keeper());
    const fresh = exports["see"]!();
    expect(fresh).toBe(7 + 5 + 10_000 + 20_000);
    const snapshot = instance.snapshot()!;
    for (const secret of [1, 200, 255]) {
      exports["note"]!(secret);
      exports["put"]!(secret);
      expect(exports["see"]!()).toBe(4 * secret);
      expect(snapshot.restore()).toBe(true);
      expect(exports["see"]!()).toBe(fresh);
      expect(exports["get"]!()).toBe(0);
    }
    expect(snapshot.bytes).toBeGreaterThan(0);
    expect(snapshot.bytes).toBeLessThan(10_000);
  });

  it("goes back to the moment, not to the start", async () => {
    const { instance, exports } = await open(keeper());
    exports["note"]!(50);
    const snapshot = instance.snapshot()!;
    exports["note"]!(60);
    expect(snapshot.restore()).toBe(true);
    expect(exports["see"]!()).toBe(200);
  });

  it("has the pages that it had, and those that it takes anew are zeros", async () => {
    const { instance, exports } = await open(keeper());
    const snapshot = instance.snapshot()!;
    for (let i = 0; i < 50; i++) {
      expect(exports["size"]!()).toBe(2);
      expect(exports["grow"]!(1 + (i % 16))).toBe(2);
      expect(exports["size"]!()).toBe(3 + (i % 16));
      expect(exports["peek"]!(2 * 65_536)).toBe(0);
      exports["poke"]!(2 * 65_536);
      expect(snapshot.restore()).toBe(true);
    }
  });

  it("grows as one that is never put back does, up to the same cap", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.nat(40), fc.constantFrom(65_536, 65_537, 2 ** 32 - 1)), {
          maxLength: 12,
        }),
        fc.integer({ min: 2, max: 60 }),
        async (steps, cap) => {
          const limits = { memoryBytes: cap * 65_536 };
          const text = keeper();
          const plain = exportsOf(await start(text, {}, { code, limits }));
          const instance = await start(text, {}, { code, limits, restorable: true });
          const counted = exportsOf(instance);
          instance.snapshot();
          instance.snapshot();
          for (const more of steps) {
            expect(counted["grow"]!(more)).toBe(plain["grow"]!(more));
            expect(counted["size"]!()).toBe(plain["size"]!());
          }
        },
      ),
      { numRuns: 40 },
    ));

  it("is given up where a memory has grown beyond its room, or a table at all", async () => {
    for (const [more, by] of [
      ["grow", 17],
      ["widen", undefined],
    ] as const) {
      const { instance, exports } = await open(keeper());
      const snapshot = instance.snapshot()!;
      exports[more]!(...(by === undefined ? [] : [by]));
      expect(snapshot.restore(), more).toBe(false);
    }
  });

  it("is given up after a trap and after its end, and can't be kept then", async () => {
    const { instance, exports } = await open(keeper());
    const snapshot = instance.snapshot()!;
    expect(() => exports["trap"]!()).toThrow();
    expect(snapshot.restore()).toBe(false);
    expect(instance.snapshot()).toBeUndefined();
    const other = await open(keeper());
    other.instance[Symbol.dispose]();
    expect(other.instance.snapshot()).toBeUndefined();
  });

  it("can't be kept where state hides: dropped segments, objects, globals out of reach", async () => {
    for (const [more, also] of [
      [`(data $d "secret")`, "(data.drop $d)"],
      [`(elem $e funcref (ref.func $one))`, "(elem.drop $e)"],
      ["(type $s (struct (field (mut i32)))) (global (ref $s) (struct.new $s (i32.const 1)))", ""],
      ["(global (mut v128) (v128.const i64x2 1 2))", ""],
    ] as const) {
      const { instance, exports } = await open(keeper(more, also));
      expect(instance.snapshot(), more).toBeUndefined();
      exports["note"]!(1);
      expect(exports["see"]!()).toBe(4);
    }
  });

  it("can't be kept where one module grows a memory that another one defines", async () => {
    for (const [body, kept] of [
      ["(drop (memory.grow (i32.const 1)))", false],
      ["(drop (memory.size))", false],
      ["(memory.fill (i32.const 0) (i32.const 1) (i32.const 9))", true],
    ] as const) {
      const { instance } = await open(`(component
        (core module $A (memory (export "m") 1))
        (core instance $a (instantiate $A))
        (core module $B (import "a" "m" (memory 1)) (func (export "f") ${body}))
        (core instance $b (instantiate $B (with "a" (instance $a))))
        (func (export "f") (canon lift (core func $b "f"))))`);
      expect(instance.snapshot() !== undefined, body).toBe(kept);
    }
  });

  it("is kept only where that was asked for", async () => {
    const plain = await start(keeper(), {}, { code });
    expect(plain.snapshot()).toBeUndefined();
    const component = compileSync((await fromText(keeper())) as BufferSource, restorable);
    expect(instantiate(component, {}, { code }).snapshot()).toBeUndefined();
    expect(instantiate(component, {}, { code, ...restorable }).snapshot()).toBeDefined();
  });

  it("exports nothing that another module of the component could be linked to", async () => {
    const text = `(component
      (core module $A (memory 1) (global (mut i32) (i32.const 0))
        (func (export "tenon:state") (result i32) (i32.const 3)))
      (core instance $a (instantiate $A))
      (func (export "f") (result u32) (canon lift (core func $a "tenon:state"))))`;
    const { instance, exports } = await open(text);
    expect(instance.snapshot()!.restore()).toBe(true);
    expect(exports["f"]!()).toBe(3);
  });
});

describe("handles of an instance that is put back", () => {
  // `keep` takes a thing for good, `drop` drops the one at an index, `indices` takes another and tells
  // its index.
  const collector = `(component
    (import "thing" (type $thing (sub resource)))
    (core func $drop (canon resource.drop $thing))
    (core module $M
      (import "h" "drop" (func $drop (param i32)))
      (func (export "keep") (param i32) (result i32) (local.get 0))
      (func (export "drop") (param i32) (call $drop (local.get 0))))
    (core instance $m (instantiate $M (with "h" (instance (export "drop" (func $drop))))))
    (func (export "keep") (param "t" (own $thing)) (result u32) (canon lift (core func $m "keep")))
    (func (export "drop") (param "n" u32) (canon lift (core func $m "drop"))))`;

  class Thing {
    readonly #name: string;
    readonly #drops: string[];
    constructor(name: string, drops: string[]) {
      this.#name = name;
      this.#drops = drops;
    }
    [Symbol.dispose](): void {
      this.#drops.push(this.#name);
    }
  }

  const open = async () => {
    const drops: string[] = [];
    const instance = await start(collector, { thing: Thing }, { restorable: true });
    const exports: Exports = exportsOf(instance);
    const keep = (name: string) => exports["keep"]!(new Thing(name, drops)) as number;
    return { instance, drops, keep, drop: (index: number) => exports["drop"]!(index) };
  };

  it("are those that it had: newer ones are disposed of, and indices given out as if never", async () => {
    const { instance, drops, keep } = await open();
    keep("early");
    const snapshot = instance.snapshot()!;
    const first = keep("a");
    keep("b");
    expect(snapshot.restore()).toBe(true);
    expect(drops).toEqual(["b", "a"]);
    expect(keep("c")).toBe(first);
    expect(snapshot.restore()).toBe(true);
    expect(drops).toEqual(["b", "a", "c"]);
    instance[Symbol.dispose]();
    expect(drops).toEqual(["b", "a", "c", "early"]);
  });

  it("that it had and dropped can't be given back: it is given up", async () => {
    const { instance, keep, drop } = await open();
    const early = keep("early");
    const snapshot = instance.snapshot()!;
    drop(early);
    expect(snapshot.restore()).toBe(false);
    keep("another under the same index");
    expect(snapshot.restore()).toBe(false);
  });

  it("that the host holds of the guest's own must be those of the moment", async () => {
    const text = `(component
      (type $box' (resource (rep i32)))
      (core func $new (canon resource.new $box'))
      (core module $M
        (import "h" "new" (func $new (param i32) (result i32))) (memory 1)
        (func (export "make") (result i32) (call $new (i32.const 4))))
      (core instance $m (instantiate $M (with "h" (instance (export "new" (func $new))))))
      (export $box "box" (type $box'))
      (func (export "make") (result (own $box)) (canon lift (core func $m "make"))))`;
    const instance = await start(text, {}, { restorable: true });
    const { make } = exportsOf(instance) as { make(): Disposable };
    const before = make();
    const snapshot = instance.snapshot()!;
    const after = make();
    expect(snapshot.restore()).toBe(false);
    after[Symbol.dispose]();
    expect(snapshot.restore()).toBe(true);
    before[Symbol.dispose]();
    expect(snapshot.restore()).toBe(false);
  });
});
