import { compile, compileSync, instantiate } from "../../../src/component/index.ts";
import type { BenchOptions, BenchRow } from "../row.ts";
import { type Api, componentOf, guest, HOST } from "./guest.ts";
import { instantiateCore } from "./lean.ts";
import { enlarge, vary } from "./large.ts";
import { absoluteRow, loop, measureMakers, median, row } from "./measure.ts";
import { coreModules, countWords, instantiateBare, samplePlugin, standIns } from "./plugin.ts";
import { jcoApi } from "./routes.ts";

/** From compiled modules, and from bytes, to something that can be called. */
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  const { component } = await guest();
  return [
    instantiated("instantiate, modules compiled", component, { "bench:guest/host": HOST }),
    instantiated("instantiate word-count", samplePlugin("word-count")),
    await small(),
    ...(await large()),
  ];
}

// Beside the same core modules, wired by hand.
function instantiated(bench: string, bytes: Uint8Array, given?: object): BenchRow {
  const compiled = compileSync(bytes as BufferSource);
  const imports = given ?? standIns(compiled);
  const modules = coreModules(bytes).map(
    (module) => new WebAssembly.Module(module as BufferSource),
  );
  const figures = measureMakers({
    ours: loop("instantiate(compiled,imports)", { instantiate, compiled, imports }),
    "core modules": loop("bare(modules)", { bare: instantiateBare, modules }),
  });
  return row(bench, figures, "core modules", 1.5);
}

// In a process that has done it before.
async function small(): Promise<BenchRow> {
  const { core, component } = await guest();
  const words = samplePlugin("word-count");
  const results = { tiny: [] as number[], bare: [] as number[], plugin: [] as number[] };
  for (let warm = 0; warm < 150; warm++) firstSum(component);
  for (let round = 0; round < 25; round++) {
    results.tiny.push(timed(() => firstSum(component), 5));
    results.bare.push(
      timed(() => instantiateCore(new WebAssembly.Module(core as BufferSource))["add"]!(2, 3), 5),
    );
    results.plugin.push(timed(() => countWords(compileSync(words as BufferSource)), 3));
  }
  const jco = await timedAsync(async () => (await jcoApi(component)).add(2, 3), 5);
  return absoluteRow(
    "bytes to first result, warm, small plugin",
    "ms",
    median(results.tiny),
    { core: median(results.bare), jco, "word-count, 166 KB": median(results.plugin) },
    1.5,
  );
}

function firstSum(component: Uint8Array): number {
  const compiled = compileSync(component as BufferSource);
  const { exports } = instantiate(compiled, { "bench:guest/host": HOST });
  return (exports["bench:guest/api"] as Api).add(2, 3);
}

async function large(): Promise<readonly BenchRow[]> {
  const { core } = await guest();
  const enlarged = enlarge(core, 12_000_000);
  const component = await componentOf(enlarged);
  const [main, ...others] = coreModules(component);
  const results = { ours: [] as number[], compile: [] as number[] };
  for (let round = 0; round < 7; round++) {
    // Bytes that were never seen: JavaScript engines keep what they have compiled lately.
    vary(component, 2 * round);
    vary(main!, 2 * round + 1);
    results.ours.push(
      await timedAsync(async () => {
        const compiled = await compile(component as BufferSource);
        const { exports } = instantiate(compiled, { "bench:guest/host": HOST });
        return (exports["bench:guest/api"] as Api).add(2, 3);
      }, 5),
    );
    results.compile.push(
      await timedAsync(async () => {
        await Promise.all(
          [main!, ...others].map((module) => WebAssembly.compile(module as BufferSource)),
        );
        return 5;
      }, 5),
    );
  }
  const figures = { ours: median(results.ours) * 1e6, compile: median(results.compile) * 1e6 };
  return [
    row(
      `bytes to first result, warm, ${(component.length / 1e6).toFixed(1)} MB component`,
      { ours: figures.ours, "WebAssembly.compile": figures.compile },
      "WebAssembly.compile",
      1.5,
    ),
  ];
}

function timed(run: () => unknown, expected: unknown): number {
  const start = performance.now();
  const result = run();
  const took = performance.now() - start;
  if (result !== expected) throw new Error(`${String(result)} instead of ${String(expected)}`);
  return took;
}

async function timedAsync(run: () => Promise<unknown>, expected: unknown): Promise<number> {
  const start = performance.now();
  const result = await run();
  const took = performance.now() - start;
  if (result !== expected) throw new Error(`${String(result)} instead of ${String(expected)}`);
  return took;
}
