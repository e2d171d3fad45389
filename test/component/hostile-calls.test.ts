import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type Component,
  compileSync,
  type Imports,
  instantiate,
  type Instance,
  type GuestLimits,
} from "../../src/component/index.ts";
import { TenonError } from "../../src/errors.ts";
import { fromText } from "./guest.ts";
import { type Exports, exportsOf, failure, routes, trapKind } from "./start.ts";

// What a guest may give, by the name of its function.
const GIVEN = {
  utf8: ["string", "utf8"],
  utf16: ["string", "utf16"],
  latin1: ["string", "latin1+utf16"],
  bytes: ["(list u8)", "utf8"],
  longs: ["(list u64)", "utf8"],
  bools: ["(list bool)", "utf8"],
  chars: ["(list char)", "utf8"],
  strings: ["(list string)", "utf8"],
  lists: ["(list (list (list u8)))", "utf8"],
  options: ["(list (option (result string (error u32))))", "utf8"],
  tuples: ["(list (tuple u8 u64 string))", "utf16"],
} as const;

type Given = keyof typeof GIVEN;

const names = Object.keys(GIVEN) as Given[];

// `give-X` answers a list or string at the given pointer, of the given length; `tell-X` calls the
// host with it. `at` answers whatever lies at a pointer. `put` writes to memory, `fill` fills it.
// `take` has an allocator that answers what `aim` was told.
const liar = `(component
  ${names.map((name) => `(import "hear-${name}" (func $hear-${name} (param "x" ${GIVEN[name][0]})))`).join("\n")}
  (core module $Memory (memory (export "mem") 4))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "mem" (core memory $mem))
  ${names.map((name) => `(core func $hear-${name} (canon lower (func $hear-${name}) (memory $mem) string-encoding=${GIVEN[name][1]}))`).join("\n")}
  (core module $M
    (import "memory" "mem" (memory 4))
    ${names.map((name) => `(import "host" "${name}" (func $hear-${name} (param i32 i32)))`).join("\n")}
    (global $aim (mut i32) (i32.const 0))
    (global $deep (mut i32) (i32.const 0))
    (func (export "aim") (param i32) (global.set $aim (local.get 0)))
    (func (export "room") (param i32 i32 i32 i32) (result i32) (global.get $aim))
    (func (export "leaving-room") (param i32 i32 i32 i32) (result i32)
      (call $hear-bytes (i32.const 0) (i32.const 0)) (i32.const 0))
    (func $deep (export "deep-room") (param i32 i32 i32 i32) (result i32)
      (call $deep (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 1)))
    (func (export "growing-room") (param i32 i32 i32 i32) (result i32)
      (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)))
    (func (export "give") (param i32 i32) (result i32)
      (i32.store (i32.const 8) (local.get 0)) (i32.store (i32.const 12) (local.get 1))
      (i32.const 8))
    ${names.map((name) => `(func (export "tell-${name}") (param i32 i32) (call $hear-${name} (local.get 0) (local.get 1)))`).join("\n")}
    (func (export "at") (param i32) (result i32) (local.get 0))
    (func (export "put") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
    (func (export "fill") (param i32 i32 i32)
      (memory.fill (local.get 0) (local.get 1) (local.get 2)))
    (func (export "take") (param i32 i32) (result i32) (local.get 1))
    (func (export "grow") (result i32) (local i32)
      (loop $l (local.set 0 (i32.add (local.get 0) (i32.const 1)))
        (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
      (local.get 0)))
  (core instance $m (instantiate $M (with "memory" (instance $memory)) (with "host" (instance
    ${names.map((name) => `(export "${name}" (func $hear-${name}))`).join("\n")}))))
  ${names
    .map(
      (name) => `
    (func (export "give-${name}") (param "ptr" u32) (param "len" u32) (result ${GIVEN[name][0]})
      (canon lift (core func $m "give") (memory $mem) string-encoding=${GIVEN[name][1]}))
    (func (export "tell-${name}") (param "ptr" u32) (param "len" u32)
      (canon lift (core func $m "tell-${name}")))`,
    )
    .join("\n")}
  (func (export "at") (param "ptr" u32) (result (tuple u32 u64))
    (canon lift (core func $m "at") (memory $mem)))
  (func (export "a-char") (param "code" u32) (result char) (canon lift (core func $m "at")))
  (type $three' (enum "a" "b" "c"))
  (export $three "three" (type $three'))
  (func (export "an-enum") (param "case" u32) (result $three) (canon lift (core func $m "at")))
  (func (export "a-bool") (param "i" u32) (result bool) (canon lift (core func $m "at")))
  (func (export "a-byte") (param "i" u32) (result s8) (canon lift (core func $m "at")))
  (func (export "put") (param "ptr" u32) (param "x" u32) (canon lift (core func $m "put")))
  (func (export "fill") (param "ptr" u32) (param "x" u32) (param "n" u32)
    (canon lift (core func $m "fill")))
  (func (export "aim") (param "ptr" u32) (canon lift (core func $m "aim")))
  (func (export "take") (param "s" string) (result u32)
    (canon lift (core func $m "take") (memory $mem) (realloc (core func $m "room"))))
  (func (export "take-wide") (param "s" string) (result u32)
    (canon lift (core func $m "take") (memory $mem) (realloc (core func $m "room"))
      string-encoding=utf16))
  (func (export "take-longs") (param "l" (list u64)) (result u32)
    (canon lift (core func $m "take") (memory $mem) (realloc (core func $m "room"))))
  (func (export "take-leaving") (param "s" string) (result u32)
    (canon lift (core func $m "take") (memory $mem) (realloc (core func $m "leaving-room"))))
  (func (export "take-deep") (param "s" string) (result u32)
    (canon lift (core func $m "take") (memory $mem) (realloc (core func $m "deep-room"))))
  (func (export "take-growing") (param "l" (list string)) (result u32)
    (canon lift (core func $m "take") (memory $mem) (realloc (core func $m "growing-room"))))
  (func (export "grow") (result u32) (canon lift (core func $m "grow"))))`;

