import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import {
  Snapshot,
  createBufferPool,
  createInstancePool,
  createInterner,
  createMemoryPool,
  createPool,
  createQueuedPool,
} from "../../../src/pool/index.ts";
import { randomFrom } from "../../seeded-random.ts";
import { type Counter, counter, counterModule } from "../../pool/wasm.ts";
import type { BenchRow } from "../row.ts";
import { poolPeers } from "./cache-peers.ts";
import { busy, busyAwaiting } from "./busy.ts";
import { inTurns, median, own, rowOf } from "./text-measure.ts";

export async function rows(): Promise<readonly BenchRow[]> {
  return [
    ...(await buffers()),
    ...(await instances()),
    ...memories(),
    await smallObjects(),
    await workers(),
    ...lifts(),
  ];
}

// Microseconds of one call, of the processor's time.
function each(count: number, act: () => void): number {
  const taken = busy(() => {
    for (let i = 0; i < count; i++) act();
  });
  return (taken / count) * 1e3;
}

async function eachAwaited(count: number, act: () => Promise<void>): Promise<number> {
  const taken = await busyAwaiting(async () => {
    for (let i = 0; i < count; i++) await act();
  });
  return (taken / count) * 1e3;
}

async function peersOf(
  count: number,
  create: () => object,
  reset: (item: never) => void,
): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const peer of poolPeers(create)) {
    const use = async (): Promise<void> => {
      const item = await peer.acquire();
      reset(item as never);
      await peer.release(item);
    };
    const times: number[] = [];
    for (let round = 0; round < 9; round++) times.push(await eachAwaited(count, use));
    figures[peer.name] = median(times);
    await peer.close();
  }
  return figures;
}

async function buffers(): Promise<BenchRow[]> {
  const found: BenchRow[] = [];
  for (const [label, size, count] of [
    ["1 KiB", 1_024, 20_000],
    ["64 KiB", 65_536, 5_000],
    ["1 MiB", 1_048_576, 300],
  ] as const) {
    const pool = createBufferPool();
    let sum = 0;
    let bare = new ArrayBuffer(size);
    const figures = inTurns(31, {
      [own]: () =>
        each(count, () => {
          const lease = pool.acquire(size);
          sum += lease.bytes[size - 1]!;
          lease.bytes[size - 1] = 1;
          lease.release();
        }),
      fresh: () =>
        each(count, () => {
          const bytes = new Uint8Array(size);
          sum += bytes[size - 1]!;
          bytes[size - 1] = 1;
        }),
      "clearing alone": () =>
        each(count, () => {
          new Uint8Array(bare).fill(0);
          bare = bare.transfer();
        }),
    });
    if (sum !== 0) throw new Error("a buffer was not cleared");
    const bench = `acquire and release of a buffer of ${label}`;
    if (size !== 65_536) found.push(rowOf(bench, "µs", figures, "fresh"));
    else {
      const peers = await peersOf(
        count,
        () => new Uint8Array(size),
        (bytes: Uint8Array) => bytes.fill(0),
      );
      found.push(rowOf(bench, "µs", { ...figures, ...peers }, "absolute", 1.5));
    }
  }
  return found;
}

// An instance with 1 MiB of memory, of which the module fills little; one page is written to.
async function instances(): Promise<BenchRow[]> {
  const module = counterModule(16);
  const state = (item: Counter) => ({ memories: [item.memory], globals: [item.counter] });
  const create = (): Counter => {
    const item = counter(module);
    // A heap of 256 KiB as after `activate`.
    new Uint8Array(item.memory.buffer, 65_536, 262_144).fill(0x5a);
    return item;
  };
  const touched = [new Set([131_072 >> 12])];
  const options = { create, state, max: 4 };
  const whole = createInstancePool<Counter>(options);
  const tracked = createInstancePool<Counter>({ ...options, touched: () => touched });
  const use = (item: Counter): void => {
    if (item.bump() !== 8) throw new Error("the counter was not restored");
    item.poke(131_072, 1);
  };
  const pooled = (pool: typeof whole, count: number) => () =>
    each(count, () => {
      const lease = pool.acquire();
      use(lease.item);
      lease.release();
    });
  const heap = new Uint8Array(262_144).fill(0x5a);
  const bare = new Uint8Array(1 << 20);
  const figures = inTurns(31, {
    [own]: pooled(whole, 300),
    "clearing and copying alone": () =>
      each(300, () => {
        bare.fill(0, 0, 65_536);
        bare.set(heap, 65_536);
        bare.fill(0, 327_680);
      }),
    fresh: () => each(20, () => use(create())),
  });
  const snapshots = new WeakMap<Counter, Snapshot>();
  const peers = await peersOf(
    300,
    () => {
      const item = create();
      snapshots.set(item, new Snapshot(state(item)));
      return item;
    },
    (item: Counter) => {
      use(item);
      snapshots.get(item)!.restore();
    },
  );
  const bench = "acquire and release of an instance with 1 MiB";
  const quick = inTurns(31, { [own]: pooled(tracked, 3_000) });
  const one = `${bench}, one page known to be written to`;
  return [
    rowOf(bench, "µs", { ...figures, ...peers }, "absolute", 25),
    rowOf(one, "µs", { ...figures, ...quick }, "absolute", 2),
  ];
}

