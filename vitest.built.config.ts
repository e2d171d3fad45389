// The engine's public suites on what users get: the built package, or a bundle of it. See
// scripts/test-built.ts.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vitest/config";

const folder = process.env["TENON_BUILT"];
if (folder === undefined) throw new Error("run it through: npm run test:built");
const bundled = folder !== join(import.meta.dirname, "dist");

const suites = [
  "test/component/{compile,wit,hostile}.test.ts",
  "test/conformance/engine-{tenon,aot}.test.ts",
];

/// Whatever a test imports of src/ comes out of the folder, and what isn't there fails.
const built: Plugin = {
  name: "built",
  enforce: "pre",
  resolveId(source) {
    const path = /(?:^|\/)src\/(.+)\.ts$/.exec(source)?.[1];
    if (path === undefined) return undefined;
    const file = join(folder, `${path}.js`);
    if (!existsSync(file)) throw new Error(`${source} is no part of ${folder}`);
    return file;
  },
};

export default defineConfig({
  plugins: [built],
  test: {
    include: bundled ? suites : [...suites, "test/component/**/*.test.ts"],
    // It remembers where imports led, and each run has another folder.
    fsModuleCache: false,
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
