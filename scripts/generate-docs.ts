// npm run docs: the tables of docs/ that come from the catalogues. With --check: fails where one is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withCapTables } from "./docs/cap-tables.ts";
import { withErrorTables } from "./docs/error-tables.ts";
import { withLimitTables } from "./docs/limit-tables.ts";

const root = join(import.meta.dirname, "..");
const made: readonly (readonly [path: string, make: (text: string) => string])[] = [
  ["docs/caps.md", withCapTables],
  ["docs/errors.md", withErrorTables],
  ["docs/limits.md", withLimitTables],
];

for (const [path, make] of made) {
  const file = join(root, path);
  const text = readFileSync(file, "utf8");
  const wanted = make(text);
  if (wanted === text) continue;
  if (process.argv.includes("--check")) {
    console.error(`${path} differs from its catalogue: npm run docs`);
    process.exitCode = 1;
  } else writeFileSync(file, wanted);
}
