import { expect, test } from "vitest";
import { askingPolicy, memoryKeyValue } from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { settled } from "../manual-time.ts";
import { bystanderAnswers, err, rig, type ScriptedOptions } from "./rig.ts";

const version = (number: string, rest: Partial<ScriptedOptions> = {}): ScriptedOptions => ({
  manifest: { version: number },
  ...rest,
});
// The same plugin as other bytes.
const other = ["lifecycle", "commands"] as const;

test("a plugin that is there is not replaced unless that is said", async () => {
  const { host, install } = await rig();
  await install("test/a");
  await failure("plugin-installed", () => install("test/a", version("2.0.0", { parts: other })));
  expect(host.plugin("test/a").version).toBe("1.0.0");
});

test("the same package once more changes nothing", async () => {
  const { host, install, play, told } = await rig();
  play(() => "1");
  await install("test/a");
  await host.execute("a.run");
  await install("test/a");
  expect(host.plugin("test/a").state).toBe("running");
  expect(told("installed")).toHaveLength(2);
});

test("a version never goes backwards by itself", async () => {
  const { host, install } = await rig();
  await install("test/a", version("1.5.0"));
  for (const older of ["1.4.9", "1.5.0-beta.1", "1.5.0"]) {
    await failure("plugin-downgrade", () =>
      install("test/a", version(older, { parts: other, replace: "newer" })),
    );
  }
  expect(host.plugin("test/a").version).toBe("1.5.0");
  await install("test/a", version("1.4.9", { parts: other, replace: "any" }));
  expect(host.plugin("test/a").version).toBe("1.4.9");
});

test("nor by way of a restart", async () => {
  const keyValue = memoryKeyValue();
  const platform = { keyValue, [Symbol.asyncDispose]: async () => undefined };
  const before = await rig({ platform });
  await before.install("test/a", version("2.0.0"));
  await before.host[Symbol.asyncDispose]();
  const after = await rig({ platform });
  await failure("plugin-downgrade", () => after.install("test/a", version("1.9.0")));
  await failure("plugin-unknown", async () => after.host.plugin("test/a"));
  await after.install("test/a", version("1.9.0", { replace: "any" }));
  await after.host.uninstall("test/a");
  await after.install("test/a", version("1.0.0"));
});

test("calls in flight end on the old version; calls that come after run on the new one", async () => {
  const made = await rig();
  const { host, install, play, steps } = made;
  const gate = Promise.withResolvers<string>();
  await install("test/a");
  play((_, what, detail) =>
    what === "run" && detail === "1" ? gate.promise : what === "run" ? "2" : "",
  );
  const inFlight = host.execute("a.run", 1);
  while (!steps.includes("test/a run 1")) await settled();
  const waiting = host.execute("a.run", 2);
  const upgrade = install("test/a", version("1.1.0", { parts: other, replace: "newer" }));
  await settled();
  const later = host.execute("a.run", 3);
  expect(await bystanderAnswers(made)).toBe(true);
  gate.resolve("1");
  expect(await Promise.all([inFlight, waiting, later])).toEqual([1, 2, 2]);
  await upgrade;
  expect(steps).toEqual([
    "test/a activate command:a.run",
    "test/a run 1",
    "test/a run 2",
    "test/a deactivate",
    "test/a activate command:a.run",
    "test/a run 3",
  ]);
  expect(host.plugin("test/a").version).toBe("1.1.0");
  expect(made.told("upgraded")).toEqual([
    { tag: "upgraded", plugin: "test/a", from: "1.0.0", to: "1.1.0" },
  ]);
});

test("state is handed from the old version to the new one", async () => {
  const { host, install, play, steps } = await rig();
  const parts = ["lifecycle", "commands", "state"] as const;
  play((_, what) => (what === "save" ? "remember me" : what === "run" ? "1" : ""));
  await install("test/a", { parts });
  await host.execute("a.run");
  await install("test/a", version("1.1.0", { parts: [...parts, "events"], replace: "newer" }));
  await host.execute("a.run");
  expect(steps.slice(-3)).toEqual([
    "test/a activate command:a.run",
    "test/a restore remember me",
    "test/a run null",
  ]);
});

test.each([
  ["fails to start", "activate", () => err("no")],
  ["traps when it starts", "activate", () => "!"],
])("an update that %s is rolled back, and the call is answered", async (_, step, fail) => {
  const made = await rig();
  const { host, install, play, told } = made;
  play((_name, what) => (what === "run" ? "1" : ""));
  await install("test/a");
  await host.execute("a.run");
  await install("test/a", version("1.1.0", { parts: other, replace: "newer" }));
  let starts = 0;
  play((_name, what) => (what === step && starts++ === 0 ? fail() : "2"));
  expect(await host.execute("a.run")).toBe(2);
  expect(host.plugin("test/a").version).toBe("1.0.0");
  expect(told("rolled-back")).toMatchObject([{ from: "1.1.0", to: "1.0.0" }]);
});

test("an update that crashes in its first call is rolled back for the next one", async () => {
  const made = await rig();
  const { host, install, play } = made;
  play(() => "1");
  await install("test/a", { manifest: { activation: ["event:old"] } });
  await host.execute("a.run");
  await install("test/a", {
    parts: ["commands", "events"],
    manifest: { version: "1.1.0", activation: ["event:new"] },
    replace: "newer",
  });
  play((_, what) => (what === "run" ? "!" : ""));
  await failure("plugin-crashed", () => host.execute("a.run"));
  expect(host.plugin("test/a").version).toBe("1.0.0");
  play(() => "1");
  expect((await host.dispatch("event:old")).plugins).toHaveLength(1);
  expect((await host.dispatch("event:new")).plugins).toHaveLength(0);
  expect(await host.execute("a.run")).toBe(1);
});

test("an update that has answered once is there to stay", async () => {
  const { host, install, play } = await rig();
  play(() => "1");
  await install("test/a");
  await install("test/a", version("1.1.0", { parts: other, replace: "newer" }));
  await host.execute("a.run");
  play(() => "!");
  await failure("plugin-crashed", () => host.execute("a.run"));
  expect(host.plugin("test/a").version).toBe("1.1.0");
});

test("two installations of one plugin at once are one", async () => {
  const gate = Promise.withResolvers<"session">();
  const asked = askingPolicy(() => gate.promise);
  const { host, install } = await rig({ policy: asked });
  const manifest = { capabilities: { log: { reason: "To talk." } } };
  const first = install("test/a", { manifest });
  while (host.plugins().length < 1) await settled();
  await settled();
  await failure("plugin-installed", () => install("test/a", { manifest }));
  gate.resolve("session");
  await first;
  expect(host.plugins()).toHaveLength(2);
});
