import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withErrorTables } from "../../scripts/docs/error-tables.ts";
import { ERROR_CODES } from "../../src/catalogues/error-codes.ts";
import { LIMIT_ROWS } from "../../src/catalogues/limit-options.ts";

const root = join(import.meta.dirname, "../..");

test("docs/errors.md has the tables of the catalogue", () => {
  const text = readFileSync(join(root, "docs/errors.md"), "utf8");
  // `npm run docs` makes them anew.
  expect(text).toBe(withErrorTables(text));
  for (const code of Object.keys(ERROR_CODES)) expect(text).toContain(`\n| \`${code}\` | `);
});

test("every limit's code is one of the catalogue, with its cause and remedy", () => {
  for (const { code } of Object.values(LIMIT_ROWS)) {
    if (code !== undefined) expect(Object.keys(ERROR_CODES)).toContain(code);
  }
  for (const [code, { cause, remedy }] of Object.entries(ERROR_CODES)) {
    expect(cause.length * remedy.length, code).toBeGreaterThan(0);
  }
});

test("every code of the catalogue is thrown somewhere in the sources", () => {
  const thrown = codesThrown();
  const limits = Object.values(LIMIT_ROWS).map(({ code }) => code);
  // The code of a limit is taken from its row (plugin/limits/limit-error.ts).
  const idle = Object.keys(ERROR_CODES).filter(
    (code) => !thrown.has(code) && !(code.startsWith("limit-") && limits.includes(code as never)),
  );
  expect(idle).toEqual([]);
});

test("every code that is thrown in the sources is in the catalogue", () => {
  const codes = new Set(Object.keys(ERROR_CODES));
  const made = sources().flatMap(([, text]) =>
    [...text.matchAll(/new TenonError\(\s*"([^"]+)"/g)].map(([, code]) => code!),
  );
  expect(made.length).toBeGreaterThan(100);
  expect(made.filter((code) => !codes.has(code))).toEqual([]);
});

/** Codes that the sources have otherwise than in a comparison. */
function codesThrown(): ReadonlySet<string> {
  const compared = /(?:===|!==)\s*"[a-z-]+"|"[a-z-]+"\s*(?:===|!==)|\bcase "[a-z-]+":/g;
  return new Set(
    sources().flatMap(([, text]) =>
      [...text.replaceAll(compared, "").matchAll(/"([a-z]+(?:-[a-z]+)*)"/g)].map(
        ([, code]) => code!,
      ),
    ),
  );
}

function sources(): readonly (readonly [path: string, text: string])[] {
  return globSync("src/**/*.ts", { cwd: root })
    .filter((path) => !path.startsWith("src/catalogues/") && !path.includes("/generated/"))
    .map((path) => [path, readFileSync(join(root, path), "utf8")]);
}
