// Floods of what a plugin may ask its host for hold up neither the host nor the neighbours on the
// plugin's thread.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  grantAll,
  type Host,
  type HostEvent,
  memoryKeyValue,
  TenonError,
} from "../../src/index.ts";
import { createHost } from "../../src/host/host.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { nodeTicker } from "../../src/platform/node/guest-thread/node-ticker.ts";
import type { ThreadSource, Ticker } from "../../src/platform/threads.ts";
import { defaultLimits } from "../../src/plugin/limits/limits.ts";
import { manifestText } from "../manifest-text.ts";
import { type Misdeed, misdeedGuest } from "./misdeed.ts";
import { misdeedHost } from "./misdeed-host.ts";
import { nearThreads } from "./near-thread.ts";
import { honestCall, type HonestCall, honestNeighbours, welfare } from "./neighbours.ts";

// Milliseconds that each flood goes on for, and within which it is stopped then.
const ALLOWED = 700;
const LATE = 100;

const MIB = 1024 * 1024;

// A `string` is two words, a field two strings; each element of a list of fields is three values.
const FIELDS = Math.floor(defaultLimits.liftedElements / 3);

const endless = (body: string): string => `(loop $l ${body} (br $l))`;
const write = (length: number, fields: number): string =>
  `(call $write (i32.const 2) (i32.const 65536) (i32.const ${length})
    (i32.const 131072) (i32.const ${fields}))`;

// Where other processes want the machine a busy host is slow to answer, more so where it makes much
// garbage, whose collector's threads wait for each other. There its thread is measured by what it
// works, and most neighbours only by whether their calls fail.
const QUIET = process.env["TENON_QUIET"] === "1";
const LIGHT: ReadonlySet<string> = new Set([
  "calls that are answered at once",
  "calls of the clock",
]);

// Milliseconds for which the host's thread may work in one turn of its event loop.
const HELD_MS = 50;

const floods: readonly (readonly [string, Misdeed])[] = [
  ["calls that are answered at once", { handle: endless("(call $ping)") }],
  ["resources of the host's, made and dropped", { handle: endless("(call $let-go (call $make))") }],
  [
    "large arguments",
    { pages: 200, handle: endless(`(call $take (i32.const 0) (i32.const ${MIB}))`) },
  ],
  ["empty records for the log", { uses: "log", pages: 4, handle: endless(write(0, 0)) }],
  ["records for the log of 4 KiB", { uses: "log", pages: 4, handle: endless(write(4096, 0)) }],
  [
    "records with as many fields as may be",
    { uses: "log", pages: 40, handle: endless(write(1, FIELDS)) },
  ],
  ["calls of the clock", { uses: "clock", handle: endless("(drop (call $uptime))") }],
  [
    "stored values of 64 KiB",
    {
      uses: "kv",
      pages: 4,
      handle: `(i32.store8 (i32.const 1001) (i32.const 97))
        (call $open (i32.const 1001) (i32.const 1) (i32.const 2000))
        ${endless(`(call $set (i32.load (i32.const 2008)) (i32.const 1001) (i32.const 1)
          (i32.const 4096) (i32.const 65536) (i32.const 2104))`)}`,
    },
  ],
  [
    "documents that it opens",
    {
      uses: "text",
      more: `(data (i32.const 1100) "file:///a.txt")`,
      handle: endless("(call $open (i32.const 1100) (i32.const 13) (i32.const 2000))"),
    },
  ],
];

// A host with one thread for strangers. `source`: what starts it.
function hostWith(ticker: Ticker, source: ThreadSource): Host {
  const host = createHost({
    platform: {
      ...nodePlatform(),
      ticker,
      threads: { ...source, size: 1 },
      keyValue: memoryKeyValue(),
    },
    policy: grantAll(["log", "kv", "text"], "any"),
    interfaces: [misdeedHost().definition],
    limits: {
      hostCallsPerSecond: 1e9,
      hostMs: { ms: 1e6, withinMs: 60_000 },
      crashes: { crashes: 100_000, withinMs: 1_000 },
      breaker: { failures: 100_000, firstMs: 1, maxMs: 1 },
    },
  });
  host.documents.open("file:///a.txt", "text");
  return host;
}

