// An application's module answers on guests' threads, and fails: the application hears of its interface, no plugin
// is blamed for it, and its neighbours on the thread notice nothing.
import { describe, expect, onTestFinished, test } from "vitest";
import {
  createHost,
  defineInterface,
  grantAll,
  type Host,
  type HostEvent,
  type TenonError,
  type Isolation,
} from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { arithmetic } from "../conformance/engine-guests.ts";
import { manifestText } from "../manifest-text.ts";
import { type Borrower, borrower } from "./borrower.ts";
import { timeCapability } from "./time-capability.ts";

const NAME = "test/borrower";
const TIME = "acme:test/time@1.0.0";
const BYSTANDER = "test/bystander";
const REPEATS = 6;

interface Made {
  readonly host: Host;
  readonly told: (tag: HostEvent["tag"]) => readonly HostEvent[];
  ticks(): Promise<bigint>;
  // How often a bystander on the same thread has been called; it counts by itself.
  bystander(): Promise<number>;
}

// One thread for all plugins, on which a bystander has been called once.
async function made(module: URL, { level = "thread" as Isolation, data = {} } = {}): Promise<Made> {
  const time = defineInterface({
    name: TIME,
    capability: timeCapability,
    functions: { "monotonic-us": { local: true } },
    local: { tag: "module", module, data },
    implement: () => ({ monotonicUs: () => 0n }),
  });
  const script = defineInterface({
    name: "acme:test/script@1.0.0",
    implement: () => ({ step: () => undefined }),
  });
  const platform = nodePlatform();
  const host = createHost({
    platform: { ...platform, threads: { ...platform.threads!, size: 1 } },
    policy: grantAll(["test-time"], "any"),
    interfaces: [time, script],
    isolation: () => level,
  });
  onTestFinished(() => host[Symbol.asyncDispose]());
  const events: HostEvent[] = [];
  host.on((event) => void events.push(event));
  await host.install(await borrower(), {
    manifest: manifestText(NAME, {
      capabilities: {
        log: { reason: "To log.", optional: true },
        "test-time": { reason: "To see the time.", optional: true },
      },
    }),
  });
  await host.install(await arithmetic(), { manifest: manifestText(BYSTANDER) });
  const bystander = async (): Promise<number> => {
    const exports = await host.exportsOf<Record<string, { count(): Promise<number> }>>(BYSTANDER);
    return exports["acme:test/api@1.0.0"]!.count();
  };
  expect(await bystander()).toBe(1);
  return {
    host,
    told: (tag) => events.filter((event) => event.tag === tag),
    ticks: async () => (await host.exportsOf<Borrower>(NAME)).ticks(500),
    bystander,
  };
}

// What the call failed with; where the plugin did not start, the cause of that. Undefined: it was answered.
async function failedIn(ticks: () => Promise<bigint>): Promise<TenonError | undefined> {
  const error = await ticks().then(
    () => undefined,
    (thrown: unknown) => thrown as TenonError,
  );
  return error?.code === "plugin-activation" ? (error.cause as TenonError) : error;
}

const code = (text: string): URL => new URL(`data:text/javascript,${encodeURIComponent(text)}`);

interface Broken {
  readonly what: string;
  readonly module: URL;
  readonly said: RegExp;
  // Default: while the plugin starts.
  readonly when?: "start" | "call";
  readonly why?: "threw" | "misfit";
}

