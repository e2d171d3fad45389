import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EngineComponent, EngineInstance } from "../../../src/component/engine.ts";
import { GuestPool } from "../../../src/isolation/guest-pool.ts";
import { nodeThreads } from "../../../src/platform/node/guest-thread/node-thread.ts";
import { systemClock, systemTimers } from "../../../src/platform/node/system.ts";
import { compileSync } from "../../../src/component/index.ts";
import { CompiledStore } from "../../../src/component/compiled/store.ts";
import { memoryDerived } from "../../platform/memory-derived.ts";
import { absoluteRow, median } from "../component/measure.ts";
import { activate, samplePlugin, standIns } from "../component/plugin.ts";
import type { BenchOptions, BenchRow } from "../row.ts";

const MANY = 100;

/** A plugin brought to life on threads that run already. */
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  const bytes = await readFile(
    join(import.meta.dirname, "../../../plugins-rs/word-count/word-count.wasm"),
  );
  const imports = standIns(compileSync(bytes));
  await using pool = poolOf(1);
  const compiled = await pool.compile(bytes);
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
    absoluteRow("compiling word-count on a warm thread", "ms", median(again), {
      "out of a store": median(await outOfStore(bytes, imports)),
    }),
    await secondThread("word-count"),
    await secondThread("highlight"),
    await manyOfOne(bytes, imports),
  ];
}

// Compiling what an earlier run has stored.
async function outOfStore(
  bytes: Uint8Array,
  imports: Readonly<Record<string, unknown>>,
): Promise<readonly number[]> {
  const derived = memoryDerived();
  const named = (nth: number) => ({ digest: `sha256:${nth}` });
  await using pool = new GuestPool({
    threads: nodeThreads(),
    timers: systemTimers,
    clock: systemClock,
    size: 1,
    store: new CompiledStore(derived),
  });
  const samples: number[] = [];
  for (let nth = 0; nth < 20; nth++) {
    const first = await pool.compile(bytes, named(nth));
    (await first.instantiate(imports))[Symbol.dispose]();
    while (derived.entries.size <= nth) await new Promise((resolve) => void setTimeout(resolve, 1));
    first[Symbol.dispose]();
  }
  for (let nth = 0; nth < 10; nth++) {
    const start = performance.now();
    (await pool.compile(bytes, named(nth)))[Symbol.dispose]();
    samples.push(performance.now() - start);
  }
  return samples;
}

function poolOf(size: number): GuestPool {
  return new GuestPool({ threads: nodeThreads(), timers: systemTimers, clock: systemClock, size });
}

// An instance on a thread that has not seen its component, of one that another thread has compiled.
async function secondThread(name: string): Promise<BenchRow> {
  const bytes = samplePlugin(name);
  const imports = standIns(compileSync(bytes as BufferSource));
  await using pool = poolOf(2);
  const handed: number[] = [];
  const compiledThere: number[] = [];
  // What the engine's own code costs on a thread that has never run it is not a component's.
  const warm = await pool.compile(samplePlugin("json-tools"));
  const threads = [await warm.instantiate(standInsOf("json-tools"))];
  threads.push(await warm.instantiate(standInsOf("json-tools")));
  for (let round = 0; round < 12; round++) {
    const component = await pool.compile(bytes);
    const first = await timed(component, imports);
    const second = await timed(component, imports);
    handed.push(second.ms);
    first.instance[Symbol.dispose]();
    second.instance[Symbol.dispose]();
    component[Symbol.dispose]();
    const start = performance.now();
    const other = await pool.compile(bytes);
    (await timed(other, imports)).instance[Symbol.dispose]();
    compiledThere.push(performance.now() - start);
    other[Symbol.dispose]();
  }
  return absoluteRow(`${name} on a second thread`, "ms", median(handed), {
    "compiled and started": median(compiledThere),
  });
}

// As many plugins as strangers may bring, all of one component.
async function manyOfOne(
  bytes: Uint8Array,
  imports: Readonly<Record<string, unknown>>,
): Promise<BenchRow> {
  const start = async (digest: (nth: number) => object): Promise<number> => {
    await using pool = poolOf(2);
    (await (await pool.compile(samplePlugin("json-tools"))).instantiate(standInsOf("json-tools")))[
      Symbol.dispose
    ]();
    const started = performance.now();
    await Promise.all(
      Array.from({ length: MANY }, async (_, nth) => {
        const component = await pool.compile(bytes, digest(nth));
        await component.instantiate(imports);
      }),
    );
    return performance.now() - started;
  };
  const ours = await start(() => ({ digest: "sha256:bench" }));
  const apart = await start(() => ({}));
  return absoluteRow(`${MANY} plugins of one component, started at once`, "ms", ours, {
    "each compiled": apart,
  });
}

function standInsOf(name: string): Readonly<Record<string, unknown>> {
  return standIns(compileSync(samplePlugin(name) as BufferSource));
}

async function timed(
  component: EngineComponent,
  imports: Readonly<Record<string, unknown>>,
): Promise<{ readonly instance: EngineInstance; readonly ms: number }> {
  const start = performance.now();
  const instance = await component.instantiate(imports);
  return { instance, ms: performance.now() - start };
}