function memories(): BenchRow[] {
  const pool = createMemoryPool();
  const shape = { initial: 16, maximum: 64 };
  const use = (memory: WebAssembly.Memory): void => {
    const bytes = new Uint8Array(memory.buffer);
    if (bytes[70_000] !== 0) throw new Error("a memory was not cleared");
    bytes[70_000] = 1;
  };
  const figures = inTurns(31, {
    [own]: () =>
      each(300, () => {
        const lease = pool.acquire(shape);
        use(lease.memory);
        lease.release();
      }),
    fresh: () => each(100, () => use(new WebAssembly.Memory(shape))),
  });
  return [rowOf("acquire and release of a memory of 1 MiB", "µs", figures, "fresh")];
}

// Why small objects are not pooled: the nanoseconds that it costs are those of making one.
async function smallObjects(): Promise<BenchRow> {
  const pool = createPool({
    create: () => ({ a: 0, b: 0 }),
    reset: (item) => {
      item.a = 0;
      return true;
    },
    max: 10,
  });
  let sum = 0;
  const figures = inTurns(31, {
    [own]: () =>
      1e3 *
      each(100_000, () => {
        const lease = pool.acquire();
        sum += lease.item.a;
        lease.item.a = 1;
        lease.release();
      }),
    fresh: () =>
      1e3 *
      each(100_000, () => {
        const item = { a: 0, b: 0 };
        sum += item.a;
        kept[sum & 7] = item;
      }),
  });
  const peers = await peersOf(
    2_000,
    () => ({ a: 0, b: 0 }),
    (item: { a: number }) => (item.a = 0),
  );
  if (sum !== 0) throw new Error("an object was not reset");
  for (const [name, time] of Object.entries(peers)) figures[name] = time * 1e3;
  return rowOf("acquire and release of a small object", "ns", figures, "fresh");
}

const kept: object[] = [];

async function eachWaited(count: number, act: () => Promise<void>): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < count; i++) await act();
  return ((performance.now() - start) / count) * 1e3;
}

async function workers(): Promise<BenchRow> {
  const script = `const { parentPort } = require("node:worker_threads");
    parentPort.on("message", (n) => parentPort.postMessage(n + 1)); parentPort.postMessage(0);`;
  const start = async (): Promise<Worker> => {
    const worker = new Worker(script, { eval: true });
    await new Promise((ready) => worker.once("message", ready));
    return worker;
  };
  const ask = async (worker: Worker): Promise<void> => {
    worker.postMessage(1);
    const answer = await new Promise((done) => worker.once("message", done));
    if (answer !== 2) throw new Error(`the worker answered ${String(answer)}`);
  };
  const destroy = (worker: Worker): void => void worker.terminate();
  const pool = createQueuedPool({ create: start, reset: () => true, destroy, max: 2 });
  const pooled: number[] = [];
  const fresh: number[] = [];
  for (let round = 0; round < 5; round++) {
    pooled.push(
      await eachWaited(50, async () => {
        const lease = await pool.acquire();
        await ask(lease.item);
        lease.release();
      }),
    );
    fresh.push(
      await eachWaited(2, async () => {
        const worker = await start();
        await ask(worker);
        await worker.terminate();
      }),
    );
  }
  pool.close();
  const figures = { [own]: median(pooled), fresh: median(fresh) };
  return rowOf("a worker's answer, pooled", "µs", figures, "fresh");
}

// Names, keys and tokens as they cross the boundary: 500 of 1 to 32 bytes, short ones more often.
function lifts(): BenchRow[] {
  const random = randomFrom(11);
  const words = Array.from({ length: 500 }, (_, i) => {
    const length = 1 + Math.floor(random() ** 2 * 32);
    return `${i}:abcdefghijklmnopqrstuvwxyz-interned`.slice(0, length);
  });
  const memory = new Uint8Array(1 << 20);
  const places: number[] = [];
  const lengths: number[] = [];
  let end = 0;
  const encoder = new TextEncoder();
  for (const word of words) {
    const { written } = encoder.encodeInto(word, memory.subarray(end));
    places.push(end);
    lengths.push(written);
    end += written + 3;
  }
  const order = Int32Array.from({ length: 100_000 }, () => random() * words.length);
  const interner = createInterner();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const latin1 = Buffer.from(memory.buffer) as Buffer & {
    latin1Slice(start: number, end: number): string;
  };
  const lift = (read: (at: number, length: number) => string) => (): number =>
    busy(() => {
      let same = 0;
      for (let i = 0; i < order.length; i++) {
        const word = order[i]!;
        if (read(places[word]!, lengths[word]!) === words[word]) same += 1;
      }
      if (same !== order.length) throw new Error("a string was lifted wrongly");
    });
  const figures = inTurns(15, {
    [own]: lift((at, length) => interner.read(memory, at, length)),
    TextDecoder: lift((at, length) => decoder.decode(memory.subarray(at, at + length))),
    "latin1Slice (ASCII only)": lift((at, length) => latin1.latin1Slice(at, at + length)),
  });
  return [
    rowOf("lift of 100,000 repeated short strings", "ms", figures, "TextDecoder", 0.5),
    rowOf("what 2,000,000 lifts leave behind", "MB", leftBehind(memory), "absolute", 0.5),
  ];
}

// Megabytes: of texts that repeat and, worse, of a flood of different ones.
function leftBehind(memory: Uint8Array): Record<string, number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const interner = createInterner();
  const view = new DataView(memory.buffer);
  const lift = (): void => {
    for (let i = 0; i < 1_000_000; i++) {
      view.setUint32(0, (i & 0x7f7f) | (0x40404040 & 0x7f7f7f7f), true);
      interner.read(memory, 0, 4 + (i & 15));
    }
  };
  lift();
  collect();
  const before = process.memoryUsage().heapUsed;
  lift();
  collect();
  return { [own]: Math.max(0, (process.memoryUsage().heapUsed - before) / 1e6) };
}
