import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compileSync } from "../../src/component/index.ts";
import { TenonError } from "../../src/errors.ts";
import { dummyComponent, everything, fromText } from "./guest.ts";
import { mutations, sections } from "./mutants/mutations.ts";

// Components of what linking knows: nesting, instances, aliases, resources, every kind of type.
const composed = `(component
  (component $c
    (import "i" (instance $i (export "r" (type (sub resource)))))
    (alias export $i "r" (type $r))
    (core module $m
      (memory (export "mem") 1)
      (func (export "f") (param i32 i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
    (core instance $m (instantiate $m))
    (alias core export $m "mem" (core memory $mem))
    (export $s "s" (type $r))
    (type $v (variant (case "a" (own $s)) (case "b" (tuple u8 string))))
    (export $w "v" (type $v))
    (func $f (param "x" (list $w))
      (canon lift (core func $m "f") (memory $mem) (realloc (core func $m "realloc"))))
    (export "f" (func $f)))
  (type $r (resource (rep i32)))
  (core func (canon resource.new $r))
  (instance $bag (export "r" (type $r)))
  (instance $c (instantiate $c (with "i" (instance $bag))))
  (component $outer (alias outer 1 $c (component $again)) (core type (module (export "f" (func)))))
  (export "c" (instance $c)))`;

let seeds: readonly Uint8Array[] = [];

beforeAll(async () => {
  seeds = await Promise.all([
    dummyComponent(everything, "everything"),
    fromText(composed),
    fromText(`(component (core module (func (export "a"))) (core instance (instantiate 0)))`),
  ]);
});

// The code that a component ends with, `works` if it is one. Anything but a TenonError fails.
function outcome(bytes: Uint8Array): string {
  try {
    const component = compileSync(bytes as BufferSource);
    expect(component.toWit()).toMatch(/^package root:component;/);
    return "works";
  } catch (error) {
    if (error instanceof TenonError) return error.code;
    throw error;
  }
}

const expected = new Set([
  "works",
  "component-malformed",
  "component-invalid",
  "component-limit",
  "component-unsupported",
]);

describe("a damaged component", () => {
  it("of 10,000 works or is refused by a code, and a sound one is untouched by it", () => {
    const outcomes = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.nat(seeds.length - 1),
        fc.nat(seeds.length - 1),
        fc.array(
          fc.tuple(fc.constantFrom(...Object.keys(mutations)), fc.nat(), fc.nat(2 ** 32 - 1)),
          { minLength: 1, maxLength: 3 },
        ),
        (seed, other, steps) => {
          let bytes = seeds[seed]!;
          for (const [name, at, value] of steps) {
            // Cut at the sections of what is still sound only.
            const sound = bytes === seeds[seed] || !/section/.test(name);
            if (sound && bytes.length > 8) {
              bytes = mutations[name]!(bytes, at % bytes.length, seeds[other]!, value);
            }
          }
          const code = outcome(bytes);
          expect(expected).toContain(code);
          outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
        },
      ),
      { numRuns: 10_000 },
    );
    expect(outcomes.get("component-malformed")).toBeGreaterThan(1000);
    expect(outcomes.get("component-invalid")).toBeGreaterThan(100);
    for (const seed of seeds) expect(outcome(seed)).toBe("works");
  }, 120_000);

  it("with any one byte changed works or is refused by a code", () => {
    const seed = seeds[1]!;
    for (let at = 0; at < seed.length; at++) {
      for (const change of [1, 0x40, 0x80, 0xff]) {
        const copy = seed.slice();
        copy[at] = copy[at]! ^ change;
        expect(expected).toContain(outcome(copy));
      }
    }
  });

  it("cut off anywhere is refused or ends with a section", () => {
    for (const seed of seeds) {
      const ends = new Set([8, ...sections(seed).map(({ end }) => end)]);
      for (let length = 0; length < seed.length; length++) {
        const code = outcome(seed.subarray(0, length));
        if (!ends.has(length)) expect(code).toBe("component-malformed");
      }
    }
  });
});
