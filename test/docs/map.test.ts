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

const sources = globSync(["src/**/*.ts", "scripts/rooms/*.ts"], { cwd: root });
const identifiers = new Set(
  sources.flatMap((path) => readFileSync(join(root, path), "utf8").match(/#?[A-Za-z_]\w*/g) ?? []),
);

it.each(maps.filter((map) => map.startsWith("src/")))("%s names what the code has", (map) => {
  const text = readFileSync(join(root, map), "utf8").replaceAll(/^```[\s\S]*?^```/gm, "");
  // `InstanceLife.enter`, `#note`, `trim()`; not `place.ts` or `memory.grow answers -1`.
  const named = [...text.matchAll(/`(#?[A-Za-z_]\w*(?:\.#?[A-Za-z_]\w*)*)(?:\(.*\))?`/g)]
    .map(([, name]) => name!)
    .filter((name) => !/\.(?:ts|md|js|json|wit|wasm)$/.test(name));
  if (map === "src/README.md") expect(named).toContain("InstanceLife.enter");
  const missing = named.filter((name) => name.split(".").some((part) => !identifiers.has(part)));
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
