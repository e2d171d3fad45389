import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EngineInstance } from "../../../src/component/engine.ts";
import { GuestPool } from "../../../src/isolation/guest-pool.ts";
import { nodeThreads } from "../../../src/platform/node/guest-thread/node-thread.ts";
import { systemTimers } from "../../../src/platform/node/system.ts";
import { compileSync } from "../../../src/component/index.ts";
import { absoluteRow, median } from "../component/measure.ts";
import { standIns } from "../component/plugin.ts";
import type { BenchOptions, BenchRow } from "../row.ts";

const CONTEXT = {
  plugin: "text/word-count",
  version: "1.0.0",
  host: "bench/1",
  api: "0.1.0",
  locale: "en",
  startedBy: "startup",
};

/// A plugin brought to life on a thread that runs already and has compiled it.
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  const bytes = await readFile(
    join(import.meta.dirname, "../../../plugins-rs/word-count/word-count.wasm"),
  );
  await using pool = new GuestPool({ threads: nodeThreads(), timers: systemTimers, size: 1 });
  const compiled = await pool.compile(bytes);
  const imports = standIns(compileSync(bytes));
  const samples: number[] = [];
  for (let round = 0; round < 60; round++) {
    const start = performance.now();
    const instance = await compiled.instantiate(imports);
    await activate(instance);
    samples.push(performance.now() - start);
    instance[Symbol.dispose]();
  }
  const again: number[] = [];
  for (let round = 0; round < 20; round++) {
    const start = performance.now();
    (await pool.compile(bytes))[Symbol.dispose]();
    again.push(performance.now() - start);
  }
  return [
    absoluteRow("activation of word-count on a warm thread", "ms", median(samples), {}, 2),
    absoluteRow("compiling word-count on a warm thread", "ms", median(again), {}),
  ];
}

async function activate({ exports }: EngineInstance): Promise<void> {
  const lifecycle = exports["tenon:plugin/lifecycle@0.1.0"] as
    | { activate(context: object): Promise<void> }
    | undefined;
  await lifecycle?.activate(CONTEXT);
}
