import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { expect, test } from "vitest";
import { DOCUMENTS, faultsOf } from "../../scripts/docs/examples/documents.ts";

test("finds the documents", () => {
  expect(DOCUMENTS).toEqual(expect.arrayContaining(["README.md", "docs/embedding.md"]));
});

test("the planner is what its text says", async () => {
  const file = (ending: string): string =>
    join(import.meta.dirname, `../../scripts/docs/examples/planner.${ending}`);
  const bytes = await parse(readFileSync(file("wat"), "utf8"));
  expect(readFileSync(file("wasm")).equals(bytes)).toBe(true);
});

test.each(DOCUMENTS)(
  "%s: its examples do what they say",
  (document) => {
    expect(faultsOf(document)).toEqual([]);
  },
  180_000,
);
