import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Caps } from "../../../src/component/caps/cap-row.ts";
import { CAP_NAMES } from "../../../src/component/caps/catalogue.ts";
import { ALL_FEATURES } from "../../../src/component/caps/features.ts";
import { checkModule } from "../../../src/component/caps/module-scanner.ts";
import { compileSync } from "../../../src/component/index.ts";
import { TenonError } from "../../../src/errors.ts";
import { rustComponent } from "../../plugin/samples.ts";
import { leb } from "../../bytes.ts";
import { dummyComponent, everything, fromText } from "../guest.ts";
import { mutations } from "../mutants/mutations.ts";
import { randomModule } from "../transform/random-code.ts";
import { module, section } from "./cases.ts";
import "../../seed.ts";

const caps = Object.fromEntries(CAP_NAMES.map((name) => [name, Infinity])) as Caps;
const rules = { caps, features: ALL_FEATURES };

// `passes`, or the code that it is refused with. Anything but a TenonError fails.
function outcome(bytes: Uint8Array): string {
  try {
    checkModule(bytes, { offset: 0, length: bytes.length }, rules);
    return "passes";
  } catch (error) {
    if (error instanceof TenonError) return error.code;
    throw error;
  }
}

// What WebAssembly accepts passes: nothing is refused but what is over a cap.
function agrees(bytes: Uint8Array): void {
  const found = outcome(bytes);
  if (WebAssembly.validate(bytes as BufferSource)) expect(found).toBe("passes");
}

let seeds: readonly Uint8Array[] = [];

beforeAll(async () => {
  const components = [
    await dummyComponent(everything, "everything"),
    rustComponent("workspace-stats"),
    await fromText(`(component (core module
      (type $s (struct (field i8) (field (mut (ref null $s))))) (type $a (array (mut v128)))
      (type $e (func (param i32))) (tag $e (type $e)) (memory 1) (table $t 3 funcref)
      (global $g (mut i64) (i64.const 1)) (elem (table $t) (i32.const 0) func $f $f)
      (elem declare func $f) (data (i32.const 8) "abc") (data "passive")
      (func $f (param i32) (result i32 i64) (local v128 externref)
        (i32.const 5)
        (block $b (param i32) (result i32)
          (loop $l (param i32) (result i32) (br_if $l (i32.const 0))
            (br_table $b $l $b (i32.const 1)))) drop
        (drop (struct.get_s $s 0 (struct.new $s (i32.const 1) (ref.null $s))))
        (drop (array.new_fixed $a 1 (local.get 1)))
        (drop (block $c (result i32)
          (try_table (catch $e $c) (throw $e (i32.const 1))) (i32.const 0)))
        (drop (i32.atomic.rmw.add offset=8 (i32.const 0) (i32.const 1)))
        (memory.copy (i32.const 0) (i32.const 1) (i32.const 2))
        (local.set 1 (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get 1) (local.get 1)))
        (drop (i64.trunc_sat_f64_u (f64.const 1))) (i32.const 1) (global.get $g))))`),
  ];
  seeds = components.flatMap((bytes) =>
    compileSync(bytes as BufferSource).coreModules.map(({ offset, length }) =>
      bytes.slice(offset, offset + length),
    ),
  );
});

describe("beside WebAssembly itself", () => {
  test.each(Object.entries(mutations))("modules with %s", (_, mutation) => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), fc.nat(), (which, with_, place, value) => {
        const one = seeds[which % seeds.length]!;
        const other = seeds[with_ % seeds.length]!;
        agrees(mutation(one, 8 + (place % (one.length - 8)), other, value));
      }),
      { numRuns: 400 },
    );
  });

  test("random bytes behind a preamble, and random code", () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(bytes, (any) => agrees(module(any))),
      { numRuns: 1_000 },
    );
    const around = (code: Uint8Array): Uint8Array => {
      const body = Uint8Array.of(0, ...code, 0x0b);
      const functions = [section(1, [1, 0x60, 0, 0]), section(3, [1, 0])];
      return module(...functions, section(10, [1, ...leb(body.length)], body));
    };
    fc.assert(
      fc.property(bytes, (any) => agrees(around(any))),
      { numRuns: 2_000 },
    );
  });

  test("random code that is valid", async () => {
    await fc.assert(
      fc.asyncProperty(randomModule, async (text) => {
        const bytes = await fromText(text);
        expect(WebAssembly.validate(bytes as BufferSource)).toBe(true);
        agrees(bytes);
      }),
      { numRuns: 50 },
    );
  });
});

