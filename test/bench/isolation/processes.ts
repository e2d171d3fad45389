import { deepStrictEqual } from "node:assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileSync } from "../../../src/component/index.ts";
import { CompiledStore } from "../../../src/component/outline.ts";
import { createHost, grantAll } from "../../../src/index.ts";
import { ProcessPool } from "../../../src/isolation/process/process-pool.ts";
import { nodeProcesses } from "../../../src/platform/node/guest-process/node-processes.ts";
import { nodePlatform } from "../../../src/platform/node/index.ts";
import { systemTimers } from "../../../src/platform/node/system.ts";
import type { ProcessSource } from "../../../src/platform/processes.ts";
import { bundledProcess } from "../../process-entry.ts";
import { guest, HOST } from "../component/guest.ts";
import { absoluteRow, median, row } from "../component/measure.ts";
import { activate, samplePlugin, standIns } from "../component/plugin.ts";
import type { BenchOptions, BenchRow } from "../row.ts";
import { bareProcess } from "./bare-process.ts";
import type { ThreadApi } from "./guest-threads.ts";
import { each, measureWaited } from "./measure.ts";
import { onOneProcessor, warmed } from "./one-processor.ts";

const HOST_CALLS = 200;
const MANY = 50;

/** A guest in a process of its own. */
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-"));
  const source = nodeProcesses({ entry: await bundledProcess(folder) });
  try {
    return [
      ...(await calls(source)),
      ...(await activations(source)),
      ...(await many(source)),
      await none(source),
    ];
  } finally {
    await source[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  }
}

async function calls(processes: ProcessSource): Promise<readonly BenchRow[]> {
  const pids: number[] = [];
  await using pool = new ProcessPool({ processes: noting(processes, pids), timers: systemTimers });
  await using bare = bareProcess();
  const { component } = await guest();
  const compiled = await pool.compile(component);
  const instance = await compiled.instantiate({ "bench:guest/host": HOST });
  const api = instance.exports["bench:guest/api"] as ThreadApi;
  await warmed(
    () => api.add(2, 3),
    () => api.askHost(HOST_CALLS),
    () => bare.askParent(HOST_CALLS),
  );
  const anywhere = await measureWaited({
    ours: each(() => api.add(2, 3)),
    "bare pipe": each(() => bare.echo()),
  });
  using _one = onOneProcessor([...pids, bare.pid]);
  const one = await measureWaited(
    { ours: each(() => api.add(2, 3)), "bare pipe": each(() => bare.echo()) },
    5,
  );
  const withHost = await measureWaited(
    { ours: each(() => api.askHost(1)), "bare pipe, twice": each(() => bare.askParent(1)) },
    3,
  );
  const out = await measureWaited(
    {
      ours: each(() => api.askHost(HOST_CALLS)),
      "bare pipe": each(() => bare.askParent(HOST_CALLS)),
    },
    3 * HOST_CALLS,
  );
  const bytes = new Uint8Array(64 * 1024).map((_, i) => i);
  deepStrictEqual(await api.echoBytes(bytes), bytes);
  const large = await measureWaited({ ours: each(() => api.echoBytes(bytes)) });
  return [
    absoluteRow("a call, wherever the scheduler puts both", "µs", anywhere["ours"]! / 1e3, {
      "bare pipe": anywhere["bare pipe"]! / 1e3,
    }),
    row("export call into a process", one, "bare pipe", 1.25),
    row("the same with one host call", withHost, "bare pipe, twice", 1.25),
    row(
      "host call out of a process",
      Object.fromEntries(Object.entries(out).map(([name, ns]) => [name, ns / HOST_CALLS])),
      "bare pipe",
      1.25,
    ),
    absoluteRow("64 KiB into a process and back", "µs", large["ours"]! / 1e3, {}),
  ];
}

async function activations(processes: ProcessSource): Promise<readonly BenchRow[]> {
  const bytes = samplePlugin("word-count");
  const imports = standIns(compileSync(bytes as BufferSource));
  const store = new CompiledStore();
  await using pool = new ProcessPool({ processes, timers: systemTimers, store });
  const digest = "sha256:bench";
  const compiled: number[] = [];
  const started: number[] = [];
  for (let round = 0; round < 12; round++) {
    // The spare is ready.
    await later(400);
    const start = performance.now();
    const component = await pool.compile(bytes, { digest, checked: true });
    const there = performance.now();
    const instance = await component.instantiate(imports, { party: `plugin ${round}` });
    await activate(instance);
    compiled.push(there - start);
    started.push(performance.now() - there);
    instance[Symbol.dispose]();
    component[Symbol.dispose]();
  }
  return [
    absoluteRow("activation of word-count in a warm process", "ms", median(started), {}, 3),
    absoluteRow("compiling it there, in a process that was ready", "ms", median(compiled), {}),
  ];
}

async function many(processes: ProcessSource): Promise<readonly BenchRow[]> {
  const bytes = samplePlugin("word-count");
  const imports = standIns(compileSync(bytes as BufferSource));
  const pids: number[] = [];
  await using pool = new ProcessPool({ processes: noting(processes, pids), timers: systemTimers });
  const start = performance.now();
  for (let nth = 0; nth < MANY; nth++) {
    const component = await pool.compile(bytes);
    await activate(await component.instantiate(imports, { party: `plugin ${nth}` }));
  }
  const each = (performance.now() - start) / MANY;
  const resident = pids.slice(0, MANY).map(privateMiB);
  return [
    absoluteRow(`private memory of each of ${MANY} processes`, "MiB", median(resident), {
      "with what all share": median(pids.slice(0, MANY).map(residentMiB)),
    }),
    absoluteRow(`starting each of ${MANY} plugins`, "ms", each, {}),
  ];
}

// A host none of whose plugins is to run in a process starts none.
async function none(processes: ProcessSource): Promise<BenchRow> {
  let started = 0;
  const counted: ProcessSource = {
    ...processes,
    start: () => {
      started++;
      return processes.start();
    },
  };
  await using host = createHost({
    platform: { ...nodePlatform(), processes: counted },
    policy: grantAll([], "any"),
  });
  await host.install(samplePlugin("word-count"));
  await host.execute("word-count.count", { text: "one two" }).catch(() => {});
  return absoluteRow("processes of a host that needs none", "", started, {}, 0);
}

/** Notes the numbers of processes. */
function noting(processes: ProcessSource, pids: number[]): ProcessSource {
  return {
    ...processes,
    start: () => {
      const one = processes.start();
      pids.push(one.pid!);
      return one;
    },
  };
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

function privateMiB(pid: number): number {
  return sumOf(pid, /^Private_\w+:\s+(\d+)/gmu);
}

function residentMiB(pid: number): number {
  return sumOf(pid, /^Rss:\s+(\d+)/gmu);
}

function sumOf(pid: number, row: RegExp): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return [...rollup.matchAll(row)].reduce((sum, [, kib]) => sum + Number(kib), 0) / 1024;
}
