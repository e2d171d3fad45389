import { describe, expect, it } from "vitest";
import type { Caps } from "../../../src/component/caps/cap-row.ts";
import { rulesOf } from "../../../src/component/caps/rules.ts";
import { Tally } from "../../../src/component/caps/tally.ts";
import { decode } from "../../../src/component/decode/decode.ts";
import { validate } from "../../../src/component/validate/validate.ts";
import { leb } from "../../bytes.ts";
import { component, name, nested, repeated, section, vector } from "./binary.ts";

// Crafted files that ask for more than they are: each ends at once in `component-limit`. `caps`: where a
// cap would keep what is tested from being reached.
function code(bytes: Uint8Array, caps?: Partial<Caps>): string {
  const rules = rulesOf({ caps });
  try {
    validate(bytes, decode(bytes, new Tally(rules.caps)), rules);
    return "valid";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

// A type index where a primitive could stand: a signed LEB128.
function signed(index: number): number[] {
  const bytes = leb(index);
  const last = bytes.pop()!;
  return last < 64 ? [...bytes, last] : [...bytes, last + 128, 0];
}

// `count` types, each made of the ones before by `type`.
function chain(count: number, first: readonly number[], type: (before: number) => number[]) {
  const types = Array.from({ length: count }, (_, index) =>
    index === 0 ? first : type(index - 1),
  );
  return component(section(7, vector(...types)));
}

describe("a crafted component", () => {
  it("nests components 100,000 deep", () => {
    expect(code(nested(20))).toBe("valid");
    expect(code(nested(100_000))).toBe("component-limit");
  });

  it("nests component types, instance types and module types 100,000 deep", () => {
    expect(code(repeated(7, [0x01], [0x41, 0x01, 0x01], 100_000))).toBe("component-limit");
    expect(code(repeated(7, [0x01], [0x42, 0x01, 0x01], 100_000))).toBe("component-limit");
    // A module type may not hold another, however few.
    expect(code(repeated(3, [0x01], [0x50, 0x01, 0x01], 100_000))).toMatch(/^component-/);
  });

  it("chains 100,000 types by index", () => {
    const option = (before: number) => [0x6b, ...signed(before)];
    expect(code(chain(100, [0x7f], option))).toBe("valid");
    expect(code(chain(100_000, [0x7f], option))).toBe("component-limit");
  });

  it("chains instance types through outer aliases", () => {
    // (instance (alias outer 1 N (type)) (export "a" (instance (type 0))))
    const wrap = (before: number) => [
      0x42,
      ...vector([0x02, 0x03, 0x02, 0x01, ...leb(before)], [0x04, 0x00, ...name("a"), 0x05, 0x00]),
    ];
    expect(code(chain(90, [0x42, 0x00], wrap))).toBe("valid");
    expect(code(chain(5_000, [0x42, 0x00], wrap))).toBe("component-limit");
  });

  it("doubles a type with each step", () => {
    const pair = (before: number) => [0x6f, 0x02, ...signed(before), ...signed(before)];
    expect(code(chain(12, [0x70, 0x7d], pair))).toBe("valid");
    expect(code(chain(28, [0x70, 0x7d], pair))).toBe("component-limit");
    const longer = (before: number) => [0x6a, 0x01, ...signed(before), 0x01, ...signed(before)];
    expect(code(chain(60, [0x70, 0x7d], longer))).toBe("component-limit");
  });

  it("doubles an instance type with each step and then walks it", () => {
    const pair = (before: number) => [
      0x42,
      ...vector(
        [0x02, 0x03, 0x02, 0x01, ...leb(before)],
        [0x04, 0x00, ...name("a"), 0x05, 0x00],
        [0x04, 0x00, ...name("b"), 0x05, 0x00],
      ),
    ];
    const resource = [0x42, ...vector([0x04, 0x00, ...name("r"), 0x03, 0x01])];
    const types = Array.from({ length: 40 }, (_, index) =>
      index === 0 ? resource : pair(index - 1),
    );
    const imported = section(10, vector([0x00, ...name("i"), 0x05, 39]));
    expect(code(component(section(7, vector(...types)), imported))).toBe("component-limit");
  });

  it("has millions of the smallest definitions", () => {
    const count = 1_500_000;
    expect(code(repeated(8, leb(count), [0x24], count))).toBe("component-limit");
    expect(code(repeated(7, leb(count), [0x7f], count))).toBe("component-limit");
    // Fields of one record.
    const field = [0x01, 0x61, 0x7f];
    expect(code(repeated(7, [0x01, 0x72, ...leb(count)], field, count))).toBe("component-limit");
  });

  it("has a recursion group of core types larger than an argument list may be", () => {
    const count = 200_000;
    const bytes = repeated(3, [0x01, 0x4e, ...leb(count)], [0x60, 0x00, 0x00], count);
    expect(code(bytes)).toBe("component-limit");
    expect(code(bytes, { componentParts: 1_000_000, componentListParts: 1_000_000 })).toBe("valid");
  });

  it("has names that a backtracking pattern would choke on", () => {
    const label = `a${"-1".repeat(50_000)}!`;
    const bytes = component(
      section(7, vector([0x40, 0x00, 0x01, 0x00])),
      section(10, vector([0x00, ...name(label), 0x01, 0x00])),
    );
    expect(code(bytes)).toBe("component-limit");
    expect(code(bytes, { componentNameBytes: 200_000 })).toBe("component-invalid");
    const version = `a:b/c@1.0.0-${"0".repeat(50_000)}!`;
    const versioned = component(
      section(7, vector([0x42, 0x00])),
      section(10, vector([0x00, ...name(version), 0x05, 0x00])),
    );
    expect(code(versioned, { componentNameBytes: 200_000 })).toBe("component-invalid");
  });

  it("compares a large type over and over", () => {
    const names = Array.from({ length: 2_000 }, (_, index) => name(`n${index}`));
    const enumeration = [0x6d, ...vector(...names)];
    const inner = component(
      section(7, vector(enumeration)),
      section(10, vector([0x00, ...name("e"), 0x03, 0x00, 0x00])),
    );
    const instantiate = [0x00, 0x00, ...vector([...name("e"), 0x03, 0x00])];
    const many = (count: number) =>
      component(
        section(7, vector(enumeration)),
        section(4, [...inner]),
        section(5, vector(...Array.from({ length: count }, () => instantiate))),
      );
    expect(code(many(10))).toBe("valid");
    expect(code(many(20_000))).toBe("component-limit");
  });
});