// What may stand behind an opcode.
const immediates: readonly (readonly number[])[] = [
  [],
  [0],
  [0, 0],
  [0, 0, 0],
  [0x40, 0x0b],
  [0x40, 0, 0x0b],
  [0x70],
  [0x7f],
  [1, 0x7f],
  [1, 0],
  [2, 0],
  [3, 0],
  [0, 0, 0x70, 0x70],
  [0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 0],
  Array.from({ length: 16 }, () => 0),
];

// Everything that code can name, by the index 0.
function withInstruction(code: readonly number[], end: readonly number[]): Uint8Array {
  // What can't be reached has operands of any types.
  const body = [1, 1, 0x7f, 0x00, ...code, ...end, 0x0b];
  return module(
    section(1, [3, 0x60, 0, 0, 0x5e, 0x7f, 1, 0x5f, 1, 0x7f, 1]),
    section(3, [1, 0]),
    section(4, [1, 0x70, 0, 1]),
    section(5, [1, 0, 1]),
    section(13, [1, 0, 0]),
    section(6, [1, 0x7f, 1, 0x41, 0, 0x0b]),
    section(9, [1, 3, 0, 1, 0]),
    section(12, [1]),
    section(10, [1, ...leb(body.length), ...body]),
    section(11, [1, 1, 0]),
  );
}

describe("each instruction", () => {
  const prefixes: readonly (readonly [string, readonly number[], number])[] = [
    ["of one byte", [], 0x100],
    ["behind 0xFB", [0xfb], 0x40],
    ["behind 0xFC", [0xfc], 0x20],
    ["behind 0xFD", [0xfd], 0x130],
    ["behind 0xFE", [0xfe], 0x60],
  ];
  test.each(prefixes)("%s is passed as WebAssembly reads it", (_, prefix, count) => {
    let accepted = 0;
    for (let code = 0; code < count; code++) {
      const opcode = prefix.length === 0 ? [code] : [...prefix, ...leb(code)];
      // The types of arrays and structs are the second and third.
      const more = prefix[0] === 0xfb ? [[1], [2], [1, 0], [2, 0], [1, 1]] : [];
      let found = false;
      for (const behind of [...immediates, ...more]) {
        const bytes = withInstruction([...opcode, ...behind], [0x00]);
        if (!WebAssembly.validate(bytes as BufferSource)) continue;
        found = true;
        expect(outcome(bytes), `${opcode.join(" ")} with ${behind.join(" ")}`).toBe("passes");
      }
      if (found) accepted++;
    }
    // It is the instructions that are tried, and not what is wrong with the module around them.
    expect(accepted).toBeGreaterThan(
      { 0x100: 190, 0x40: 22, 0x20: 17, 0x130: 250, 0x60: 60 }[count]!,
    );
  });

  test("cut off at any byte is refused, and with nothing but a TenonError", () => {
    for (let code = 0; code < 0x100; code++) {
      for (const behind of [[], [0x80], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]) {
        const body = [0, code, ...behind];
        const bytes = module(
          section(1, [1, 0x60, 0, 0]),
          section(3, [1, 0]),
          section(10, [1, ...leb(body.length), ...body]),
        );
        if (code === 0x0b && behind.length === 0) continue;
        expect(outcome(bytes), `${code} ${behind.join(" ")}`).toMatch(/^component-/);
      }
    }
  });
});