let component: Component;

beforeAll(async () => {
  component = compileSync((await fromText(liar)) as BufferSource);
});

const MEMORY = 4 * 65_536;

describe.each(routes)("a guest that lies, by %s", (code) => {
  let bystander: Exports | undefined;

  function begin(limits: Partial<GuestLimits> = {}): { instance: Instance; exports: Exports } {
    const imports: Imports = Object.fromEntries(
      names.map((name) => [`hear-${name}`, () => undefined]),
    );
    bystander ??= exportsOf(instantiate(component, imports, { code }));
    const instance = instantiate(component, imports, { code, limits });
    return { instance, exports: exportsOf(instance) };
  }

  // The rest of the process goes on: an instance that was there before, and a new one.
  function expectUnharmed(): void {
    const fresh = begin().exports;
    for (const exports of [bystander!, fresh]) {
      exports["fill"]!(4096, 0x61, 3);
      expect(exports["give-utf8"]!(4096, 3)).toBe("aaa");
    }
  }

  const outOfBounds: readonly (readonly [number, number])[] = [
    [0, MEMORY + 8],
    [MEMORY - 8, 16],
    [MEMORY, 8],
    [2 ** 32 - 8, 8],
    [2 ** 32 - 8, 2 ** 24],
    [2 ** 31, 1],
    [8, 2 ** 24],
  ];

  it.each(names)("gives and tells %s from outside of its memory", async (name) => {
    const kinds = ["string-out-of-bounds", "list-out-of-bounds", "list-too-long"];
    for (const [pointer, length] of outOfBounds) {
      for (const how of ["give", "tell"]) {
        const { instance, exports } = begin();
        const call = () => exports[`${how}-${name}`]!(pointer, length);
        expect(kinds, `${how} ${pointer} ${length}`).toContain(await trapKind(call));
        expect(instance.state).toBe("poisoned");
        await failure("component-poisoned", call);
      }
    }
    expectUnharmed();
  });

  it.each(names)("gives and tells %s of an impossible length", async (name) => {
    for (const length of [2 ** 28, 260 * 2 ** 20, 2 ** 31 - 1, 2 ** 31 + 2 ** 28, 2 ** 32 - 1]) {
      for (const how of ["give", "tell"]) {
        const fault = await failure("component-trap", () =>
          begin().exports[`${how}-${name}`]!(16, length),
        );
        expect(fault.data["kind"]).toMatch(/^(string|list)-(too-long|out-of-bounds)$/);
      }
    }
    expectUnharmed();
  });

  it("gives pointers that are not aligned", async () => {
    for (const name of ["utf16", "longs", "strings", "chars", "latin1"]) {
      expect(await trapKind(() => begin().exports[`give-${name}`]!(17, 1))).toBe(
        "unaligned-pointer",
      );
      expect(await trapKind(() => begin().exports[`tell-${name}`]!(17, 0))).toBe(
        "unaligned-pointer",
      );
    }
    expect(await trapKind(() => begin().exports["at"]!(4))).toBe("unaligned-pointer");
    for (const pointer of [MEMORY, MEMORY - 8, 2 ** 32 - 8, 2 ** 31]) {
      expect(await trapKind(() => begin().exports["at"]!(pointer))).toBe("pointer-out-of-bounds");
    }
    expect(begin().exports["at"]!(MEMORY - 16)).toEqual([0, 0n]);
    expectUnharmed();
  });

  it("gives what is no character, case or text", async () => {
    for (const char of [0xd800, 0xdfff, 0x110000, 2 ** 31, 2 ** 32 - 1]) {
      expect(await trapKind(() => begin().exports["a-char"]!(char))).toBe("invalid-char");
      const { exports } = begin();
      exports["put"]!(64, char);
      expect(await trapKind(() => exports["give-chars"]!(64, 1))).toBe("invalid-char");
    }
    for (const wrong of [3, 255, 256, 2 ** 32 - 1]) {
      expect(await trapKind(() => begin().exports["an-enum"]!(wrong))).toBe("invalid-discriminant");
    }
    const { exports: flat } = begin();
    expect([flat["a-bool"]!(256), flat["a-bool"]!(0), flat["a-byte"]!(0x1ff)]).toEqual([
      true,
      false,
      -1,
    ]);
    const badUtf8 = [0x80, 0xc0, 0xff, 0x80c0, 0x80e0, 0xa0ed, 0x80a0ed, 0x808080f5, 0x41c3];
    for (const bytes of badUtf8) {
      for (const at of [64, 64 + 2000]) {
        const { exports } = begin();
        exports["fill"]!(64, 0x61, 4000);
        exports["put"]!(at, bytes);
        const length = at === 64 ? Math.ceil(Math.log2(bytes + 1) / 8) : 4000;
        expect(await trapKind(() => exports["give-utf8"]!(64, length))).toBe("invalid-utf8");
      }
    }
    for (const units of [0xd800, 0xdc00, 0xdc00_dc00, 0x0041_d800]) {
      const { exports } = begin();
      exports["put"]!(64, units);
      expect(await trapKind(() => exports["give-utf16"]!(64, 2))).toBe("invalid-utf16");
      const { exports: other } = begin();
      other["put"]!(64, units);
      const tagged = 2 ** 31 + 2;
      expect(await trapKind(() => other["give-latin1"]!(64, tagged))).toBe("invalid-utf16");
    }
    expectUnharmed();
  });

  it("has thousands of elements over the same bytes", async () => {
    const overlap = (exports: Exports) => {
      const table = (from: number, count: number, pointer: number, length: number) => {
        for (let at = from; at < from + 8 * count; at += 8) {
          exports["put"]!(at, pointer);
          exports["put"]!(at + 4, length);
        }
      };
      exports["fill"]!(65_536, 0x61, 100_000);
      table(16_384, 2_000, 65_536, 100_000);
      // 2,000 times the table above.
      table(32_768, 2_000, 16_384, 2_000);
    };
    for (const [name, pointer] of [
      ["strings", 16_384],
      ["lists", 32_768],
    ] as const) {
      for (const how of ["give", "tell"]) {
        const { instance, exports } = begin();
        overlap(exports);
        await failure("component-limit", () => exports[`${how}-${name}`]!(pointer, 2_000));
        expect(instance.state).toBe("poisoned");
      }
    }
    const { exports } = begin({ liftedBytes: 250_000 });
    overlap(exports);
    const fault = await failure("component-limit", () => exports["give-strings"]!(16_384, 3));
    expect(fault.data).toMatchObject({ limit: "liftedBytes", export: "give-strings" });
    const { exports: two } = begin({ liftedBytes: 250_000 });
    overlap(two);
    for (let turn = 0; turn < 5; turn++) expect(two["give-strings"]!(16_384, 2)).toHaveLength(2);
    expectUnharmed();
  });

  it("gives more elements than allowed", async () => {
    const limits = { liftedElements: 1_000 };
    expect(begin({ liftedElements: 1_001 }).exports["give-bools"]!(0, 1_000)).toHaveLength(1_000);
    for (const how of ["give", "tell"]) {
      const { exports } = begin(limits);
      const fault = await failure("component-limit", () => exports[`${how}-bools`]!(0, 1_001));
      expect(fault.data["limit"]).toBe("liftedElements");
    }
    // Numbers are one copy.
    expect(begin(limits).exports["give-bytes"]!(0, 100_000)).toHaveLength(100_000);
    expectUnharmed();
  });

  it("has an allocator that answers anything", async () => {
    const calls: readonly (readonly [string, unknown, number, number])[] = [
      ["take", "text", 4, 1],
      ["take", "x".repeat(1_000), 1_000, 1],
      ["take-wide", "text", 8, 2],
      ["take-longs", new BigUint64Array(3), 24, 8],
      ["take-longs", [], 0, 8],
    ];
    for (const [name, value, size, align] of calls) {
      const pointers = [0, 1, 4, 16, 17, MEMORY - 24, MEMORY - 8, MEMORY - 1, MEMORY, MEMORY + 8];
      for (const pointer of [...pointers, 2 ** 31, 2 ** 32 - 8, 2 ** 32 - 1]) {
        const { exports } = begin();
        exports["aim"]!(pointer);
        const call = () => exports[name]!(value);
        if (pointer % align !== 0) expect(await trapKind(call)).toBe("realloc-unaligned");
        else if (pointer + size > MEMORY)
          expect(await trapKind(call)).toBe("realloc-out-of-bounds");
        else expect(call()).toBe((value as { length: number }).length);
      }
    }
    expectUnharmed();
  });

  it("has an allocator that leaves, recurses, or moves memory under the host's hands", async () => {
    expect(await trapKind(() => begin().exports["take-leaving"]!("x"))).toBe("cannot-leave");
    expect(await trapKind(() => begin().exports["take-deep"]!("x"))).toBe("stack-overflow");
    const { instance, exports } = begin();
    expect(exports["take-growing"]!(["a", "é", "x".repeat(50)])).toBe(3);
    expect(instance.memoryBytes).toBeGreaterThan(MEMORY);
    expectUnharmed();
  });

  it("grows its memory for ever", () => {
    const { instance, exports } = begin({ memoryBytes: 2 ** 20 });
    expect(exports["grow"]!()).toBe(13);
    expect(instance.memoryBytes).toBe(2 ** 20);
    expectUnharmed();
  });

  it("gives any pointer and length over any memory, and gets a value or a TenonError", () => {
    const edges = fc.constantFrom(0, 8, 64, MEMORY - 8, MEMORY, 2 ** 31, 2 ** 32 - 8, 2 ** 32 - 1);
    const word = fc.oneof(edges, fc.nat(MEMORY), fc.nat(300), fc.nat(2 ** 32 - 1));
    let { exports } = begin();
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.constantFrom("give", "tell"),
        word,
        fc.oneof(fc.nat(20), word),
        fc.array(word, { minLength: 8, maxLength: 24 }),
        (name, how, pointer, length, words) => {
          try {
            for (const [at, one] of words.entries()) exports["put"]!(64 + 4 * at, one);
            exports[`${how}-${name}`]!(pointer, length);
            outcomes.add("value");
          } catch (error) {
            if (!(error instanceof TenonError)) throw error;
            expect(["component-trap", "component-limit"]).toContain(error.code);
            outcomes.add(String(error.data["kind"] ?? error.data["limit"]));
            ({ exports } = begin());
          }
        },
      ),
      { numRuns: 3_000 },
    );
    expect(outcomes.size).toBeGreaterThan(6);
    expectUnharmed();
  });
});
