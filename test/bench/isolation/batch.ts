import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createHost, grantAll, type Host, memoryKeyValue } from "../../../src/index.ts";
import { nodePlatform } from "../../../src/platform/node/index.ts";
import { absoluteRow } from "../component/measure.ts";
import type { BenchOptions, BenchRow } from "../row.ts";
import { bareWorker } from "./bare-worker.ts";
import { each, measureWaited } from "./measure.ts";

const BATCH = 100;
const COMMAND = "word-count.count";
const INPUT = { text: "one two three" };

/**
 * A command of a plugin in the pool, through the whole host: its input checked, the plugin found and
 * admitted, its answer read.
 */
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  await using host = await counting();
  await using bare = bareWorker();
  const calls = Array.from({ length: BATCH }, () => ({ command: COMMAND, input: INPUT }));
  const lone = await measureWaited({
    ours: each(() => host.execute(COMMAND, INPUT)),
    "bare postMessage": each(() => bare.echo(5)),
  });
  const together = await measureWaited({
    batch: each(() => host.batch(calls)),
    "same turn": each(() => Promise.all(calls.map(() => host.execute(COMMAND, INPUT)))),
    "bare postMessage": each(() => bare.echoAll(BATCH)),
  });
  const µs = (ns: number | undefined, of: number): number => ns! / of / 1e3;
  const bareTogether = µs(together["bare postMessage"], BATCH);
  const awaited = { "awaited, one by one": µs(lone["ours"], 1) };
  return [
    absoluteRow("a command, awaited", "µs", µs(lone["ours"], 1), {
      "bare postMessage": µs(lone["bare postMessage"], 1),
    }),
    absoluteRow(`a command in a host.batch of ${BATCH}`, "µs", µs(together["batch"], BATCH), {
      ...awaited,
      "bare postMessage": bareTogether,
    }),
    absoluteRow(`a command, ${BATCH} in the same turn`, "µs", µs(together["same turn"], BATCH), {
      ...awaited,
      "bare postMessage": bareTogether,
    }),
  ];
}

async function counting(): Promise<Host> {
  const host = createHost({
    platform: { ...nodePlatform(), keyValue: memoryKeyValue() },
    policy: grantAll(["log", "text"], "any"),
    limits: { cpu: { ms: 600_000, withinMs: 600_000 } },
  });
  const folder = join(import.meta.dirname, "../../../plugins-rs/word-count");
  await host.install(await readFile(join(folder, "word-count.wasm")), {
    manifest: await readFile(join(folder, "manifest.json")),
  });
  return host;
}
