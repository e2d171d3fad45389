import { expect, test } from "vitest";
import { failure } from "../conformance/engine-expect.ts";
import { grantAll } from "../../src/index.ts";
import { Registry } from "../../src/plugin/installed/registry.ts";
import type { Manifest } from "../../src/plugin/manifest/manifest.ts";
import { bystanderAnswers, err, rig } from "./rig.ts";
import { settled } from "../manual-time.ts";

const listens = (...activation: string[]) => ({ manifest: { activation } });

test("an event reaches those who listen, with its payload, and nobody else", async () => {
  const { host, install, steps } = await rig();
  await install("test/a", listens("event:saved"));
  await install("test/b", listens("event:saved", "event:opened"));
  await install("test/c", listens("event:opened"));
  const report = await host.dispatch("event:saved", { uri: "file:///x" });
  expect(report).toEqual({
    event: "event:saved",
    plugins: [
      { plugin: "test/a", tag: "handled" },
      { plugin: "test/b", tag: "handled" },
    ],
  });
  expect(steps.filter((step) => step.includes("handle")).sort()).toEqual([
    'test/a handle {"uri":"file:///x"}',
    'test/b handle {"uri":"file:///x"}',
  ]);
  expect(host.plugin("test/c").state).toBe("installed");
});

test("startup, idle and languages start plugins", async () => {
  const { host, install } = await rig();
  await install("test/a", listens("startup"));
  await install("test/b", listens("idle"));
  await install("test/c", listens("language:markdown"));
  expect((await host.dispatch("startup")).plugins).toEqual([{ plugin: "test/a", tag: "started" }]);
  expect((await host.dispatch("idle")).plugins).toEqual([{ plugin: "test/b", tag: "started" }]);
  const report = await host.dispatch("language:markdown");
  expect(report.plugins).toEqual([{ plugin: "test/c", tag: "started" }]);
  expect((await host.dispatch("language:rust")).plugins).toEqual([]);
});

test("what goes wrong in one plugin is in the report and stays there", async () => {
  const made = await rig();
  const { host, install, play } = made;
  await install("test/answers", listens("event:saved"));
  await install("test/err", listens("event:saved"));
  await install("test/traps", listens("event:saved"));
  play((plugin, what) => {
    if (what !== "handle" || plugin === "test/answers") return "";
    return plugin === "test/err" ? err("not\u0007now") : "!";
  });
  const { plugins } = await host.dispatch("event:saved");
  expect(plugins).toEqual([
    { plugin: "test/answers", tag: "handled" },
    { plugin: "test/err", tag: "err", said: "not\\u{7}now" },
    {
      plugin: "test/traps",
      tag: "failed",
      error: expect.objectContaining({ code: "plugin-crashed" }),
    },
  ]);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("the events of one plugin arrive one at a time, in the order they were dispatched", async () => {
  const { host, install, play } = await rig();
  const seen: string[] = [];
  let inside = 0;
  play(async (_, what, detail) => {
    if (what !== "handle") return "";
    expect(++inside).toBe(1);
    await settled();
    inside--;
    seen.push(detail);
    return "";
  });
  await install("test/a", listens("event:tick"));
  await Promise.all(Array.from({ length: 20 }, (_, n) => host.dispatch("event:tick", n)));
  expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => String(n)));
});

test("what is no event can't be dispatched", async () => {
  const { host } = await rig();
  for (const event of [
    "",
    "start",
    "event:",
    "event:A",
    "command:a.run",
    "event:a\n",
    "language:",
  ]) {
    await failure("event-invalid", () => host.dispatch(event));
  }
  const circular: { self?: unknown } = {};
  circular.self = circular;
  await failure("event-invalid", () => host.dispatch("event:saved", circular));
  await failure("event-invalid", () => host.dispatch("event:saved", "x".repeat(1 << 20)));
});

test("finding who listens looks at nobody else, however many are installed", () => {
  let looked = 0;
  const registry = new Registry<{ readonly manifest: Manifest }>();
  const entry = (n: number) => ({
    get manifest(): Manifest {
      looked++;
      const name = `test/p${n}`;
      return { name, activation: [`event:e${n}`], commands: [{ id: `p${n}.run` }] } as never;
    },
  });
  for (let n = 0; n < 10_000; n++) registry.add(entry(n));
  looked = 0;
  expect(registry.byEvent("event:e7")).toHaveLength(1);
  expect(registry.byEvent("event:none")).toEqual([]);
  expect(registry.byCommand("p9999.run")).toBeDefined();
  expect(looked).toBe(0);
});

test("a command that another plugin has is refused, and nothing is left of the attempt", async () => {
  const { host, install } = await rig();
  await install("test/a");
  const error = await failure("command-duplicate", () => install("other/a"));
  expect(error.data).toEqual({ command: "a.run", owner: "test/a" });
  await failure("plugin-unknown", async () => host.plugin("other/a"));
  expect(host.plugins()).toHaveLength(2);
});

const emits = {
  parts: ["commands", "events", "bus"] as const,
  manifest: {
    capabilities: { bus: { scope: { events: ["ping"] }, reason: "To be heard." } },
    activation: ["event:test/a:ping", "event:test/b:ping"],
  },
};

test("what a plugin emits is heard under its name, after its own call has ended", async () => {
  const { host, install, play, steps } = await rig({ policy: grantAll(["bus"], "any") });
  await install("test/a", emits);
  await install("test/listener", { manifest: { activation: ["event:test/a:ping"] } });
  play(async (plugin, what) => {
    if (plugin === "test/a" && what === "run") {
      await settled();
      return ">7";
    }
    if (plugin === "test/a") await settled();
    return "";
  });
  expect(await host.execute("a.run")).toBe(7);
  expect(steps).toEqual(["test/a run null"]);
  while (steps.length < 4) await settled();
  expect([...steps].sort()).toEqual([
    "test/a handle 7",
    "test/a run null",
    "test/listener activate event:test/a:ping",
    "test/listener handle 7",
  ]);
});

test("without a grant nothing is emitted, and the plugin is told", async () => {
  const { host, install, play, told } = await rig();
  await install("test/a", emits);
  play((_, what) => (what === "run" ? ">7" : ""));
  expect(await host.execute("a.run")).toBe("refused");
  expect(told("refused")).toMatchObject([{ plugin: "test/a", capability: "bus" }]);
  expect(host.plugin("test/a")).toMatchObject({ state: "running", refusals: 1 });
});

test("plugins that answer each other's events without end are stopped, and all goes on", async () => {
  const made = await rig({ policy: grantAll(["bus"], "any") });
  const { host, install, play, steps } = made;
  await install("test/a", emits);
  await install("test/b", emits);
  play(() => ">1");
  await host.execute("a.run");
  let before = -1;
  while (steps.length > before) {
    before = steps.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(steps.length).toBeGreaterThan(8);
  expect(host.plugin("test/a").state).toBe("running");
  expect(await bystanderAnswers(made)).toBe(true);
});
