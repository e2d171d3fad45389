// What a plugin ran is counted, however its calls end, and its limit holds.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { grantAll, type Host, memoryKeyValue } from "../../src/index.ts";
import { createHost } from "../../src/host/host.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { nodeTicker } from "../../src/platform/node/guest-thread/node-ticker.ts";
import { manifestText } from "../manifest-text.ts";
import { type Misdeed, misdeedGuest } from "./misdeed.ts";
import { misdeedHost } from "./misdeed-host.ts";
import { honestCall } from "./neighbours.ts";

// Milliseconds that a call may take here.
const ALLOWED = 100;
const TIMES = 3;

const LOOP = "(loop $l (br $l))";

describe.each(["caller", "thread"] as const)("what a plugin (%s) ran is counted", (level) => {
  // Which part of its time a loop is charged for at least. On a thread, what it waits for a processor
  // does not count, which is most of it beside other programs.
  const part = level === "thread" ? 0.3 : 0.7;
  const ticker = nodeTicker();
  let host: Host;
  beforeAll(async () => {
    const threads = { ...nodeThreads({ ticker }), size: 1 };
    host = createHost({
      platform: { ...nodePlatform(), ticker, threads, keyValue: memoryKeyValue() },
      policy: grantAll([], "any"),
      interfaces: [misdeedHost().definition],
      isolation: () => level,
      limits: {
        eventMs: ALLOWED,
        activateMs: ALLOWED,
        crashes: { crashes: 100_000, withinMs: 1_000 },
        breaker: { failures: 100_000, firstMs: 1, maxMs: 1 },
        hostCallsPerSecond: 1e9,
        policies: { cpu: "refuse", hostMs: "refuse" },
      },
    });
    await host.install(await misdeedGuest({}), { manifest: manifestOf("bystander") });
    await honestCall(host, "event:bystander.poke");
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
    await ticker[Symbol.asyncDispose]();
  });

  async function beside(misdeed: Misdeed, run: () => Promise<void>, limits = {}): Promise<void> {
    await host.install(await misdeedGuest(misdeed), { manifest: manifestOf("rogue", limits) });
    try {
      await run();
    } finally {
      await host.uninstall("test/rogue");
      await honestCall(host, "event:bystander.poke");
      expect(host.plugin("test/bystander")).toMatchObject({ starts: 1, crashes: 0 });
    }
  }

  // The first call of each instance is well behaved.
  const poke = async (): Promise<unknown> => {
    const { plugins } = await host.dispatch("event:rogue.poke");
    return plugins[0]?.tag === "failed" ? plugins[0].error : plugins[0]?.tag;
  };
  const counted = (): number => host.usage("test/rogue").cpuMs;

  // The thread may say a moment later what ran.
  async function atLeast(ms: number): Promise<void> {
    await until(() => counted() > ms);
  }

  async function until(holds: () => boolean): Promise<void> {
    for (let left = 100; left > 0 && !holds(); left--) await later(10);
    expect(holds(), JSON.stringify(host.usage("test/rogue"))).toBe(true);
  }

  test("where each call is stopped at its deadline", () =>
    beside({ handle: LOOP }, async () => {
      for (let left = TIMES; left > 0; left--) {
        await poke();
        expect(await poke()).toMatchObject({ code: "plugin-deadline" });
      }
      await atLeast(TIMES * ALLOWED * part);
      expect(counted()).toBeLessThan(TIMES * (ALLOWED + 200));
    }));

  // On the caller's thread a loop holds the one who would abort it.
  test.runIf(level === "thread")("where each call is aborted", () =>
    beside({ handle: LOOP }, async () => {
      for (let left = TIMES; left > 0; left--) {
        await poke();
        const controller = new AbortController();
        const { signal } = controller;
        const call = host.dispatch("event:rogue.poke", null, { signal });
        await later(20);
        controller.abort();
        await call.catch((error: unknown) => error);
      }
      // Each goes on until its deadline, or for 100 ms.
      await atLeast(TIMES * ALLOWED * part);
    }),
  );

  test("of start functions", () =>
    beside({ start: LOOP }, async () => {
      for (let left = TIMES; left > 0; left--) {
        expect(await poke()).toMatchObject({ code: "plugin-activation" });
      }
      await atLeast(TIMES * ALLOWED * part);
    }));

  test("of a destructor that its end runs, and the end of its time", () =>
    beside({ destructor: LOOP, handle: "(call $drop (call $new (i32.const 1)))" }, async () => {
      await poke();
      expect(await poke()).toMatchObject({ code: "plugin-deadline" });
      await atLeast(ALLOWED * part);
    }));

  test("of calls of the clock", () =>
    beside({ uses: "clock", handle: "(loop $l (drop (call $uptime)) (br $l))" }, async () => {
      await poke();
      expect(await poke()).toMatchObject({ code: "plugin-deadline" });
      // On the caller's thread what is its own and what the host's is known from samples.
      await until(() => counted() + host.usage("test/rogue").hostMs > ALLOWED * part);
    }));

  test("with what the host does for it, be it asked for answers or told something", () =>
    beside({ handle: "(loop $l (call $ping) (br $l))" }, async () => {
      await poke();
      expect(await poke()).toMatchObject({ code: "plugin-deadline" });
      await later(20);
      const { cpuMs, hostMs, recentHostMs } = host.usage("test/rogue");
      // The rest goes to the threads' waking each other.
      expect(cpuMs + hostMs).toBeGreaterThan(ALLOWED * 0.3);
      expect(hostMs).toBeGreaterThan(1);
      expect(recentHostMs).toBeCloseTo(hostMs);
    }));

  test("and the limit of the host's time holds, in mid-call and from call to call", () =>
    beside(
      { handle: "(loop $l (call $ping) (br $l))" },
      async () => {
        const codes: unknown[] = [];
        for (let left = 20; left > 0 && codes.at(-1) !== "limit-host-ms"; left--) {
          const came = await poke();
          if (came !== "handled") codes.push((came as { readonly code: string }).code);
        }
        expect(codes).toContain("limit-host-ms");
        // From now on there is no room for a call that asks for nothing.
        expect(await poke()).toMatchObject({ code: "limit-host-ms" });
      },
      { hostMs: 30 },
    ));

  test("and the limit holds for what is stopped again and again", () =>
    beside(
      { handle: LOOP },
      async () => {
        const codes: unknown[] = [];
        for (let left = 12; left > 0 && !codes.includes("limit-cpu"); left--) {
          const came = await poke();
          if (came !== "handled") codes.push((came as { readonly code: string }).code);
          await later(5);
        }
        expect(codes).toContain("limit-cpu");
        expect(codes.length).toBeLessThanOrEqual(5);
      },
      { cpuMs: 250 },
    ));
});

