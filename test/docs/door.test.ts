import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const readme = read("README.md");

it("is a door: at most 120 lines", () => {
  expect(readme.trimEnd().split("\n").length).toBeLessThanOrEqual(120);
});

it("has the commands of who installs it and of who clones it, to copy", () => {
  for (const command of [
    "npm install tenon",
    "npm install && npm start",
    "npm install && npm test",
  ]) {
    expect(readme).toContain(`\n${command}`);
  }
});

it.each(["README.md", "docs/benchmarks.md"])("%s has no figure that is not recorded", (file) => {
  const recorded = read("test/bench/README.md");
  const figures = rowsOfFigures(read(file));
  expect(figures.length).toBeGreaterThan(10);
  expect(figures.filter((figure) => !recorded.includes(figure))).toEqual([]);
});

/** What stands before a unit in the tables of a document. */
function rowsOfFigures(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .flatMap((line) => [...line.matchAll(/(?<![\w.,])(\d[\d.,–]*)(?: (?:ns|µs|ms|%)|(?=[,;] ))/g)])
    .map(([, figure = ""]) => figure);
}