const broken: readonly Broken[] = [
  {
    what: "is not there",
    module: new URL("no-such-module.ts", import.meta.url),
    said: /no-such-module.* can't be loaded/,
  },
  {
    what: "throws when it is loaded",
    module: code(`throw new Error("my lamp is broken")`),
    said: /can't be loaded/,
  },
  { what: "is no JavaScript", module: code("Tick, tock!"), said: /can't be loaded/ },
  {
    what: "answers nothing",
    module: code("export const answers = {};"),
    said: /exports no function localAnswers/,
  },
  {
    what: "throws for each instance",
    module: code(`export const localAnswers = () => { throw new Error("my lamp is broken"); };`),
    said: /my lamp is broken/,
  },
  {
    what: "gives no functions",
    module: code("export const localAnswers = () => null;"),
    said: /null/,
  },
  {
    what: "gives what throws when it is looked at",
    module: code(`export const localAnswers = () => new Proxy({}, {
      ownKeys: () => { throw new Proxy({}, { get: () => { throw 1; } }); } });`),
    said: /can't be shown|localAnswers/,
  },
  {
    what: "throws when the plugin calls",
    module: code(`export const localAnswers = () => ({
      monotonicUs: () => { throw new Error("my lamp is broken"); } });`),
    when: "call",
    said: /my lamp is broken/,
  },
  {
    what: "throws what is no error when the plugin calls",
    module: code(`export const localAnswers = () => ({ monotonicUs: () => { throw "broken"; } });`),
    when: "call",
    said: /broken/,
  },
  {
    what: "answers what is not of the function's type",
    module: code(`export const localAnswers = () => ({ monotonicUs: () => "noon" });`),
    when: "call",
    why: "misfit",
    said: /noon|bigint/i,
  },
  {
    what: "answers with a promise",
    module: code(`export const localAnswers = () => ({ monotonicUs: async () => 7n });`),
    when: "call",
    why: "misfit",
    said: /promise/i,
  },
  {
    what: "gives no function under the name",
    module: code(`export const localAnswers = () => ({ monotonicUs: 7n });`),
    when: "call",
    said: /function/,
  },
];

describe("of an interface that a module of the application's answers in place", () => {
  test.each(broken)(
    "the module $what: the interface failed, and no plugin is blamed",
    async ({ module, said, when = "start", why = "threw" }) => {
      const { host, told, ticks, bystander } = await made(module);
      for (let n = 0; n < REPEATS; n++) {
        const failed = await failedIn(ticks);
        // After a failure in a call the host itself is asked, until a call ends well.
        if (when === "call" && n > 0 && failed === undefined) continue;
        expect(failed?.code).toBe("interface-failed");
        expect(failed!.data).toMatchObject({ interface: TIME });
        if (failed!.data["why"] === "left-alone") continue;
        expect(failed!.data["why"]).toBe(why);
        expect(failed!.message).toMatch(said);
      }
      expect(host.plugin(NAME)).toMatchObject({ crashes: 0 });
      expect(told("crashed")).toEqual([]);
      expect(told("quarantined")).toEqual([]);
      expect(told("thread-lost")).toEqual([]);
      expect(await bystander()).toBe(2);
      expect(host.plugin(BYSTANDER)).toMatchObject({ starts: 1, crashes: 0 });
    },
  );

  test.each(broken)(
    "the module $what: the application's own plugin never asks it",
    async ({ module }) => {
      const { ticks, bystander } = await made(module, { level: "caller" });
      for (let n = 0; n < REPEATS; n++) expect(await ticks()).toBe(0n);
      expect(await bystander()).toBe(2);
    },
  );

  test("its data can't be cloned any more: only that start fails, and the next one after it is mended", async () => {
    const data: { step: unknown } = { step: 7n };
    const module = new URL("local-time.ts", import.meta.url);
    const { host, told, ticks, bystander } = await made(module, { data });
    data.step = () => 7n;
    for (let n = 0; n < 3; n++) {
      const { cause } = await failure("plugin-activation", ticks);
      expect(cause).toMatchObject({
        code: "interface-failed",
        data: { interface: TIME, function: "localAnswers", why: "threw" },
        message: expect.stringContaining("could not be cloned") as string,
      });
      expect(await bystander()).toBe(2 + n);
    }
    data.step = 7n;
    // The host is asked, until a call has ended well.
    expect(await ticks()).toBe(0n);
    expect(await ticks()).toBeGreaterThan(0n);
    expect(told("thread-lost")).toEqual([]);
    expect(host.plugin(BYSTANDER)).toMatchObject({ starts: 1, crashes: 0 });
    expect(host.plugin(NAME)).toMatchObject({ starts: 1, crashes: 0, state: "running" });
  });
});
