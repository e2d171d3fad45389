import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "rolldown";
import type { BenchOptions, BenchRow } from "../row.ts";
import { guest } from "./guest.ts";
import { absoluteRow, median } from "./measure.ts";
import { pageBundle } from "./page-bundle.ts";

const ENTRY = join(import.meta.dirname, "../../../src/component/index.ts");

/** What the engine costs a process or a page that uses it: bytes, time to start, memory. */
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-"));
  try {
    const { core, component } = await guest();
    writeFileSync(join(folder, "core.wasm"), core);
    writeFileSync(join(folder, "component.wasm"), component);
    writeFileSync(join(folder, "engine.mjs"), await bundled());
    return [fresh(folder), ...memory(folder), await size()];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundled(): Promise<string> {
  const { output } = await build({
    input: ENTRY,
    platform: "browser",
    write: false,
    output: { format: "esm", codeSplitting: false },
  });
  return output[0].code;
}

// Of what a page with generated text loads, each chunk zipped by itself. Not counted is what `compile` and
// `instantiateAsync` load when it is asked for: closures, interruption, snapshots.
async function size(): Promise<BenchRow> {
  const { always, later } = await pageBundle();
  const sum = (sizes: readonly number[]) => sizes.reduce((total, one) => total + one, 0) / 1000;
  const peers = {
    unzipped: sum(always.map((chunk) => chunk.size)),
    "chunks for later": sum(later.map((chunk) => chunk.zipped)),
  };
  const zipped = sum(always.map((chunk) => chunk.zipped));
  return absoluteRow("engine in a browser's bundle", "KB", zipped, peers, 40);
}

const HEAD = `
import { readFileSync } from "node:fs";
const host = { plus: (a, b) => (a + b) >>> 0 };
const read = (name) => readFileSync(new URL(name, import.meta.url));`;

const OURS = `${HEAD}
import { compileSync, instantiate } from "./engine.mjs";
const component = compileSync(read("component.wasm"));
const make = () => instantiate(component, { "bench:guest/host": host }).exports["bench:guest/api"];`;

const CORE = `${HEAD}
const module = new WebAssembly.Module(read("core.wasm"));
const imports = {
  "bench:guest/host": host,
  "[export]bench:guest/api": { "[resource-new]counter": (rep) => rep },
};
const make = () => ({ add: new WebAssembly.Instance(module, imports).exports["bench:guest/api#add"] });`;

const ONCE = `
if (make().add(2, 3) !== 5) throw new Error("a wrong sum");
const { user, system } = process.cpuUsage();
console.log((user + system) / 1000);`;

// Whole processes, in turns, from their start to their end; and the processor's time in them, which
// other work on the machine sways less.
function fresh(folder: string): BenchRow {
  writeFileSync(join(folder, "ours.mjs"), OURS + ONCE);
  writeFileSync(join(folder, "core.mjs"), CORE + ONCE);
  const taken = { ours: [] as number[], core: [] as number[] };
  const worked = { ours: [] as number[], core: [] as number[] };
  for (let round = 0; round < 15; round++) {
    for (const name of ["ours", "core"] as const) {
      const start = performance.now();
      const printed = execFileSync(process.execPath, [join(folder, `${name}.mjs`)]);
      taken[name].push(performance.now() - start);
      worked[name].push(Number(printed.toString()));
    }
  }
  const over = median(taken.ours) - median(taken.core);
  const peers = {
    "whole process": median(taken.ours),
    "with the core module": median(taken.core),
    "processor's time over it": median(worked.ours) - median(worked.core),
  };
  return absoluteRow("fresh process, over the bare core module", "ms", over, peers, 20);
}

const COUNT = 1000;

// Of a thousand instances that have been called once, each in a process of its own.
function memory(folder: string): readonly BenchRow[] {
  const measured = `
const kept = [make(), make()];
for (const one of kept) one.add(2, 3);
gc();
const before = process.memoryUsage();
for (let index = 0; index < ${COUNT}; index++) {
  const one = make();
  if (one.add(index, 1) !== index + 1) throw new Error("a wrong sum");
  kept.push(one);
}
gc();
const after = process.memoryUsage();
const each = (of) => (after[of] - before[of]) / ${COUNT} / 1000;
console.log(JSON.stringify({ heap: each("heapUsed"), resident: each("rss"), kept: kept.length }));`;
  writeFileSync(join(folder, "many-ours.mjs"), OURS + measured);
  writeFileSync(join(folder, "many-core.mjs"), CORE + measured);
  const run = (name: string) =>
    JSON.parse(
      execFileSync(process.execPath, ["--expose-gc", join(folder, `${name}.mjs`)], {
        encoding: "utf8",
      }),
    ) as { readonly heap: number; readonly resident: number };
  const [ours, core] = [run("many-ours"), run("many-core")];
  return [
    absoluteRow("1000 instances, JavaScript heap each", "KB", ours.heap, { core: core.heap }),
    absoluteRow("1000 instances, resident each", "KB", ours.resident, { core: core.resident }),
  ];
}
