import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withLimitTables } from "../../scripts/docs/limit-tables.ts";
import { LIMIT_ROWS } from "../../src/catalogues/limit-options.ts";
import { defaultLimits } from "../../src/index.ts";

const text = readFileSync(join(import.meta.dirname, "../../docs/limits.md"), "utf8");

test("docs/limits.md has the tables of the catalogue", () => {
  // `npm run docs` makes them anew.
  expect(text).toBe(withLimitTables(text));
});

test("every option of `limits` has a row, and every policy one in the table of policies", () => {
  const [limits = "", policies = ""] = text.split("<!-- /limits -->");
  for (const option of Object.keys(defaultLimits)) expect(limits).toContain(`\n| \`${option}\` | `);
  for (const limit of Object.keys(defaultLimits.policies)) {
    expect(policies).toContain(` | \`${limit}\` |\n`);
  }
});

test("what a row refers to is there", () => {
  const options = Object.keys(LIMIT_ROWS);
  for (const { atMost, manifest, code, cause, remedy } of Object.values(LIMIT_ROWS)) {
    if (atMost !== undefined) expect(options).toContain(atMost);
    if (manifest?.widens) expect(atMost).toBeDefined();
    if (cause !== undefined) expect(code).toMatch(/^limit-/);
    expect(remedy === undefined).toBe(cause === undefined);
  }
});
