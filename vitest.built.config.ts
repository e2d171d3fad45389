// The public API's suites on what users get: the built package, or a bundle of it. See
// scripts/test-built.ts.
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vitest/config";
import { entries } from "./scripts/built-entries.ts";

const root = import.meta.dirname;
const folder = process.env["TENON_BUILT"];
if (folder === undefined) throw new Error("run it through: npm run test:built");

const suites = globSync(
  [
    "test/component/**/*.test.ts",
    "test/conformance/engine-{tenon,aot,stored}.test.ts",
    "test/{text,cache,pool,host}/*.test.ts",
  ],
  { cwd: root },
).filter((file) => !startsSources(file) && isPublic(join(root, file)));

/// Its worker, or the command that it starts, loads the sources whatever the suite imports.
function startsSources(file: string): boolean {
  return /\/mutants\.test\.ts$|\/pack-node\.test\.ts$/.test(file);
}

/// Whether a suite, and the files that it is made of, import from the sources only what the
/// package offers (scripts/built-entries.ts); suites of internals run on the sources alone. Types don't count.
function isPublic(file: string, seen: Set<string> = new Set()): boolean {
  if (seen.has(file)) return true;
  seen.add(file);
  const imports = readFileSync(file, "utf8").matchAll(
    /^(?:import|export) (?!type )[^;"]*"(\.[^"]+)"/gm,
  );
  return [...imports].every(([, path = ""]) => {
    const target = join(file, "..", path);
    const source = sourceOf(target);
    if (source !== undefined) return entries.includes(source);
    return !target.endsWith(".ts") || isPublic(target, seen);
  });
}

/// `text/index` of a path to `src/text/index.ts`.
function sourceOf(path: string): string | undefined {
  return /(?:^|\/)src\/(.+)\.ts$/.exec(path)?.[1];
}

/// Whatever a test imports of src/ comes out of the folder, and what isn't there fails.
const built: Plugin = {
  name: "built",
  enforce: "pre",
  resolveId(source) {
    const path = sourceOf(source);
    if (path === undefined) return undefined;
    const file = join(folder, `${path}.js`);
    if (!existsSync(file)) throw new Error(`${source} is no part of ${folder}`);
    return file;
  },
};

export default defineConfig({
  plugins: [built],
  test: {
    include: suites,
    // It remembers where imports led, and each run has another folder.
    fsModuleCache: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    setupFiles: ["test/seed.ts"],
  },
});
