import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withTables } from "../../scripts/survey/table.ts";

test("docs/caps.md has the tables of the catalogue", () => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/caps.md"), "utf8");
  // `node scripts/survey.ts --write` makes them anew.
  expect(text).toBe(withTables(text));
});
