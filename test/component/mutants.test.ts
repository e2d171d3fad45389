import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { beforeAll, describe, expect, it } from "vitest";
import { arithmetic, asking, counterMaker, thingUser } from "../conformance/engine-guests.ts";
import { composed, storing } from "./echo/text.ts";
import { fromText } from "./guest.ts";
import type { ValueType } from "../../src/component/types.ts";
import type { MutantReport, MutantWork } from "./mutants/worker.ts";

const COUNT = 10_000;
// A mutant may loop for ever. Milliseconds.
const DEADLINE = 2_000;

const types: readonly ValueType[] = [
  { kind: "list", item: { kind: "string" }, length: undefined },
  { kind: "option", item: { kind: "result", ok: { kind: "u64" }, err: { kind: "f32" } } },
  { kind: "record", fields: [{ name: "a", type: { kind: "char" } }] },
  { kind: "flags", names: ["a", "b"] },
  {
    kind: "variant",
    cases: [
      { name: "a", type: { kind: "f64" } },
      { name: "b", type: undefined },
    ],
  },
];

let sources: readonly Uint8Array[] = [];

beforeAll(async () => {
  const plugin = join(import.meta.dirname, "../../plugins-rs/workspace-stats/workspace-stats.wasm");
  sources = await Promise.all([
    arithmetic(),
    asking(),
    counterMaker(),
    thingUser(),
    fromText(storing(types, "utf8")),
    fromText(composed(types, "utf16", "latin1+utf16")),
    readFile(plugin),
  ]);
});

// Tries mutants until one takes too long; answers the number of the next to try.
async function run(work: MutantWork, add: (report: MutantReport) => void): Promise<number> {
  let last: MutantReport = { outcomes: {}, raw: [] };
  const worker = new Worker(new URL("mutants/worker.ts", import.meta.url), { workerData: work });
  try {
    return await new Promise((resolve, reject) => {
      let [seen, since] = [-1, 0];
      const watch = setInterval(() => {
        const now = Atomics.load(work.progress, 0);
        if (now !== seen || now < 0) [seen, since] = [now, performance.now()];
        else if (performance.now() - since > DEADLINE) resolve(now + 1);
      }, 20);
      worker.on("message", (report: MutantReport) => (last = report));
      worker.on("error", reject);
      worker.on("exit", () => {
        clearInterval(watch);
        if (Atomics.load(work.progress, 0) === work.to) resolve(work.to);
        else reject(new Error(`the thread ended at mutant ${work.progress[0]} of ${work.seed}`));
      });
    });
  } finally {
    await worker.terminate();
    add(last);
  }
}

describe("a damaged component that is started and called", () => {
  it("of 10,000 works or ends in a TenonError, and none hangs but in its own loop", async () => {
    const seed = Number(process.env["TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
    const progress = new Int32Array(new SharedArrayBuffer(8));
    const outcomes = new Map<string, number>();
    const raw: string[] = [];
    let stopped = 0;
    for (let from = 0; from < COUNT;) {
      progress.fill(-1);
      from = await run({ sources, seed, from, to: COUNT, progress }, (report) => {
        raw.push(...report.raw);
        for (const [code, times] of Object.entries(report.outcomes)) {
          outcomes.set(code, (outcomes.get(code) ?? 0) + times);
        }
      });
      if (from < COUNT) {
        stopped++;
        if (progress[1] !== 1) raw.push(`mutant ${from - 1} of seed ${seed} hangs the engine`);
      }
    }
    expect(raw).toEqual([]);
    for (const code of ["started", "answered", "component-trap", "component-invalid"]) {
      expect(outcomes.get(code) ?? 0, code).toBeGreaterThan(100);
    }
    expect(stopped).toBeLessThan(50);
  }, 240_000);
});