// Answers the milliseconds until its second event failed for its deadline.
async function flooded(host: Host): Promise<number> {
  await host.dispatch("event:rogue.poke");
  const started = performance.now();
  const { plugins } = await host.dispatch("event:rogue.poke");
  const ms = performance.now() - started;
  const [one] = plugins;
  const error = one?.tag === "failed" ? one.error : undefined;
  expect(error).toBeInstanceOf(TenonError);
  expect(error).toMatchObject({ code: "plugin-deadline", plugin: "test/rogue" });
  return ms;
}

async function besideRogue(host: Host, misdeed: Misdeed, run: () => Promise<void>): Promise<void> {
  const manifest = manifestText("test/rogue", {
    activation: ["event:rogue.poke"],
    capabilities: Object.fromEntries(
      ["log", "kv", "text"].map((name) => [name, { reason: "To misuse it.", optional: true }]),
    ),
    limits: { eventMs: ALLOWED },
  });
  await host.install(await misdeedGuest(misdeed), { manifest });
  try {
    await run();
  } finally {
    await host.uninstall("test/rogue");
  }
}

describe("a stranger's flood of", () => {
  const ticker = nodeTicker();
  let host: Host;
  let neighbours: readonly HonestCall[];
  beforeAll(async () => {
    host = hostWith(ticker, nodeThreads({ ticker }));
    neighbours = await honestNeighbours(host, 3);
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
    await ticker[Symbol.asyncDispose]();
  });

  test.each(floods)("%s holds up nobody, and ends at its deadline", (what, misdeed) =>
    besideRogue(host, misdeed, async () => {
      let best = Infinity;
      const turns = watchTurns();
      await welfare(
        neighbours,
        async () => {
          best = Math.min(best, await flooded(host));
        },
        { expects: LIGHT.has(what) || QUIET ? "all" : "failures" },
      );
      expect(turns.longest()).toBeLessThan(HELD_MS);
      expect(best).toBeLessThan(ALLOWED + LATE);
    }),
  );
});

test("what a record may have of a longer one is logged", async () => {
  const ticker = nodeTicker();
  const host = hostWith(ticker, nodeThreads({ ticker }));
  const records: HostEvent[] = [];
  host.on((event) => {
    if (event.tag === "log") records.push(event);
  });
  const more = `(memory.fill (i32.const 65536) (i32.const 97) (i32.const 5000))`;
  await besideRogue(host, { uses: "log", pages: 4, handle: more + write(5000, 40) }, async () => {
    await host.dispatch("event:rogue.poke");
    await host.dispatch("event:rogue.poke");
  });
  await host[Symbol.asyncDispose]();
  await ticker[Symbol.asyncDispose]();
  expect(records).toMatchObject([{ record: { message: "a".repeat(4096) } }]);
  const [record] = records;
  expect(record?.tag === "log" && record.record.fields.length).toBe(32);
});

const entry = new URL("./unsuspending-entry.ts", import.meta.url);

describe.each<[string, (ticker: Ticker) => ThreadSource]>([
  [
    "where no guest can be set aside",
    (ticker) => ({
      ...nodeThreads({ ticker, entry }),
      setsAside: false,
    }),
  ],
  ["where no memory is shared", () => nearThreads],
])("%s a flood of", (_, source) => {
  const ticker = nodeTicker();
  let host: Host;
  beforeAll(async () => {
    host = hostWith(ticker, source(ticker));
    await honestNeighbours(host, 1);
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
    await ticker[Symbol.asyncDispose]();
  });

  test.each(floods)("%s ends at its deadline, and fails no call of another", (_what, misdeed) =>
    besideRogue(host, misdeed, async () => {
      let best = Infinity;
      for (let left = 3; left > 0 && best > ALLOWED + LATE; left--) {
        const [ms] = await Promise.all([
          flooded(host),
          honestCall(host, "event:honest0.poke"),
          honestCall(host, "event:honest0.poke"),
        ]);
        best = Math.min(best, ms);
      }
      expect(best).toBeLessThan(ALLOWED + LATE);
    }),
  );
});

// Sees how long this thread works between two turns of its event loop, whatever others do meanwhile.
function watchTurns(): { longest(): number } {
  let last = process.threadCpuUsage();
  let longest = 0;
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(last);
    last = process.threadCpuUsage();
    longest = Math.max(longest, (user + system) / 1_000);
  }, 1);
  return {
    longest: () => {
      clearInterval(timer);
      return longest;
    },
  };
}
