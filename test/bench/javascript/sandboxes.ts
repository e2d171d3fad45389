import { runInNewContext } from "node:vm";
import { createCodeRunner } from "../../../src/platform/node/code/index.ts";
import { absoluteRow, row } from "../component/measure.ts";
import { each, measureWaited } from "../isolation/measure.ts";
import type { BenchOptions, BenchRow } from "../row.ts";
import { callingQuickJs, freshIsolate, freshQuickJs, quickJs, valueOf } from "./peers.ts";

const CALLS = 1_000;
const SYNC = `(() => { let n = 0; for (let i = 0; i < ${CALLS}; i++) n += host(1); return n })()`;
const FIB = "function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) } fib(20)";

/** Fresh sandboxes, host calls and computing, on the caller's thread and on a shared one. */
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  const lib = await quickJs();
  const tools = { host: { call: (n: number) => n, sync: true }, later: (n: number) => n };
  const most = { tools, calls: 1e12, cpuMs: Infinity, deadlineMs: Infinity };
  await using caller = createCodeRunner({ isolation: "caller", ...most });
  await using thread = createCodeRunner({ isolation: "thread", ...most });
  const fresh = await measureWaited(
    {
      ours: each(async () => (await caller.run("1 + 1", { tools: {} })).value),
      "ours, on a thread": each(async () => (await thread.run("1 + 1", { tools: {} })).value),
      "quickjs-emscripten": each(() => freshQuickJs(lib, "1 + 1")),
      "isolated-vm": each(() => freshIsolate("1 + 1")),
      "node:vm": each(() => runInNewContext("1 + 1") as unknown),
    },
    2,
  );
  using near = caller.session();
  using far = thread.session();
  const context = callingQuickJs(lib);
  const sync = await measureWaited(
    {
      ours: each(async () => (await near.run(SYNC)).value),
      "ours, on a thread": each(async () => (await far.run(SYNC)).value),
      "quickjs-emscripten": each(() => valueOf(context, SYNC)),
    },
    CALLS,
    11,
  );
  const awaited = await measureWaited(
    {
      one: each(() => near.run(`for (let i = 0; i < ${CALLS}; i++) await later(1)`)),
      all: each(() => near.run(`await Promise.all(Array.from({ length: ${CALLS} }, later))`)),
    },
    undefined,
    11,
  );
  const computed = await measureWaited(
    {
      ours: each(async () => (await near.run(FIB)).value),
      "quickjs-emscripten": each(() => valueOf(context, FIB)),
    },
    6765,
    11,
  );
  context.dispose();
  return [
    absoluteRow("a fresh sandbox runs 1 + 1", "ms", fresh["ours"]! / 1e6, scaled(fresh, 1e6), 0.7),
    absoluteRow(
      "a synchronous host call",
      "µs",
      sync["ours"]! / CALLS / 1e3,
      scaled(sync, CALLS * 1e3),
      1.5,
    ),
    absoluteRow("an awaited host call", "µs", awaited["one"]! / CALLS / 1e3, {}, 3),
    absoluteRow(`one of ${CALLS} in flight`, "µs", awaited["all"]! / CALLS / 1e3, {}),
    row("computing: fib(20)", computed, "quickjs-emscripten", 1.11),
  ];
}

function scaled(times: Readonly<Record<string, number>>, by: number): Record<string, number> {
  const { ours: _ours, ...peers } = times;
  return Object.fromEntries(Object.entries(peers).map(([name, ns]) => [name, ns / by]));
}
