import { expect, test } from "vitest";
import { CAP_NAMES, CATALOGUE, DEFAULT_CAPS } from "../../../src/component/caps/catalogue.ts";

test("every cap leaves room above what real components have", () => {
  for (const name of CAP_NAMES) {
    const { most, seen } = CATALOGUE[name];
    expect(most, name).toBeGreaterThan(seen);
    expect(DEFAULT_CAPS[name]).toBe(most);
  }
});

test("the name of a cap says what it holds for", () => {
  for (const name of CAP_NAMES) expect(name.startsWith(CATALOGUE[name].scope), name).toBe(true);
});
