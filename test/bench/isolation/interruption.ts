import { Worker } from "node:worker_threads";
import {
  compileSync,
  instantiate,
  instantiateAsync,
  type Interrupt,
} from "../../../src/component/index.ts";
import { guest, HOST } from "../component/guest.ts";
import { absoluteRow, type Contestant, median } from "../component/measure.ts";
import { samplePlugin, standIns } from "../component/plugin.ts";
import type { BenchOptions, BenchRow } from "../row.ts";
import type { ThreadApi } from "./guest-threads.ts";
import { termination } from "./termination.ts";

type Commands = { run(call: { id: string; input: string; document?: object }): string };

const PROSE = "A *word* of `code`, [a link](https://example.org) and **more**, ".repeat(4);
const WORK = [
  {
    bench: "markdown",
    plugin: "markdown",
    id: "markdown.render",
    input: {
      text: `# One\n\n${PROSE}\n\n- a\n- b\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n`.repeat(20),
    },
  },
  {
    bench: "regex",
    plugin: "find-replace",
    id: "find-replace.replace",
    input: {
      pattern: "(\\w+)@(\\w+)\\.org",
      replacement: "$2",
      text: `${PROSE}me@home.org `.repeat(8),
    },
  },
  {
    bench: "JSON",
    plugin: "json-tools",
    id: "json-tools.format",
    input: {
      text: JSON.stringify(Array.from({ length: 300 }, (_, i) => ({ i, a: [i / 3, "é\n"] }))),
    },
  },
  {
    bench: "syntect",
    plugin: "highlight",
    id: "highlight.html",
    input: {
      language: "rs",
      text: 'fn main() { let x: u32 = 1; println!("{x}"); } // so\n',
    },
  },
];

// The least nanoseconds of one run, in turns: the same code on a shared machine can only get slower.
// Several runs a turn, for the first finds the caches full of the others' memory; long enough for
// all that matters of each to be compiled by the optimising compiler, which takes other processors.
function leastOf(
  contestants: Readonly<Record<string, Contestant>>,
): Readonly<Record<string, number>> {
  const names = Object.keys(contestants);
  const least = Object.fromEntries(names.map((name) => [name, Infinity]));
  const end = performance.now() + 8_000;
  for (let round = 0; round < 20 || performance.now() < end; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length]!;
      for (let runs = 0; runs < 5; runs++) {
        const start = performance.now();
        contestants[name]!(1);
        least[name] = Math.min(least[name]!, (performance.now() - start) * 1e6);
      }
    }
  }
  return least;
}

const WARM = 300;

// No setting is set.
const DESK = { "tenon:plugin/settings@0.1.0": { get: () => undefined } };

/** What the checks in guests' code cost, and how soon they are heard. */
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  const made: BenchRow[] = [];
  for (const work of WORK) {
    // Whoever comes first in a process is slower, by up to a sixth, in code of the engine and the host
    // that is compiled for one instance: that is not to be the one without checks.
    commandOf(work)(WARM);
    const figures = leastOf({
      none: commandOf(work),
      flag: commandOf(work, "flag"),
      counted: commandOf(work, "count"),
    });
    const { none, flag, counted } = figures as { none: number; flag: number; counted: number };
    const peers = { "without, ms": none / 1e6 };
    made.push(
      absoluteRow(`${work.bench}, checked by flag`, "%", (flag / none - 1) * 100, peers, 5),
      absoluteRow(`${work.bench}, checked by count`, "%", (counted / none - 1) * 100, peers, 15),
    );
  }
  const { ended, again } = await termination();
  const peers = { "terminate()": ended, "and another thread": again };
  made.push(absoluteRow("stopped after the flag", "µs", await stopLatency(), peers, 1000));
  made.push(absoluteRow("set aside and resumed", "µs", await suspension(), {}, 5));
  return made;
}

function commandOf(
  { plugin, id, input }: (typeof WORK)[number],
  mode?: "flag" | "count",
): Contestant {
  const bytes = samplePlugin(plugin);
  const component = compileSync(
    bytes as BufferSource,
    mode === undefined ? {} : { interrupt: mode },
  );
  const interrupt: Interrupt = {
    ask: () => "go-on",
    ...(mode === "flag" ? { flag: newFlag() } : {}),
  };
  const options = mode === undefined ? {} : { interrupt };
  const imports = { ...standIns(component), ...DESK };
  const { exports } = instantiate(component, imports, options);
  const commands = exports["tenon:plugin/commands@0.1.0"] as Commands;
  const call = { id, input: JSON.stringify(input) };
  const expected = commands.run(call).length;
  return (times) => {
    for (let i = 0; i < times; i++) {
      if (commands.run(call).length !== expected) throw new Error(`${id} answers differently`);
    }
    return expected;
  };
}

function newFlag(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
}

// Raises the flag a few milliseconds after it is told to, and notes when.
const RAISER = `
const { parentPort } = require("node:worker_threads");
parentPort.on("message", ({ flag, at }) => {
  Atomics.wait(new Int32Array(flag.buffer), 3, 0, 5);
  Atomics.store(new BigInt64Array(at), 0, process.hrtime.bigint());
  Atomics.store(new Int32Array(flag.buffer), 0, 1);
});`;

// Microseconds from a raised flag to the trap of a guest in a loop. Median.
async function stopLatency(): Promise<number> {
  const { component: bytes } = await guest();
  const component = compileSync(bytes as BufferSource, { interrupt: "flag" });
  const worker = new Worker(RAISER, { eval: true });
  const samples: number[] = [];
  for (let round = 0; round < 40; round++) {
    const flag = newFlag();
    const at = new SharedArrayBuffer(8);
    const interrupt: Interrupt = { flag, ask: () => "stop" };
    const { exports } = instantiate(component, { "bench:guest/host": HOST }, { interrupt });
    const { askHost } = exports["bench:guest/api"] as { askHost(times: number): number };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage({ flag, at });
    let stopped = 0n;
    try {
      askHost(0xffff_ffff);
    } catch {
      stopped = process.hrtime.bigint();
    }
    samples.push(Number(stopped - new BigInt64Array(at)[0]!) / 1e3);
  }
  await worker.terminate();
  return median(samples);
}

// Microseconds that setting a guest aside adds where nobody else has anything to do.
async function suspension(): Promise<number> {
  const { component: bytes } = await guest();
  const component = compileSync(bytes as BufferSource, { interrupt: "flag" });
  const flag = newFlag();
  const word = new Int32Array(flag.buffer);
  let paused = 0;
  const settled = Promise.resolve();
  const interrupt: Interrupt = {
    flag,
    ask: () => "pause",
    pause: () => {
      paused++;
      return settled;
    },
  };
  const { exports } = await instantiateAsync(
    component,
    { "bench:guest/host": HOST },
    { interrupt },
  );
  const { askHost } = exports["bench:guest/api"] as ThreadApi;
  const TIMES = 2000;
  const timed = async (raised: number): Promise<number> => {
    Atomics.store(word, 0, raised);
    const start = performance.now();
    if ((await askHost(TIMES)) !== 3 * TIMES) throw new Error("the guest answers wrongly");
    return performance.now() - start;
  };
  const samples: number[] = [];
  for (let round = 0; round < 40; round++) {
    const plain = await timed(0);
    const before = paused;
    const suspended = await timed(1);
    samples.push(((suspended - plain) * 1e3) / (paused - before));
  }
  return median(samples);
}
