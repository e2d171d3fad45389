import { describe, expect, test } from "vitest";
import { measure } from "../../../scripts/survey/measure.ts";
import type { CapName } from "../../../src/component/caps/cap-row.ts";
import { CAP_NAMES, CATALOGUE } from "../../../src/component/caps/catalogue.ts";
import { compileSync, instantiate, type TenonError } from "../../../src/component/index.ts";
import { cases } from "./cases.ts";
import "../../seed.ts";

// Undefined where it is compiled, linked and run.
function refusal(bytes: Uint8Array<ArrayBuffer>, caps: Partial<Record<CapName, number>>) {
  try {
    instantiate(compileSync(bytes, { caps }))[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return error as TenonError;
  }
}

describe.each(CAP_NAMES)("%s", (name) => {
  const size = 40;
  const bytes = cases[name](size);
  const value = measure(bytes).get(name)!;

  test("is measured", () => {
    // What walking its types takes is for the engine to say.
    if (name === "componentTypeWork") expect(value).toBeGreaterThan(size);
    else expect(value).toBe(size);
  });

  test("is no hindrance to what is just as large", () => {
    expect(refusal(bytes, { [name]: value })).toBeUndefined();
  });

  test("refuses what is larger by one", () => {
    const error = refusal(bytes, { [name]: value - 1 });
    expect(error).toMatchObject({
      code: "component-limit",
      data: { limit: name, most: value - 1 },
    });
    expect(error!.data["value"]).toBeGreaterThanOrEqual(value);
    expect(error!.data["offset"]).toBeTypeOf("number");
    if (CATALOGUE[name].scope === "function") expect(error!.data["function"]).toBe(0);
    expect(error!.message).toContain(`limits.caps.${name}`);
    expect(error!.message.length).toBeLessThan(400);
  });

  test("holds without being asked for", () => {
    const { most } = CATALOGUE[name];
    // Some can be reached only with others, which are met first then.
    expect(refusal(cases[name](most + 1), {})?.code).toBe("component-limit");
  });
});

test("a cap of another name is no cap", () => {
  const usage = expect.objectContaining({ code: "usage" });
  const misspelt = { functionByte: 10 } as Partial<Record<CapName, number>>;
  expect(() => compileSync(cases.moduleTypes(1), { caps: misspelt })).toThrow(usage);
  expect(() => compileSync(cases.moduleTypes(1), { caps: { moduleTypes: NaN } })).toThrow(usage);
});
