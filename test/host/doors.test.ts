// Whatever an application gives that makes no sense is refused where it is given, in its own words: what it is, what was
// given, what is accepted.
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { createCache, memoryLevel } from "../../src/cache/index.ts";
import {
  askingPolicy,
  createHost,
  defineCapability,
  defineInterface,
  grantAll,
  type Host,
  jsonLinesAudit,
  rememberedPolicy,
  ringAudit,
  TenonError,
} from "../../src/index.ts";
import { browserPlatform } from "../../src/platform/browser/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { bystanderAnswers, rig, type Rig } from "./rig.ts";

const far = (text: string): Uint8Array =>
  runInNewContext("new Uint8Array(bytes)", {
    bytes: [...new TextEncoder().encode(text)],
  }) as Uint8Array;
const wrong: readonly unknown[] = [5, NaN, null, true, {}, [], () => 1, Symbol("x"), 2n];
const but = (...fits: readonly string[]): readonly unknown[] =>
  wrong.filter((value) => !fits.includes(kind(value)));
function kind(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

// `code` is what `run` throws or rejects with, and it says more than that.
async function refused(code: string, run: () => unknown, what: unknown): Promise<void> {
  let caught: unknown = "accepted";
  try {
    await run();
  } catch (error) {
    caught = error;
  }
  expect(
    caught,
    `${typeof what === "string" ? what : kind(what)}: ${String((caught as Error).stack ?? caught)}`,
  ).toBeInstanceOf(TenonError);
  expect((caught as TenonError).code).toBe(code);
  expect((caught as TenonError).message.length).toBeGreaterThan(15);
}

test("what policies, trails, levels and limits are made with", async () => {
  const loose = <Made>(make: Made): ((...given: readonly unknown[]) => unknown) => make as never;
  const store = { read() {}, write() {}, setAside() {} };
  const now = { now: () => 0 };
  const cases: readonly (readonly [string, () => unknown])[] = [
    ["usage", () => loose(rememberedPolicy)(5, grantAll([], "any"), now)],
    ["usage", () => loose(rememberedPolicy)(store, 5, now)],
    ["usage", () => loose(rememberedPolicy)(store, grantAll([], "any"), 5)],
    ["usage", () => loose(askingPolicy)(5)],
    ["usage", () => loose(askingPolicy)(() => "no", 5)],
    ["usage", () => loose(askingPolicy)(() => "no", { nope: 1 })],
    ["usage", () => loose(askingPolicy)(() => "no", { optional: "yes" })],
    ["usage", () => loose(askingPolicy)(() => "no", { identity: 5 })],
    ["usage", () => loose(ringAudit)("many")],
    ["usage", () => loose(jsonLinesAudit)(5)],
    ["usage", () => loose(jsonLinesAudit)(async () => {}, { nope: 1 })],
    ["usage", () => loose(jsonLinesAudit)(async () => {}, { maxWaiting: "all" })],
    ["cache-options", () => loose(memoryLevel)(5)],
    ["cache-options", () => loose(memoryLevel)({ entries: 1, nope: 1 })],
    ["usage", () => loose(browserPlatform)(5)],
    ["usage", () => loose(browserPlatform)({ worker: 5 })],
    ["usage", () => loose(browserPlatform)({ ui: 5 })],
    ...[{ simd: true }, 5, "simd"].map((features) => {
      const limits = { features };
      const make = () =>
        loose(createHost)({ platform: nodePlatform(), policy: grantAll([], "any"), limits });
      return ["usage", make] as const;
    }),
  ];
  for (const [code, make] of cases) await refused(code, make, String(make));
  const waits = (value: unknown) => (): unknown =>
    loose(defineInterface)({
      name: "acme:app/tasks@1.0.0",
      functions: { add: { waits: value } },
      implement: () => ({ add: () => 1 }),
    });
  expect(waits(5)).toThrow(/`waits` is true or false/);
});

describe("a host's methods", () => {
  type Call = (host: Host, value: never) => unknown;
  const names: Readonly<Record<string, Call>> = {
    "plugin(name)": (host, name) => host.plugin(name),
    "uninstall(name)": (host, name) => host.uninstall(name),
    "stop(name)": (host, name) => host.stop(name),
    "disable(name)": (host, name) => host.disable(name),
    "enable(name)": (host, name) => host.enable(name),
    "prepare(name)": (host, name) => host.prepare(name),
    "exportsOf(name)": (host, name) => host.exportsOf(name),
    "usage(name)": (host, name) => host.usage(name),
    "revoke(name)": (host, name) => host.revoke(name, "kv"),
    "revoke(, capability)": (host, name) => host.revoke("test/a", name),
    "execute(command)": (host, name) => host.execute(name),
    "dispatch(event)": (host, name) => host.dispatch(name),
    "announce(event)": (host, name) => host.announce(name),
    "installAll(folder)": (host, folder) => host.installAll(folder),
    "documents.open(uri)": (host, uri) => host.documents.open(uri, "text"),
    "documents.open(, text)": (host, text) => host.documents.open("a:b", text),
    "documents.open(,, language)": (host, language) => host.documents.open("a:b", "x", language),
    "documents.adopt(, document)": (host, document) => host.documents.adopt("a:b", document),
  };
  const options: Readonly<Record<string, Call>> = {
    install: (host, how) => host.install(new Uint8Array(8), how),
    installAll: (host, how) => host.installAll("/nowhere", how),
    execute: (host, how) => host.execute("a.run", null, how),
    dispatch: (host, how) => host.dispatch("startup", null, how),
    stop: (host, how) => host.stop("test/a", how),
    disable: (host, how) => host.disable("test/a", how),
    enable: (host, how) => host.enable("test/a", how),
    prepare: (host, how) => host.prepare("test/a", how),
    exportsOf: (host, how) => host.exportsOf("test/a", how),
    uninstall: (host, how) => host.uninstall("test/a", how),
    revoke: (host, how) => host.revoke("test/a", "kv", how),
    "documents.open": (host, how) => host.documents.open("a:b", "x", "plain", how),
    on: (host, how) => host.on(() => {}, how),
  };
  const listeners: Readonly<Record<string, Call>> = {
    on: (host, listener) => host.on(listener),
    onEmitted: (host, listener) => host.onEmitted(listener),
    "documents.on": (host, listener) => host.documents.on(listener),
  };

  async function made(): Promise<Rig> {
    const one = await rig();
    await one.install("test/a");
    one.play((_, what) => (what === "run" ? "1" : ""));
    return one;
  }

  test("refuse what is no text, no object and no function where one is asked for", async () => {
    const { host, ...rest } = await made();
    for (const [what, call] of Object.entries(names)) {
      for (const value of wrong) {
        await refused("usage", () => call(host, value as never), `${what} ${kind(value)}`);
      }
    }
    for (const [what, call] of Object.entries(options)) {
      for (const value of [...but("object"), "x"]) {
        await refused("usage", () => call(host, value as never), `${what} ${kind(value)}`);
      }
      const unknown = { deadlin: 5 };
      await refused("usage", () => call(host, unknown as never), `${what} with an unknown option`);
    }
    for (const [what, call] of Object.entries(listeners)) {
      for (const value of but("function"))
        await refused("usage", () => call(host, value as never), what);
    }
    for (const value of [...wrong, "x"].filter((one) => !Array.isArray(one))) {
      await refused("usage", () => host.batch(value as never), "batch");
    }
    for (const value of but("object", "array", "function")) {
      await refused("usage", () => host.batch([value as never]), "a call of batch");
    }
    for (const deadlineMs of [NaN, -1, 0, "5", null, {}]) {
      await refused(
        "usage",
        () => host.execute("a.run", null, { deadlineMs } as never),
        deadlineMs,
      );
      await refused(
        "usage",
        () => host.dispatch("startup", null, { deadlineMs } as never),
        deadlineMs,
      );
    }
    for (const manifest of wrong) {
      await refused(
        "usage",
        () => host.install(new Uint8Array(8), { manifest } as never),
        "manifest",
      );
    }
    // Its bytes will do, of any realm and with a byte order mark: the component is what is wrong here.
    const text = "\ufeff{}";
    for (const manifest of [text, new TextEncoder().encode(text), far(text)]) {
      const install = () => host.install(new Uint8Array(8), { manifest });
      await refused("package-not-a-component", install, manifest);
    }
    await refused("usage", () => host.revoke("test/a", "kvv"), "a capability that there is not");
    expect(await host.execute("a.run")).toBe(1);
    expect(await bystanderAnswers({ host, ...rest })).toBe(true);
  });
});

describe("what hosts are made of", () => {
  test("is refused where it is of another kind", async () => {
    const host = (options: object) => () =>
      createHost({ platform: nodePlatform(), policy: grantAll([], "any"), ...options });
    for (const name of ["limits", "budgets"]) {
      for (const value of but("object")) await refused("usage", host({ [name]: value }), name);
    }
    for (const name of ["interfaces", "capabilities"]) {
      for (const value of but("array")) await refused("usage", host({ [name]: value }), name);
    }
    const platform = (options: unknown) => () => nodePlatform(options as never);
    for (const value of [...but("object"), "x"]) await refused("usage", platform(value), value);
    for (const name of ["state", "workspace"]) {
      for (const value of [...wrong, ""]) await refused("usage", platform({ [name]: value }), name);
    }
    for (const name of ["ui", "clipboard"]) {
      for (const value of but("object")) await refused("usage", platform({ [name]: value }), name);
    }
    for (const value of but("function")) await refused("usage", platform({ worker: value }), value);
    for (const compilerFlags of [...wrong, "x"]) {
      await refused("usage", platform({ compilerFlags }), compilerFlags);
    }
    await refused("usage", platform({ stat: "x" }), "an unknown option");
  });

  test("is refused where a definition lacks something", async () => {
    const whole = {
      name: "acme.lamp",
      scope: { safeParse: () => 1 },
      describe: () => "",
      intersect: () => 1,
      covers: () => true,
    };
    const capability = (parts: unknown) => () => defineCapability(parts as never);
    expect(capability(whole)()).toBe(whole);
    for (const value of wrong) await refused("usage", capability(value), value);
    for (const part of Object.keys(whole)) {
      for (const value of [undefined, 5, null]) {
        await refused("usage", capability({ ...whole, [part]: value }), part);
      }
    }
    const api = { name: "acme:app/api@1.0.0", implement: () => ({}) };
    for (const part of ["implement", "functions", "capability"]) {
      for (const value of but("object", "function")) {
        await refused("usage", () => defineInterface({ ...api, [part]: value } as never), part);
      }
    }
  });
});

describe("a cache", () => {
  test("refuses levels and options of entries that make no sense", async () => {
    for (const value of [...wrong, { levels: 5 }, { levels: [] }, { levels: [5] }]) {
      await refused("cache-options", () => createCache(value as never), value);
    }
    const cache = createCache<number>({ levels: [memoryLevel({ entries: 5 })] });
    const times = ["ttl", "staleWhileRevalidate", "grace", "negativeTtl"];
    const names = ["dependsOn", "tags", "events"];
    const faults: readonly unknown[] = [
      ...but("object", "array", "function"),
      { tttl: 5 },
      ...times.flatMap((name) => [NaN, -1, "5", null, {}].map((value) => ({ [name]: value }))),
      ...names.flatMap((name) => [5, "x", null, {}, [5]].map((value) => ({ [name]: value }))),
      ...[NaN, -1, 2, "0"].map((jitter) => ({ jitter })),
    ];
    for (const [at, fault] of faults.entries()) {
      await refused("cache-options", () => cache.set("k", 1, fault as never), fault);
      await refused(
        "cache-options",
        () => cache.getOrLoad(`k${at}`, () => 1, fault as never),
        fault,
      );
    }
    expect(await cache.getOrLoad("whole", () => 2, { ttl: Infinity, tags: ["x"] })).toBe(2);
  });
});
