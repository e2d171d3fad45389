import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonSchema } from "../../src/plugin/manifest/json-schema-form.ts";
import { schemaViolations, jsonBytes } from "../../src/plugin/manifest/json-schema.ts";

const violations = (schema: unknown, value: unknown) =>
  schemaViolations(jsonSchema.parse(schema), value, jsonBytes(value));

describe("a value beside its schema", () => {
  const person = {
    type: "object",
    properties: {
      name: { type: "string", minLength: 1, maxLength: 5 },
      age: { type: ["integer", "null"], minimum: 0, exclusiveMaximum: 150 },
      tags: { type: "array", items: { enum: ["a", "b"] }, maxItems: 2 },
      "a/b~c": { const: { x: [1] } },
    },
    required: ["name"],
    additionalProperties: false,
  };

  test("passes", () => {
    const value = { name: "👩‍👧Z", age: null, tags: ["a"], "a/b~c": { x: [1] } };
    expect(violations(person, value)).toEqual([]);
  });

  test.each([
    [{}, ""],
    [{ name: "" }, "/name"],
    [{ name: "Zoë Zoë" }, "/name"],
    [{ name: "Z", age: 1.5 }, "/age"],
    [{ name: "Z", age: 150 }, "/age"],
    [{ name: "Z", age: -1 }, "/age"],
    [{ name: "Z", tags: ["a", "c"] }, "/tags/1"],
    [{ name: "Z", tags: ["a", "a", "a"] }, "/tags"],
    [{ name: "Z", "a/b~c": { x: [2] } }, "/a~1b~0c"],
    [{ name: "Z", toString: 1 }, "/toString"],
    [[], ""],
    [null, ""],
    ["name", ""],
  ])("says where it is wrong: %j", (value, path) => {
    expect(violations(person, value).map((one) => one.path)).toEqual([path]);
  });

  test("knows the rest of its vocabulary", () => {
    expect(violations({ anyOf: [{ type: "null" }, { type: "integer" }] }, 1)).toEqual([]);
    expect(violations({ anyOf: [{ type: "null" }, { type: "integer" }] }, "1")).toHaveLength(1);
    expect(violations({ multipleOf: 3, maximum: 9, exclusiveMinimum: 3 }, 6)).toEqual([]);
    expect(violations({ multipleOf: 3, maximum: 9, exclusiveMinimum: 3 }, 3)).toHaveLength(1);
    expect(violations({ multipleOf: 3, maximum: 9 }, 10)).toHaveLength(2);
    expect(violations({ minProperties: 2 }, { a: 1 })).toHaveLength(1);
    expect(violations({ additionalProperties: { type: "string" } }, { a: 1 })[0]?.path).toBe("/a");
    expect(violations({ minItems: 1 }, [])).toHaveLength(1);
    expect(violations({}, undefined)).toEqual([]);
    expect(violations({ required: ["constructor", "toString"] }, {})).toHaveLength(2);
  });

  test("reports at most twenty things", () => {
    const many = Array.from({ length: 10_000 }, () => 1);
    expect(violations({ items: { type: "string" } }, many)).toHaveLength(20);
  });

  test("a constant schema accepts exactly its JSON value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        // JSON knows no negative zero.
        const [a, b] = [one, other].map((value) => JSON.parse(JSON.stringify(value)) as unknown);
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(violations({ const: a }, a)).toEqual([]);
        if (typeof a !== "object") expect(violations({ const: a }, b).length === 0).toBe(same);
      }),
    );
  });
});

describe("a schema that makes values expensive to check", () => {
  const many = (count: number, of: (index: number) => unknown): unknown[] =>
    Array.from({ length: count }, (_, index) => of(index));

  test.each<[string, object, unknown]>([
    ["choices × items", { items: { enum: many(15_000, (n) => n) } }, many(15_000, () => -1)],
    [
      "alternatives × items",
      { items: { anyOf: [...many(1_500, () => ({ enum: [0, 0, 0, 0] })), {}] } },
      many(14_000, () => 1),
    ],
    [
      "objects × items",
      { items: { enum: many(5_000, () => ({})) } },
      many(5_000, () => ({ a: 1 })),
    ],
    [
      "alternatives in alternatives",
      many(12, (n) => n).reduce<object>((inner) => ({ anyOf: [inner, inner] }), { const: 1 }),
      many(2_000, () => 0),
    ],
  ])("is as good as one that refuses them, soon: %s", (_, schema, value) => {
    const before = process.cpuUsage();
    const found = violations(schema, value);
    const { user } = process.cpuUsage(before);
    expect(found.length).toBeGreaterThan(0);
    // Half a second of a busy machine; unbounded these take up to half a minute.
    expect(user).toBeLessThan(500_000);
  });

  test("is none where a value is as large as its schema is simple", () => {
    const item = {
      type: "object",
      properties: { a: { type: "integer" }, b: { enum: ["x", "y"] } },
    };
    expect(
      violations(
        { type: "array", items: item },
        many(20_000, (n) => ({ a: n, b: "y" })),
      ),
    ).toEqual([]);
  });
});
