// A thread that strangers share is lost: whoever did it pays for it, and nobody else.
import { expect, onTestFinished, test } from "vitest";
import {
  grantAll,
  type Host,
  type HostEvent,
  memoryKeyValue,
  ringAudit,
  TenonError,
} from "../../src/index.ts";
import { createHost } from "../../src/host/host.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { startThread } from "../../src/platform/node/guest-thread/node-thread.ts";
import { nodeTicker } from "../../src/platform/node/guest-thread/node-ticker.ts";
import type { StartedThread } from "../../src/platform/threads.ts";
import { eventually } from "../conformance/engine-expect.ts";
import { scriptedGuest } from "../host/scripted-guest.ts";
import { manifestText } from "../manifest-text.ts";
import { honestNeighbours, welfare } from "./neighbours.ts";
import { script } from "./script.ts";

const entry = new URL("./deadly-entry.ts", import.meta.url);
// Long enough to be decoded as text.
const PAD = ".".repeat(80);
const USE_UP = `use-up-heap${PAD}`;
const standStill = (ms: number): string => `stand-still-${ms}${PAD}`;

interface SettingOptions {
  // Starts a thread. Default: at once.
  readonly start?: (start: () => StartedThread) => StartedThread;
  readonly keyValue?: ReturnType<typeof memoryKeyValue>;
  readonly limits?: object;
}

// One thread for all plugins, with a small heap.
async function setting({
  keyValue = memoryKeyValue(),
  limits = {},
  start = (now) => now(),
}: SettingOptions = {}) {
  const ticker = nodeTicker();
  const { definition, play } = script();
  const audit = ringAudit();
  const host = createHost({
    platform: {
      ...nodePlatform(),
      keyValue,
      ticker,
      threads: {
        size: 1,
        start: () => start(() => startThread({ ticker, entry, heapMiB: 32 })),
      },
    },
    policy: grantAll([], "any"),
    interfaces: [definition],
    audit,
    limits: {
      commandMs: 20_000,
      activateMs: 20_000,
      breaker: { failures: 1_000, firstMs: 1, maxMs: 1 },
      ...limits,
    },
  });
  const events: HostEvent[] = [];
  host.on((event) => void events.push(event));
  onTestFinished(async () => {
    await host[Symbol.asyncDispose]();
    await ticker[Symbol.asyncDispose]();
  });
  return {
    host,
    events,
    audit,
    play,
    told: <Tag extends HostEvent["tag"]>(tag: Tag) =>
      events.filter((event): event is Extract<HostEvent, { tag: Tag }> => event.tag === tag),
  };
}

async function addScripted(
  host: Host,
  name: string,
  parts: readonly ("commands" | "lifecycle" | "state")[] = ["commands"],
  more: object = {},
): Promise<void> {
  const commands = [{ id: `${name}.run`, title: "Run" }];
  const manifest = manifestText(`test/${name}`, { commands, ...more });
  await host.install(await scriptedGuest(...parts), { manifest, replace: "any", place: name });
}

const failed = (call: Promise<unknown>): Promise<TenonError> =>
  call.then(
    (value) => {
      throw new Error(`answered ${String(value).slice(0, 40)}`);
    },
    (error: unknown) => error as TenonError,
  );

test("who uses up its thread's heap again and again is quarantined, and no honest call fails", async () => {
  const { host, told, audit } = await setting();
  const calls = await honestNeighbours(host, 3);
  await addScripted(host, "rogue");
  const { value } = await welfare(
    calls,
    async () => {
      const codes = [];
      for (let n = 0; n < 6; n++) {
        const { code, data } = await failed(host.execute("rogue.run", USE_UP));
        codes.push(code === "plugin-crashed" ? data["kind"] : code);
      }
      return codes;
    },
    { expects: "failures" },
  );
  // The first call is made again, alone: it is found out by its first caller.
  expect(value).toEqual([
    ...Array.from({ length: 5 }, () => "thread-memory"),
    "plugin-quarantined",
  ]);
  expect(host.plugin("test/rogue")).toMatchObject({ state: "quarantined", crashes: 5 });
  for (const name of ["honest0", "honest1", "honest2"]) {
    const { starts, crashes } = host.plugin(`test/${name}`);
    expect(crashes).toBe(0);
    expect(starts).toBeLessThanOrEqual(2);
  }
  const lost = told("thread-lost");
  expect(lost.map(({ culprit }) => culprit).filter((one) => one !== undefined)).toEqual(
    Array.from({ length: 5 }, () => "test/rogue"),
  );
  // Where the machine was so busy that the others had left the thread before, it was alone at once.
  const shared = lost.find(({ culprit }) => culprit === undefined)?.suspects ?? [];
  const suspected = audit.entries.filter(({ decision }) => decision === "suspected");
  expect(new Set(suspected.map(({ plugin }) => plugin))).toEqual(new Set(shared));
});

