// What plugins are promised not to be able to do to memory, time, handles and each other: a test for
// each clause, for plugins on the caller's thread and on one thread that all share.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type DispatchReport,
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
import { component } from "../conformance/engine-guests.ts";
import { endlessBodies } from "./endless.ts";
import { honestNeighbours, welfare } from "./neighbours.ts";
import { type Misdeed, misdeedGuest } from "./misdeed.ts";
import { misdeedHost } from "./misdeed-host.ts";
import { manifestText } from "../manifest-text.ts";

// Milliseconds that the rogue gets, and within which it is stopped then.
const ALLOWED = 150;
const LATE = 100;
const MIB = 1024 * 1024;

describe.each(["caller", "thread"] as const)("promises of plugins (%s)", (level) => {
  const ticker = nodeTicker();
  const { told, things, definition } = misdeedHost();
  const events: HostEvent[] = [];
  let host: Host;
  beforeAll(async () => {
    const platform = nodePlatform();
    const threads = { ...nodeThreads({ ticker }), size: 1 };
    host = createHost({
      platform: { ...platform, ticker, threads, keyValue: memoryKeyValue() },
      policy: grantAll(["log", "kv", "text"], "any"),
      interfaces: [definition],
      isolation: () => level,
      limits: {
        storedBytes: MIB,
        hostCallsPerSecond: 1e9,
        graceMs: ALLOWED,
        // Every misdeed is to meet a fresh instance.
        crashes: { crashes: 100_000, withinMs: 1_000 },
        breaker: { failures: 100_000, firstMs: 1, maxMs: 1 },
      },
    });
    host.on((event) => void events.push(event));
    host.documents.open("file:///a.txt", "text");
    await host.install(await misdeedGuest({}), { manifest: manifestOf("bystander") });
    await unharmed();
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
    await ticker[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    events.length = 0;
    told.length = 0;
  });

  const outcome = ({ plugins }: DispatchReport): TenonError | string | undefined => {
    expect(plugins).toHaveLength(1);
    const [one] = plugins;
    return one?.tag === "failed" ? one.error : one?.tag;
  };

  async function unharmed(): Promise<void> {
    expect(outcome(await host.dispatch("event:bystander.poke"))).toBe("handled");
    expect(host.plugin("test/bystander")).toMatchObject({ starts: 1, crashes: 0 });
  }

  async function beside<T>(
    misdeed: Misdeed,
    run: () => Promise<T>,
    limits: object = {},
  ): Promise<T> {
    const manifest = manifestOf("rogue", limits);
    await host.install(await misdeedGuest(misdeed), { manifest });
    try {
      // A rogue of the application's own holds the thread of all.
      const { value } = await welfare([unharmed], run, { expects: "failures" });
      return value;
    } finally {
      await host.uninstall("test/rogue");
      await unharmed();
    }
  }

  // What becomes of its second event, while others go to the bystander.
  async function second(): Promise<TenonError | string | undefined> {
    expect(outcome(await host.dispatch("event:rogue.poke"))).toBe("handled");
    const [came] = await Promise.all([host.dispatch("event:rogue.poke"), unharmed(), unharmed()]);
    return outcome(came);
  }

  const misbehave = (misdeed: Misdeed, limits?: object) => beside(misdeed, second, limits);

  // How it ended, and by which trap if by one.
  const ended = (came: unknown): unknown[] => {
    expect(came).toBeInstanceOf(TenonError);
    const { code, plugin, data } = came as TenonError;
    expect(plugin).toBe("test/rogue");
    return code === "plugin-crashed" ? [code, data["kind"]] : [code];
  };

  describe("CPU: past its deadline a guest is stopped within 100 ms", () => {
    // 99 in 100 are, and a busy machine may hold up any one of them.
    async function stopped(
      misdeed: Misdeed,
      attempt: () => Promise<unknown>,
      code = "plugin-deadline",
    ): Promise<void> {
      let best = Infinity;
      await beside(
        misdeed,
        async () => {
          for (let left = 5; left > 0 && best > ALLOWED + LATE; left--) {
            events.length = 0;
            expect(ended(await attempt())).toEqual([code]);
            const call = events.findLast(
              (event) => event.tag === "call" && event.plugin === "test/rogue",
            );
            best = Math.min(best, call?.tag === "call" ? call.ms : Infinity);
          }
        },
        { eventMs: ALLOWED, activateMs: ALLOWED },
      );
      expect(best).toBeLessThan(ALLOWED + LATE);
    }

    const loop = "(loop $l (br $l))";
    const fill = "(memory.fill (i32.const 2000) (i32.const 1) (i32.const 16000000))";
    const copy = "(memory.copy (i32.const 2000) (i32.const 8000000) (i32.const 8000000))";
    test.each<[string, Misdeed]>([
      ...endlessBodies.map(([what, body, more = ""]): [string, Misdeed] => [
        `in ${what}`,
        { handle: "(drop (call $end))", more: `(func $end (result i32) ${body}) ${more}` },
      ]),
      ["in a loop in realloc", { realloc: loop }],
      [
        "in a loop in a destructor",
        { destructor: loop, handle: "(call $drop (call $new (i32.const 1)))" },
      ],
      ["filling its memory in a loop", { pages: 256, handle: `(loop $l ${fill} (br $l))` }],
      ["filling its memory time and again", { pages: 256, handle: fill.repeat(1_000) }],
      ["copying its memory time and again", { pages: 256, handle: copy.repeat(1_000) }],
      ["growing its memory", { handle: "(loop $l (drop (memory.grow (i32.const 1))) (br $l))" }],
      [
        "making and dropping handles",
        { handle: "(loop $l (call $drop (call $new (i32.const 1))) (br $l))" },
      ],
      ["calling the host", { handle: "(loop $l (call $ping) (br $l))" }],
    ])("%s", (_, misdeed) => stopped(misdeed, second));

    test("waiting for a host function that never answers", () =>
      stopped({ handle: "(call $never)" }, second, "interface-failed"));

    test("in a loop in activate", () =>
      stopped({ activate: loop }, async () => {
        const came = await host.dispatch("event:rogue.poke");
        return (outcome(came) as TenonError).cause;
      }));

    test("in a loop in a start function", async () => {
      await beside(
        { start: loop },
        async () => {
          const came = outcome(await host.dispatch("event:rogue.poke")) as TenonError;
          expect(came.code).toBe("plugin-activation");
          expect(ended(came.cause)).toEqual(["plugin-deadline"]);
        },
        { activateMs: ALLOWED },
      );
    });

    test("in a loop in deactivate", () =>
      beside({ deactivate: loop }, async () => {
        await host.dispatch("event:rogue.poke");
        await host.stop("test/rogue");
        expect(host.plugin("test/rogue").state).toBe("installed");
      }));
  });

  describe("memory", () => {
    const grow = `(loop $l (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
      (call $tell (memory.size))`;

    test("linear memory: 64 MiB, unless granted more, and never more than the host lets", async () => {
      for (const [memoryMiB, most] of [
        [undefined, 64],
        [16, 16],
        [128, 128],
        [1_024, 256],
      ] as const) {
        const limits = memoryMiB === undefined ? {} : { memoryMiB };
        expect(await misbehave({ handle: grow }, limits)).toBe("handled");
        expect(told.splice(0)).toEqual([(most * MIB) / 65_536]);
      }
      const came = await beside({ pages: 1025 }, async () =>
        outcome(await host.dispatch("event:rogue.poke")),
      );
      expect((came as TenonError).cause).toMatchObject({
        code: "limit-memory",
        data: { limit: "memory", value: 64 * MIB },
      });
    });

    test("a guest that runs out of memory ends alone", async () => {
      const hoard =
        "(loop $l (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable)) (br $l))";
      expect(ended(await misbehave({ handle: hoard }))).toEqual(["plugin-crashed", "unreachable"]);
    });

    test("tables: a million elements", async () => {
      const more = "(table $t 1 funcref)";
      const handle = `(loop $l
          (br_if $l (i32.ne (table.grow $t (ref.null func) (i32.const 9999)) (i32.const -1))))
        (call $tell (table.size $t))`;
      expect(await misbehave({ more, handle })).toBe("handled");
      expect(told[0]).toBeGreaterThan(900_000);
      expect(told[0]).toBeLessThanOrEqual(1_000_000);
      const large = { more: "(table 100001 funcref)" };
      const came = await beside(
        large,
        async () => outcome(await host.dispatch("event:rogue.poke")),
        { tableElements: 100_000 },
      );
      expect((came as TenonError).cause).toMatchObject({ code: "limit-table" });
      // Without a limit of the plugin's own there is a cap for all.
      const most = { more: "(table 262145 funcref)" };
      await expect(beside(most, async () => "installed")).rejects.toMatchObject({
        data: { limit: "moduleStartElements", most: 262_144 },
      });
      await unharmed();
    });

    test("handles: 10,000, those of the host's too, which it gets back", async () => {
      const own = "(loop $l (drop (call $new (i32.const 1))) (br $l))";
      expect(ended(await misbehave({ handle: own }))).toEqual(["limit-handles"]);
      const given = "(loop $l (drop (call $make)) (call $tell (i32.const 1)) (br $l))";
      const came = await misbehave({ handle: given });
      expect(ended(came)).toEqual(["limit-handles"]);
      expect((came as TenonError).data).toEqual({ limit: "handles", value: 10_000 });
      expect(told.length).toBeGreaterThan(9_990);
      expect(told.length).toBeLessThanOrEqual(10_000);
      expect(things.size).toBe(0);
    });

    test("bytes lifted by one host call: 8 MiB", async () => {
      const take = (length: number): Misdeed => ({
        pages: 200,
        handle: `(call $take (i32.const 0) (i32.const ${length}))`,
      });
      expect(await misbehave(take(8 * MIB))).toBe("handled");
      expect(ended(await misbehave(take(8 * MIB + 1)))).toEqual(["limit-lifted"]);
      expect(told).toEqual([8 * MIB]);
    });

    // The last event that says that the rogue went over a limit.
    const passed = () =>
      events.findLast((event) => event.tag === "limit" && event.plugin === "test/rogue");

    test("stored bytes: what the host lets, however it is spread over keys", async () => {
      const handle = `
        (i32.store8 (i32.const 1001) (i32.const 97))
        (call $open (i32.const 1001) (i32.const 1) (i32.const 2000))
        (local.set $n (i32.const 300))
        (loop $l
          (i32.store (i32.const 1100) (i32.add (i32.const 0x61616161) (i32.add
            (i32.and (local.get $n) (i32.const 15))
            (i32.shl (i32.shr_u (local.get $n) (i32.const 4)) (i32.const 8)))))
          (call $set (i32.load (i32.const 2008)) (i32.const 1100) (i32.const 4)
            (i32.const 4096) (i32.const 32768) (i32.const 2104))
          (local.set $m (i32.add (local.get $m) (i32.eqz (i32.load8_u (i32.const 2104)))))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (call $tell (local.get $m))`;
      expect(await misbehave({ uses: "kv", handle })).toBe("handled");
      expect(told[0]).toBeGreaterThan(20);
      expect(told[0]! * 32_768).toBeLessThanOrEqual(MIB);
      expect(passed()).toMatchObject({ limit: "storedBytes", value: MIB, then: "refuse" });
    });

    test("log bytes: 256 KiB a second", async () => {
      const handle = `
        (local.set $n (i32.const 2000))
        (memory.fill (i32.const 4096) (i32.const 97) (i32.const 1000))
        (loop $l
          (call $write (i32.const 2) (i32.const 4096) (i32.const 1000) (i32.const 0) (i32.const 0))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))`;
      const started = performance.now();
      expect(await misbehave({ uses: "log", handle })).toBe("handled");
      const seconds = (performance.now() - started) / 1_000;
      const records = events.filter((event) => event.tag === "log").length;
      expect(records).toBeGreaterThan(100);
      // Of one second, and of the next one.
      expect(records * 1_000).toBeLessThanOrEqual((2 + seconds) * 256 * 1024);
      expect(passed()).toMatchObject({ limit: "logBytes", then: "refuse" });
    });

    test("open documents: 64", async () => {
      const handle = `
        (local.set $n (i32.const 100))
        (loop $l
          (call $open (i32.const 1100) (i32.const 13) (i32.const 2000))
          (local.set $m (i32.add (local.get $m) (i32.eqz (i32.load8_u (i32.const 2000)))))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (call $tell (local.get $m))`;
      const more = `(data (i32.const 1100) "file:///a.txt")`;
      expect(await misbehave({ uses: "text", more, handle })).toBe("handled");
      expect(told).toEqual([64]);
      expect(passed()).toMatchObject({ limit: "documents", value: 64, then: "refuse" });
    });
  });

  describe("forged or stale handles trap", () => {
    test.each([
      [
        "one that nobody gave, of the host's",
        "(drop (call $value (i32.const 7)))",
        "unknown-handle",
      ],
      ["one that nobody gave, of its own", "(call $drop (i32.const 7))", "unknown-handle"],
      ["the number 0", "(drop (call $value (i32.const 0)))", "unknown-handle"],
      ["the largest number", "(drop (call $value (i32.const -1)))", "unknown-handle"],
      [
        "one of another type",
        "(drop (call $make)) (drop (call $value (call $new (i32.const 1))))",
        "wrong-handle",
      ],
      [
        "one that it has dropped",
        "(local.set $n (call $make)) (call $let-go (local.get $n)) (drop (call $value (local.get $n)))",
        "unknown-handle",
      ],
      [
        "one that it drops twice",
        "(local.set $n (call $make)) (call $let-go (local.get $n)) (call $let-go (local.get $n))",
        "unknown-handle",
      ],
    ])("%s", async (_, handle, kind) => {
      expect(ended(await misbehave({ handle }))).toEqual(["plugin-crashed", kind]);
      expect(things.size).toBe(0);
    });
  });

  describe("no call of another fails where a plugin", () => {
    const flood = `(local.set $n (i32.const 5000))
      (loop $l (call $ping) (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))`;
    test.each<[string, Misdeed, string[] | "handled"]>([
      ["traps", { handle: "unreachable" }, ["plugin-crashed", "unreachable"]],
      [
        "divides by zero",
        { handle: "(drop (i32.div_u (i32.const 1) (i32.const 0)))" },
        ["plugin-crashed", "integer-division"],
      ],
      [
        "overflows its stack",
        { handle: "(call $deep)", more: "(func $deep (call $deep) (call $deep))" },
        ["plugin-crashed", "stack-overflow"],
      ],
      [
        "throws what it does not catch",
        { handle: "(throw $e)", more: "(tag $e)" },
        ["plugin-crashed", "uncaught-exception"],
      ],
      [
        "reads past its memory",
        { handle: "(drop (i32.load (i32.const -1)))" },
        ["plugin-crashed", "memory-out-of-bounds"],
      ],
      ["floods the host with calls", { handle: flood }, "handled"],
    ])("%s", async (_, misdeed, expected) => {
      const came = await misbehave(misdeed);
      expect(expected === "handled" ? came : ended(came)).toEqual(expected);
    });

    test("asks for the exit of its process, which there is none to import", async () => {
      const exits = await component(`(component
        (import "wasi:cli/exit@0.2.0" (instance (export "exit" (func (param "status" (result)))))))`);
      const manifest = JSON.stringify({ ...JSON.parse(manifestOf("rogue")), activation: [] });
      await expect(host.install(exits, { manifest })).rejects.toMatchObject({
        code: "package-imports",
      });
      await unharmed();
    });
  });
});

// What strangers do to the time of others; whose calls fail is looked at above, for each misdeed.
describe.each([
  ["on its thread", "same", 1],
  ["on another thread", "others", 2],
] as const)("a neighbour %s waits no longer than is promised while a stranger", (_, on, size) => {
  const ticker = nodeTicker();
  let host: Host;
  let calls: Awaited<ReturnType<typeof honestNeighbours>>;
  beforeAll(async () => {
    const threads = { ...nodeThreads({ ticker }), size };
    host = createHost({
      platform: { ...nodePlatform(), ticker, threads, keyValue: memoryKeyValue() },
      policy: grantAll([], "any"),
      interfaces: [misdeedHost().definition],
      limits: {
        crashes: { crashes: 100_000, withinMs: 1_000 },
        breaker: { failures: 100_000, firstMs: 1, maxMs: 1 },
      },
    });
    // The first is there before its neighbour, and stays.
    await host.install(await misdeedGuest({}), { manifest: manifestOf("bystander") });
    await host.dispatch("event:bystander.poke");
    calls = await honestNeighbours(host, 1);
    if (on === "same") calls = [...calls, ...(await honestNeighbours(host, 2, "beside"))];
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
    await ticker[Symbol.asyncDispose]();
  });

  const fill = "(memory.fill (i32.const 2000) (i32.const 1) (i32.const 1000000))";
  test.each<[string, Misdeed]>([
    ["loops", { handle: "(loop $l (br $l))" }],
    ["fills its memory", { pages: 16, handle: `(loop $l ${fill} (br $l))` }],
    ["calls the host without end", { handle: "(loop $l (call $ping) (br $l))" }],
    ["makes handles", { handle: "(loop $l (call $drop (call $new (i32.const 1))) (br $l))" }],
    ["traps again and again", { handle: "unreachable" }],
  ])("%s", async (__, misdeed) => {
    const manifest = manifestOf("rogue", { eventMs: ALLOWED });
    await host.install(await misdeedGuest(misdeed), { manifest });
    const rage = async (): Promise<void> => {
      for (let nth = 0; nth < 6; nth++) await host.dispatch("event:rogue.poke");
    };
    try {
      await welfare(calls, rage, { on });
    } finally {
      await host.uninstall("test/rogue");
    }
  });
});

function manifestOf(name: string, limits: object = {}): string {
  const capability = { reason: "To misuse it.", optional: true };
  return manifestText(`test/${name}`, {
    activation: [`event:${name}.poke`],
    capabilities: { log: capability, kv: capability, text: capability },
    limits,
  });
}