// A host of its own: these calls may take long.
describe.each(["caller", "thread"] as const)(
  "while a call of a plugin (%s) is under way",
  (level) => {
    const ticker = nodeTicker();
    const said = misdeedHost();
    let host: Host;
    beforeAll(async () => {
      host = createHost({
        platform: {
          ...nodePlatform(),
          ticker,
          threads: { ...nodeThreads({ ticker }), size: 1 },
          keyValue: memoryKeyValue(),
        },
        policy: grantAll([], "any"),
        interfaces: [said.definition],
        isolation: () => level,
        limits: { eventMs: 20_000, hostCallsPerSecond: 1e9 },
      });
      await host.install(await misdeedGuest({}), { manifest: manifestOf("bystander") });
      await honestCall(host, "event:bystander.poke");
    });
    afterAll(async () => {
      await host[Symbol.asyncDispose]();
      await ticker[Symbol.asyncDispose]();
    });

    // Takes half a second or so: far more than the 50 ms of a report.
    const COUNT = `(local.set $n (i32.const 1000000000))
    (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))`;

    async function shown(handle: string, times: number): Promise<void> {
      const end = new AbortController();
      await host.install(await misdeedGuest({ handle }), { manifest: manifestOf("rogue") });
      await host.dispatch("event:rogue.poke");
      const before = host.usage("test/rogue").cpuMs;
      let over = false;
      const call = host.dispatch("event:rogue.poke", null, { signal: end.signal });
      void call.catch(() => {}).finally(() => (over = true));
      const seen: number[] = [];
      while (seen.length < times) {
        await later(10);
        expect(over).toBe(false);
        const { cpuMs } = host.usage("test/rogue");
        if (cpuMs > Math.max(before, seen.at(-1) ?? 0)) seen.push(cpuMs);
      }
      const all = host.usage();
      expect(all.cpuMs).toBeGreaterThanOrEqual(seen[0]!);
      expect(all.plugins.find(({ name }) => name === "test/rogue")?.recentCpuMs).toBeGreaterThan(0);
      end.abort();
      await call.catch(() => {});
      await host.uninstall("test/rogue");
      await honestCall(host, "event:bystander.poke");
      expect(host.plugin("test/bystander")).toMatchObject({ starts: 1, crashes: 0 });
    }

    // On the caller's thread a loop holds whoever would look.
    test.runIf(level === "thread")("its loop is seen in the host's usage", () => shown(LOOP, 3));

    test("what it ran before it waits for the host is seen", () =>
      shown(`${COUNT} (call $never)`, 1));
  },
);

function manifestOf(name: string, limits: object = {}): string {
  return manifestText(`test/${name}`, { activation: [`event:${name}.poke`], limits });
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
