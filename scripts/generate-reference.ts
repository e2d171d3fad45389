// npm run docs: the pages of docs/api/ from the documentation comments of what the package exports. With --check:
// fails where a page is stale. Either way it fails where a public name has no sentence.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gapsIn } from "./docs/reference/gaps.ts";
import { pagesOf } from "./docs/reference/pages.ts";
import { readReference } from "./docs/reference/reference.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, "docs/api");
const entries = readReference(root);
const pages = pagesOf(entries);
mkdirSync(folder, { recursive: true });
const present = new Map(
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
);
const stale = [...new Set([...present.keys(), ...pages.keys()])].filter(
  (name) => present.get(name) !== pages.get(name),
);

if (process.argv.includes("--check")) {
  for (const name of stale)
    console.error(`docs/api/${name} differs from the sources: npm run docs`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  for (const name of stale) {
    const text = pages.get(name);
    if (text === undefined) rmSync(join(folder, name));
    else writeFileSync(join(folder, name), text);
  }
}

const gaps = gapsIn(entries);
for (const gap of gaps) console.error(`${gap} has no documentation comment`);
if (gaps.length > 0) process.exitCode = 1;
