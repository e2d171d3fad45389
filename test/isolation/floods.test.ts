/// Floods of what a plugin may ask its host for hold up neither the host nor the neighbours on the
/// plugin's thread.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { grantAll, type Host, memoryKeyValue, TenonError } from "../../src/index.ts";
import { createHost } from "../../src/host.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { nodeTicker } from "../../src/platform/node/guest-thread/node-ticker.ts";
import { defaultLimits } from "../../src/plugin/limits.ts";
import { manifestText } from "../manifest-text.ts";
import { type Misdeed, misdeedGuest } from "./misdeed.ts";
import { misdeedHost } from "./misdeed-host.ts";
import { type HonestCall, honestNeighbours, welfare } from "./neighbours.ts";

/// Milliseconds that each flood goes on for, and within which it is stopped then.
const ALLOWED = 700;
const LATE = 100;

const MIB = 1024 * 1024;

/// A `string` is two words, a field two strings; each element of a list of fields is three values.
const FIELDS = Math.floor(defaultLimits.liftedElements / 3);

const endless = (body: string): string => `(loop $l ${body} (br $l))`;
const write = (length: number, fields: number): string =>
  `(call $write (i32.const 2) (i32.const 65536) (i32.const ${length})
    (i32.const 131072) (i32.const ${fields}))`;

/// Where other processes want the machine a busy host is slow to answer, more so where it makes much
/// garbage, whose collector's threads wait for each other. There its thread is measured by what it
/// works, and most neighbours only by whether their calls fail.
const QUIET = process.env["TENON_QUIET"] === "1";
const LIGHT: ReadonlySet<string> = new Set([
  "calls that are answered at once",
  "calls of the clock",
]);

/// Milliseconds for which the host's thread may work in one turn of its event loop.
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

describe("a stranger's flood of", () => {
  const ticker = nodeTicker();
  let host: Host;
  let neighbours: readonly HonestCall[];
  beforeAll(async () => {
    const threads = { ...nodeThreads({ ticker }), size: 1 };
    host = createHost({
      platform: { ...nodePlatform(), ticker, threads, keyValue: memoryKeyValue() },
      policy: grantAll(["log", "kv", "text"]),
      interfaces: [misdeedHost().definition],
      limits: {
        hostCallsPerSecond: 1e9,
        hostMs: { ms: 1e6, withinMs: 60_000 },
        crashes: { crashes: 100_000, withinMs: 1_000 },
        breaker: { failures: 100_000, firstMs: 1, maxMs: 1 },
      },
    });
    host.documents.open("file:///a.txt", "text");
    neighbours = await honestNeighbours(host, 3);
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
    await ticker[Symbol.asyncDispose]();
  });

  test.each(floods)("%s holds up nobody, and ends at its deadline", async (what, misdeed) => {
    const manifest = manifestText("test/rogue", {
      activation: ["event:rogue.poke"],
      capabilities: Object.fromEntries(
        ["log", "kv", "text"].map((name) => [name, { reason: "To misuse it.", optional: true }]),
      ),
      limits: { eventMs: ALLOWED },
    });
    await host.install(await misdeedGuest(misdeed), { manifest });
    try {
      let best = Infinity;
      const flood = async (): Promise<void> => {
        await host.dispatch("event:rogue.poke");
        const started = performance.now();
        const { plugins } = await host.dispatch("event:rogue.poke");
        best = Math.min(best, performance.now() - started);
        const [one] = plugins;
        const error = one?.tag === "failed" ? one.error : undefined;
        expect(error).toBeInstanceOf(TenonError);
        expect(error).toMatchObject({ code: "plugin-deadline", plugin: "test/rogue" });
      };
      const turns = watchTurns();
      const expects = LIGHT.has(what) || QUIET ? "all" : "failures";
      await welfare(neighbours, flood, { expects });
      expect(turns.longest()).toBeLessThan(HELD_MS);
      expect(best).toBeLessThan(ALLOWED + LATE);
    } finally {
      await host.uninstall("test/rogue");
    }
  });
});

/// Sees how long this thread works between two turns of its event loop, whatever others do meanwhile.
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