test("its quarantine survives a restart", async () => {
  const keyValue = memoryKeyValue();
  const limits = { crashes: { crashes: 2, withinMs: 60_000 } };
  const before = await setting({ keyValue, limits });
  await addScripted(before.host, "rogue");
  for (let n = 0; n < 2; n++) await failed(before.host.execute("rogue.run", USE_UP));
  expect(before.host.plugin("test/rogue").state).toBe("quarantined");
  const after = await setting({ keyValue, limits });
  await addScripted(after.host, "rogue");
  expect(after.host.plugin("test/rogue").state).toBe("quarantined");
});

test("a neighbour's call that had asked the host for something is not made twice, and says whose fault it is not", async () => {
  const { host, play } = await setting();
  await addScripted(host, "bystander");
  await addScripted(host, "rogue");
  let asked = 0;
  const entered = Promise.withResolvers<void>();
  play((plugin, _, detail) => {
    if (plugin !== "test/bystander" || detail !== '"slow"') return detail;
    asked++;
    entered.resolve();
    return new Promise(() => {});
  });
  const slow = failed(host.execute("bystander.run", "slow"));
  // Behind it: it was not entered.
  const waiting = host.execute("bystander.run", "quick");
  await entered.promise;
  await failed(host.execute("rogue.run", USE_UP));
  const error = await slow;
  expect(error).toMatchObject({
    code: "isolate-failed",
    plugin: "test/bystander",
    operation: "command:bystander.run",
    data: { why: "memory", again: false },
  });
  expect(error.message).toContain("not this call's fault");
  expect(await waiting).toBe("quick");
  expect(asked).toBe(1);
  expect(host.plugin("test/bystander")).toMatchObject({ crashes: 0, starts: 2 });
});

test("who brings its thread down as it starts is found out, too", async () => {
  const { host } = await setting();
  const calls = await honestNeighbours(host, 2);
  const name = `use-up-heap${"x".repeat(20)}`;
  await addScripted(host, name, ["lifecycle", "commands"]);
  const { value } = await welfare(calls, () => failed(host.execute(`${name}.run`)), {
    expects: "failures",
  });
  expect(value).toMatchObject({
    code: "plugin-activation",
    cause: { code: "plugin-crashed", data: { kind: "thread-memory" } },
  });
  expect(host.plugin(`test/${name}`).crashes).toBe(1);
});

test("what is known of a neighbour's state is given back to it", async () => {
  const { host, play } = await setting();
  await addScripted(host, "rogue");
  await addScripted(host, "notes", ["commands", "state"]);
  const restored: string[] = [];
  play((_, what, detail) => {
    if (what === "restore") restored.push(detail);
    return what === "save" ? "what it knows" : detail;
  });
  expect(await host.execute("notes.run", 1)).toBe(1);
  await addScripted(host, "notes", ["commands", "state"], { version: "1.0.1" });
  expect(await host.execute("notes.run", 2)).toBe(2);
  expect(restored).toEqual(["what it knows"]);
  await failed(host.execute("rogue.run", USE_UP));
  expect(await host.execute("notes.run", 3)).toBe(3);
  expect(restored).toEqual(["what it knows", "what it knows"]);
});

test("nobody waits behind a thread that does not turn, and it is its guest alone that pays", async () => {
  const { host, told } = await setting();
  const calls = await honestNeighbours(host, 3);
  await addScripted(host, "rogue");
  expect(await host.execute("rogue.run", 1)).toBe(1);
  const { value } = await welfare(
    calls,
    () => failed(host.execute("rogue.run", standStill(60_000), { deadlineMs: 1_000 })),
    { expects: "failures" },
  );
  expect(value.code).toBe("plugin-deadline");
  await eventually(() => expect(told("thread-lost")).toHaveLength(1));
  expect(told("thread-held")).toEqual([{ tag: "thread-held", suspects: ["test/rogue"] }]);
  expect(told("thread-lost")).toMatchObject([{ why: "hang", culprit: "test/rogue" }]);
  expect(host.plugin("test/rogue").crashes).toBe(1);
  for (const nth of [0, 1, 2]) {
    expect(host.plugin(`test/honest${nth}`)).toMatchObject({ starts: 2, crashes: 0 });
  }
});

test("a thread that turns again is used again, by the guest that held it", async () => {
  const { host, told, play } = await setting();
  const calls = await honestNeighbours(host, 1);
  await addScripted(host, "rogue");
  play(() => '"done"');
  expect(await host.execute("rogue.run", standStill(700))).toBe("done");
  await Promise.all(calls.map((call) => call()));
  expect(told("thread-held")).toHaveLength(1);
  expect(told("thread-lost")).toEqual([]);
  expect(await host.execute("rogue.run", 2)).toBe("done");
  expect(host.plugin("test/rogue")).toMatchObject({ starts: 1, crashes: 0 });
});

