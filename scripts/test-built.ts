// npm run test:built: builds the package, bundles and minifies it, and runs the public API's suites on
// the one and on the other. `npm test` runs them on the sources.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { entries, workers } from "./built-entries.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

function run(command: string, args: readonly string[], env: Record<string, string> = {}): void {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exitCode = 1;
}

function suites(folder: string): void {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  run(process.execPath, [vitest, "run", "--config", "vitest.built.config.ts"], {
    TENON_BUILT: folder,
  });
}

run(process.execPath, ["scripts/build.ts"]);
console.log("\n::: the built package");
suites(dist);

const folder = mkdtempSync(join(tmpdir(), "tenon-bundle-"));
try {
  const bundle = await rolldown({
    input: Object.fromEntries([
      ...entries.map((entry) => [entry, join(dist, `${entry}.js`)]),
      ...Object.entries(workers).map(([name, entry]) => [name, join(dist, `${entry}.js`)]),
    ]),
    platform: "node",
  });
  await bundle.write({ dir: folder, minify: true });
  await bundle.close();
  console.log("\n::: a minified bundle of it");
  suites(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
