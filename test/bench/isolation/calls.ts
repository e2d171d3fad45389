import { deepStrictEqual } from "node:assert";
import type { InTurn } from "../../../src/component/engine.ts";
import { absoluteRow, median, row } from "../component/measure.ts";
import type { BenchOptions, BenchRow } from "../row.ts";
import { bareWorker } from "./bare-worker.ts";
import { guestOnThread } from "./guest-threads.ts";
import { each, measureWaited } from "./measure.ts";
import { comlinkPeer, extismPeer } from "./peers.ts";

const BATCH = 100;
const HOST_CALLS = 200;

/** Calls to and from a guest on a thread. */
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  await using ours = await guestOnThread();
  await using bare = bareWorker();
  await using comlink = comlinkPeer();
  await using extism = await extismPeer();
  const { api } = ours;
  const one = await measureWaited(
    {
      ours: each(() => api.add(2, 3)),
      "bare postMessage": each(() => bare.echo(5)),
      comlink: each(() => comlink.add(2, 3)),
      "Extism, in its worker": each(() => extism.add()),
    },
    5,
  );
  const turn: InTurn = { sent: () => {}, answered: () => {} };
  const inTurn = (i: number): Promise<number> => ours.instance.call(() => api.add(i, 1), { turn });
  const many = await measureWaited(
    {
      ours: each(() => together(BATCH, inTurn)),
      "bare postMessage": each(() => bare.echoAll(BATCH)),
      comlink: each(() => together(BATCH, (i) => comlink.add(i, 1))),
    },
    BATCH,
  );
  const out = await measureWaited(
    {
      ours: each(() => api.askHost(HOST_CALLS)),
      "bare Atomics": each(() => bare.askParent(HOST_CALLS)),
    },
    3 * HOST_CALLS,
  );
  const bytes = new Uint8Array(64 * 1024).map((_, i) => i);
  deepStrictEqual(await api.echoBytes(bytes), bytes);
  const empty = new Uint8Array(0);
  const moved = await measureWaited({
    ours: each(() => api.echoBytes(bytes)),
    "the call": each(() => api.echoBytes(empty)),
    "bare postMessage": each(() => bare.echo(bytes)),
  });
  const copy = memcpy(bytes);
  return [
    row("export call into a guest on a thread", one, "bare postMessage", 1.3),
    absoluteRow(
      `a call in batches of ${BATCH}`,
      "µs",
      many["ours"]! / BATCH / 1e3,
      over(many, BATCH * 1e3),
      1,
    ),
    row("host call out of a thread", over(out, HOST_CALLS, true), "bare Atomics", 1.5),
    row(
      "64 KiB either way, over the call",
      {
        ours: (moved["ours"]! - moved["the call"]!) / 2,
        memcpy: copy,
        "bare postMessage": (moved["bare postMessage"]! - one["bare postMessage"]!) / 2,
      },
      "memcpy",
      2,
    ),
  ];
}

async function together(count: number, call: (i: number) => Promise<number>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, (_, i) => call(i)));
  return answers.at(-1)!;
}

function over(
  { ours, ...peers }: Readonly<Record<string, number>>,
  by: number,
  all = false,
): Readonly<Record<string, number>> {
  const scaled = Object.fromEntries(Object.entries(peers).map(([name, ns]) => [name, ns / by]));
  return all ? { ours: ours! / by, ...scaled } : scaled;
}

// Nanoseconds that a copy of these bytes takes.
function memcpy(bytes: Uint8Array): number {
  const target = new Uint8Array(bytes.length);
  const samples: number[] = [];
  for (let round = 0; round < 200; round++) {
    const start = performance.now();
    for (let i = 0; i < 20; i++) target.set(bytes);
    samples.push(((performance.now() - start) * 1e6) / 20);
  }
  deepStrictEqual(target, bytes);
  return median(samples);
}