test("where nobody can tell whose code ran, the culprit is found by halves, and the others lose few starts", async () => {
  const { host, told } = await setting();
  const calls = await honestNeighbours(host, 10);
  await addScripted(host, "rogue");
  const { value } = await welfare(
    calls,
    () => failed(host.execute("rogue.run", `early-${USE_UP}`)),
    {
      expects: "failures",
    },
  );
  // Its call was made again twice, and it was not alone by then, or it was.
  expect(["isolate-failed", "plugin-crashed"]).toContain(value.code);
  await welfare(
    calls,
    async () => {
      for (let left = 5; left > 0 && host.plugin("test/rogue").crashes === 0; left--) {
        await failed(host.execute("rogue.run", `early-${USE_UP}`));
      }
    },
    { expects: "failures" },
  );
  expect(host.plugin("test/rogue").crashes).toBeGreaterThan(0);
  const culprits = told("thread-lost").flatMap(({ culprit }) => culprit ?? []);
  expect(new Set(culprits)).toEqual(new Set(["test/rogue"]));
  // Eleven plugins: four halvings, and the first loss.
  for (let nth = 0; nth < 10; nth++) {
    const { starts, crashes } = host.plugin(`test/honest${nth}`);
    expect(crashes).toBe(0);
    expect(starts).toBeLessThanOrEqual(1 + 5);
  }
});

test("two that bring their threads down at once are both found", async () => {
  const { host } = await setting();
  const calls = await honestNeighbours(host, 3);
  await addScripted(host, "rogue");
  await addScripted(host, "knave");
  const rage = async (name: string): Promise<void> => {
    for (let left = 12; left > 0 && host.plugin(`test/${name}`).crashes < 2; left--) {
      await failed(host.execute(`${name}.run`, USE_UP));
    }
    expect(host.plugin(`test/${name}`).crashes).toBeGreaterThanOrEqual(2);
  };
  await welfare(calls, () => Promise.all([rage("rogue"), rage("knave")]), { expects: "failures" });
  for (const nth of [0, 1, 2]) expect(host.plugin(`test/honest${nth}`).crashes).toBe(0);
});

test("where there is no room for threads apart, a suspect is not started beside others for ever", async () => {
  let started = 0;
  const { host } = await setting({
    start: (start) => {
      // The host's ticker aside, one thread at a time.
      if (started > 0) throw new RangeError("could not allocate memory");
      started++;
      const { port, memory } = start();
      const listen: typeof port.listen = ({ message, ended }) =>
        port.listen({
          message,
          ended: (end) => {
            started--;
            ended(end);
          },
        });
      return { memory, port: { ...port, listen } };
    },
  });
  const calls = await honestNeighbours(host, 2);
  await addScripted(host, "rogue");
  const codes: string[] = [];
  for (let nth = 0; nth < 6; nth++) {
    codes.push((await failed(host.execute("rogue.run", USE_UP))).code);
    await Promise.all(calls.map((call) => call()));
  }
  for (const code of codes) {
    // There may be no room for its memory, either, for a while.
    const all = ["isolate-failed", "plugin-activation", "plugin-crashed", "limit-instances"];
    expect(all).toContain(code);
  }
  // Each attempt may cost them a start where they are idle: for the room that they take, or with the thread.
  for (const nth of [0, 1]) {
    expect(host.plugin(`test/honest${nth}`)).toMatchObject({ crashes: 0 });
    expect(host.plugin(`test/honest${nth}`).starts).toBeLessThanOrEqual(1 + 2 * codes.length);
  }
});

test("a thread is lost while a neighbour is being updated", async () => {
  const { host, play } = await setting();
  await addScripted(host, "rogue");
  await addScripted(host, "notes", ["commands", "state"]);
  const saves = Promise.withResolvers<void>();
  play((_, what, detail) => {
    if (what !== "save") return detail;
    saves.resolve();
    return new Promise(() => {});
  });
  expect(await host.execute("notes.run", 1)).toBe(1);
  const updated = addScripted(host, "notes", ["commands", "state"], { version: "1.0.1" });
  await saves.promise;
  await failed(host.execute("rogue.run", USE_UP));
  await updated;
  expect(await host.execute("notes.run", 2)).toBe(2);
  expect(host.plugin("test/notes")).toMatchObject({ version: "1.0.1", crashes: 0 });
});

test("a host is closed while its suspects are sorted", async () => {
  const { host } = await setting();
  const calls = await honestNeighbours(host, 3);
  await addScripted(host, "rogue");
  const doomed = failed(host.execute("rogue.run", USE_UP));
  const others = calls.map((call) => call().catch((error: unknown) => error));
  await host[Symbol.asyncDispose]();
  expect((await doomed).code).toMatch(/host-closed|plugin-crashed|isolate-failed/);
  await Promise.all(others);
});

test("a suspect is uninstalled while it is tried", async () => {
  const { host } = await setting();
  const calls = await honestNeighbours(host, 2);
  await addScripted(host, "rogue");
  const doomed = failed(host.execute("rogue.run", USE_UP));
  await host.uninstall("test/rogue");
  expect(["plugin-unknown", "plugin-crashed"]).toContain((await doomed).code);
  await Promise.all(calls.map((call) => call()));
});
