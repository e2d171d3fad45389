// The sweep's cases are what they say they are.
import { describe, expect, it, test } from "vitest";
import { CAP_NAMES } from "../../src/component/caps/catalogue.ts";
import { rulesOf } from "../../src/component/caps/rules.ts";
import { Tally } from "../../src/component/caps/tally.ts";
import { decode } from "../../src/component/decode/decode.ts";
import { validate } from "../../src/component/validate/validate.ts";
import { type SweepCase, sweepCases } from "./cases.ts";
import { idleModule, rogueComponent } from "./rogue.ts";

const all = sweepCases(1, 12);

test.each(CAP_NAMES)("there is a case for the cap %s", (name) => {
  expect(all.filter(({ cap }) => cap === name)).not.toEqual([]);
});

test("no two cases have one name", () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

describe("each case is a valid component with a valid core module", () => {
  // What WebAssembly and the component model ask for, without any cap.
  const caps = Object.fromEntries(CAP_NAMES.map((name) => [name, Infinity]));
  const rules = rulesOf({ caps });
  const sizeOf = ({ name, top }: SweepCase): number =>
    Math.min(top, name.includes("double") ? 12 : name.includes("bytes") ? 10_000 : 130);

  it.each(all)("$name", async (one) => {
    const { make } = one;
    const rogue = make(sizeOf(one));
    expect(WebAssembly.validate((rogue.module ?? idleModule()) as BufferSource)).toBe(true);
    const bytes = await rogueComponent("rogue", rogue);
    const tally = new Tally(rules.caps);
    validate(bytes, decode(bytes, tally), rules, tally);
  });
});

test("the same seed makes the same modules, and another one others", () => {
  const modules = (seed: number): readonly (Uint8Array | undefined)[] =>
    sweepCases(seed, 4)
      .filter(({ group }) => group === "random")
      .map(({ make }) => make(1).module);
  expect(modules(7)).toEqual(modules(7));
  expect(modules(7)).not.toEqual(modules(8));
});
