// npm run test:built: builds the package, bundles and minifies the engine out of it, and runs the
// engine's suites on the one and on the other. `npm test` runs them on the sources.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

/// What the suites import; what lies behind is in chunks that these share.
const entries = [
  "errors",
  "component/index",
  "component/compile",
  "component/tenon-engine",
  "component/aot/runtime",
  "component/aot/write",
];

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
    input: Object.fromEntries(entries.map((entry) => [entry, join(dist, `${entry}.js`)])),
    platform: "neutral",
  });
  await bundle.write({ dir: folder, minify: true });
  await bundle.close();
  console.log("\n::: a minified bundle of it");
  suites(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
