import { expect, test } from "vitest";
import { failure } from "../conformance/engine-expect.ts";
import { ManualTime, settled } from "../manual-time.ts";
import { bystanderAnswers, err, rig } from "./rig.ts";

const never = new Promise<string>(() => undefined);

test("an installed plugin costs nothing until its first event", async () => {
  const { host, install, told, steps } = await rig();
  await install("test/a");
  expect(host.plugin("test/a")).toMatchObject({ state: "installed", starts: 0, memoryBytes: 0 });
  expect(told("started")).toEqual([]);
  expect(steps).toEqual([]);
});

test("the first call starts it, and the next finds it running", async () => {
  const { host, install, play, steps } = await rig();
  play((_, what) => (what === "run" ? "[1]" : ""));
  await install("test/a");
  expect(await host.execute("a.run", { x: 1 })).toEqual([1]);
  expect(await host.execute("a.run")).toEqual([1]);
  expect(steps).toEqual(["test/a activate command:a.run", 'test/a run {"x":1}', "test/a run null"]);
  const status = host.plugin("test/a");
  expect(status).toMatchObject({ state: "running", starts: 1, calls: 3, hostCalls: 3 });
  expect(status.memoryBytes).toBe(65_536);
});

test("a hundred callers that race start one instance, and each gets its answer", async () => {
  const { host, install, play, told } = await rig();
  play((_, what, detail) => (what === "run" ? detail : ""));
  await install("test/a");
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) => host.execute("a.run", n)),
  );
  expect(answers).toEqual(Array.from({ length: 100 }, (_, n) => n));
  expect(told("started")).toHaveLength(1);
});

test.each<readonly [string, () => string | Promise<string>]>([
  ["answers err", () => err("not today")],
  ["traps", () => "!"],
  ["meets a fault of the host", () => Promise.reject(new Error("a bug"))],
])("a plugin whose activate %s is failed, and the next event tries again", async (_, activate) => {
  const made = await rig();
  const { host, install, play } = made;
  play((_, what) => (what === "activate" ? activate() : "1"));
  await install("test/a");
  const error = await failure("plugin-activation", () => host.execute("a.run"));
  expect(error.plugin).toBe("test/a");
  expect(host.plugin("test/a").state).toBe("failed");
  expect(await bystanderAnswers(made)).toBe(true);
  play(() => "1");
  expect(await host.execute("a.run")).toBe(1);
  expect(host.plugin("test/a").state).toBe("running");
});

test("a plugin that misses the deadline of activate is failed", async () => {
  const time = new ManualTime();
  const made = await rig({ platform: { clock: time, timers: time } });
  const { host, install, play } = made;
  play((_, what) => (what === "activate" ? never : "1"));
  await install("test/a", { manifest: { limits: { activateMs: 50 } } });
  const call = host.execute("a.run").catch((error: unknown) => error);
  while (time.pending === 0) await settled();
  await time.pass(49);
  expect(host.plugin("test/a").state).toBe("starting");
  await time.pass(1);
  const error = await failure("plugin-activation", async () => {
    throw await call;
  });
  // It waited for the application's interface, which is what was late.
  expect(error.cause).toMatchObject({ code: "interface-failed", data: { why: "late" } });
  expect(host.plugin("test/a").state).toBe("failed");
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a trap ends the instance; the next call starts a fresh one", async () => {
  const made = await rig();
  const { host, install, play, told } = made;
  play((_, what, detail) => (what === "run" && detail === '"bad"' ? "!" : "1"));
  await install("test/a");
  const error = await failure("plugin-crashed", () => host.execute("a.run", "bad"));
  expect(error).toMatchObject({ plugin: "test/a", operation: "command:a.run" });
  expect(error.data["fault"]).toBe("guest");
  expect(host.plugin("test/a")).toMatchObject({ state: "crashed", crashes: 1 });
  expect(await bystanderAnswers(made)).toBe(true);
  expect(await host.execute("a.run")).toBe(1);
  expect(told("started").filter(({ plugin }) => plugin === "test/a")).toHaveLength(2);
});

test("callers that wait behind a crash get a fresh instance, not the error of another", async () => {
  const { host, install, play } = await rig();
  play((_, what, detail) => (what === "run" ? (detail === "0" ? "!" : detail) : ""));
  await install("test/a");
  const settled = await Promise.allSettled([0, 1, 2].map((n) => host.execute("a.run", n)));
  expect(settled.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
});

test("a call that never settles is ended at its deadline", async () => {
  const time = new ManualTime();
  const made = await rig({ platform: { clock: time, timers: time } });
  const { host, install, play } = made;
  play((_, what) => (what === "run" ? never : ""));
  await install("test/a");
  const stuck = failure("interface-failed", () => host.execute("a.run"));
  while (time.pending === 0) await settled();
  await time.pass(10_000);
  expect(await stuck).toMatchObject({ plugin: "test/a", operation: "command:a.run" });
  expect(await bystanderAnswers(made)).toBe(true);
  play(() => "2");
  expect(await host.execute("a.run")).toBe(2);
  expect(time.pending).toBe(0);
});

test("stop ends the instance in good order, and the next event starts another", async () => {
  const { host, install, play, steps } = await rig();
  play(() => "1");
  await install("test/a");
  await host.execute("a.run");
  await host.stop("test/a");
  expect(steps.at(-1)).toBe("test/a deactivate");
  expect(host.plugin("test/a")).toMatchObject({ state: "installed", memoryBytes: 0 });
  expect(await host.execute("a.run")).toBe(1);
});

test("a disabled plugin is left alone until it is enabled", async () => {
  const made = await rig();
  const { host, install, play } = made;
  play(() => "1");
  await install("test/a", { manifest: { activation: ["event:saved"] } });
  await host.execute("a.run");
  await host.disable("test/a");
  expect(host.plugin("test/a").state).toBe("disabled");
  await failure("plugin-disabled", () => host.execute("a.run"));
  const report = await host.dispatch("event:saved");
  expect(report.plugins).toEqual([{ plugin: "test/a", tag: "skipped" }]);
  expect(await bystanderAnswers(made)).toBe(true);
  await host.enable("test/a");
  expect(await host.execute("a.run")).toBe(1);
});

test("disabling ends a call that will not end by itself, and those that wait behind it", async () => {
  const time = new ManualTime();
  const { host, install, play } = await rig({ platform: { clock: time, timers: time } });
  play((_, what) => (what === "run" ? never : ""));
  await install("test/a");
  const calls = [1, 2].map(() => failure("plugin-disabled", () => host.execute("a.run")));
  while (time.pending === 0) await settled();
  const disabled = host.disable("test/a");
  await time.pass(500);
  await disabled;
  await Promise.all(calls);
  expect(host.plugin("test/a").state).toBe("disabled");
});

test("a closed host ends its plugins and says so from then on", async () => {
  const time = new ManualTime();
  const { host, install, play, steps } = await rig({ platform: { clock: time, timers: time } });
  play((plugin, what) => (plugin === "test/stuck" && what === "run" ? never : "1"));
  await install("test/a");
  await install("test/stuck");
  await host.execute("a.run");
  const stuck = failure("host-closed", () => host.execute("stuck.run"));
  while (time.pending === 0) await settled();
  const closed = host[Symbol.asyncDispose]();
  await failure("host-closed", () => host.execute("a.run"));
  await failure("host-closed", () => host.dispatch("startup"));
  await time.pass(500);
  await Promise.all([closed, stuck]);
  expect(steps.filter((step) => step.endsWith("deactivate"))).toEqual(["test/a deactivate"]);
  expect(time.pending).toBe(0);
});
