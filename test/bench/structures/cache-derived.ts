import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchRow } from "../row.ts";
import { inTurns, own, rowOf } from "./text-measure.ts";

const child = join(import.meta.dirname, "child/start-plugins.ts");
const plugins = join(import.meta.dirname, "../../../plugins-rs");
const names = ["word-count", "find-replace", "highlight", "markdown", "json-tools"];

/** What it saves to know plugins from an earlier run: each figure is that of a fresh process. */
export async function rows(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-"));
  const run = (state: string, packages: readonly string[]): number => {
    const paths = packages.map((name) => join(plugins, name, `${name}.wasm`));
    const flags = ["--disable-warning=ExperimentalWarning", child, state, ...paths];
    return Number(execFileSync(process.execPath, flags, { encoding: "utf8" }));
  };
  const state = join(folder, "state");
  const found: BenchRow[] = [];
  try {
    run(state, names);
    for (const packages of [names.slice(0, 1), names]) {
      const figures = inTurns(7, {
        [own]: () => run(state, packages),
        without: () => run("none", packages),
      });
      const what = packages.length === 1 ? "one plugin" : `${packages.length} plugins`;
      found.push(rowOf(`${what} installed and compiled, known`, "ms", figures, "without"));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return found;
}
