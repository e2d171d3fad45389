import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const maps = ["CONTRIBUTING.md", "SECURITY.md", ...globSync("src/**/README.md", { cwd: root })];

it("finds the READMEs of the rooms", () => {
  expect(maps).toContain("src/plugin/gate/README.md");
});

it.each(maps)("%s names files that are there", (map) => {
  const text = readFileSync(join(root, map), "utf8");
  const named = [...text.matchAll(/`(\w[\w/-]*\/|[\w*-][\w./*-]*\.ts)`/g)].map(([, name]) => name!);
  const missing = named.filter((name) => !isThere(name, dirname(map)));
  expect(missing).toEqual([]);
});

/**
 * A path from the root, from `src/`, or from the folder of who names it; a name alone, or the end of a path, of what
 * lies anywhere below that folder or is a test.
 */
function isThere(name: string, folder: string): boolean {
  const path = name.replace(/\/$/, "");
  const places = [
    path,
    `src/${path}`,
    `${folder}/${path}`,
    `${folder}/**/${path}`,
    `test/**/${path}`,
  ];
  return places.some((place) =>
    place.includes("*")
      ? globSync(place.replace(/^\.\/\*\*/, "src/**"), { cwd: root }).length > 0
      : existsSync(join(root, place)),
  );
}
