import { expect, test } from "vitest";
import { memoryKeyValue, ringAudit } from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { ManualTime } from "../manual-time.ts";
import { bystanderAnswers, rig, type Rig } from "./rig.ts";

async function crash({ host, play }: Rig, times: number): Promise<void> {
  play((_, what) => (what === "run" ? "!" : ""));
  for (let n = 0; n < times; n++) await failure("plugin-crashed", () => host.execute("a.run"));
}

test("five crashes in a minute put a plugin in quarantine", async () => {
  const audit = ringAudit();
  const made = await rig({ audit });
  await made.install("test/a");
  await crash(made, 5);
  expect(made.host.plugin("test/a")).toMatchObject({ state: "quarantined", crashes: 5, starts: 5 });
  await failure("plugin-quarantined", () => made.host.execute("a.run"));
  expect(made.host.plugin("test/a").starts).toBe(5);
  expect(made.told("quarantined")).toEqual([{ tag: "quarantined", plugin: "test/a", crashes: 5 }]);
  const decisions = audit.entries.filter(({ plugin }) => plugin === "test/a");
  expect(decisions.map(({ decision }) => decision)).toEqual([
    "installed",
    ...Array.from({ length: 5 }, () => "crashed"),
    "quarantined",
  ]);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("crashes that are further apart do not add up", async () => {
  const time = new ManualTime();
  const made = await rig({ platform: { clock: time, timers: time } });
  await made.install("test/a");
  for (let n = 0; n < 8; n++) {
    await crash(made, 1);
    await time.pass(15_001);
  }
  expect(made.host.plugin("test/a").state).toBe("crashed");
});

test("a plugin that crashes in its start goes to quarantine too", async () => {
  const made = await rig();
  made.play(() => "!");
  await made.install("test/a");
  for (let n = 0; n < 5; n++) await failure("plugin-activation", () => made.host.execute("a.run"));
  expect(made.host.plugin("test/a").state).toBe("quarantined");
});

test("a quarantine survives a restart, ends with enable, and not before", async () => {
  const keyValue = memoryKeyValue();
  const platform = { keyValue, [Symbol.asyncDispose]: async () => undefined };
  const before = await rig({ platform });
  await before.install("test/a");
  await crash(before, 5);
  await before.host[Symbol.asyncDispose]();

  const after = await rig({ platform });
  await after.install("test/a");
  expect(after.host.plugin("test/a").state).toBe("quarantined");
  await failure("plugin-quarantined", () => after.host.execute("a.run"));
  after.play(() => "1");
  await after.host.enable("test/a");
  expect(await after.host.execute("a.run")).toBe(1);
  await after.host[Symbol.asyncDispose]();

  const again = await rig({ platform });
  await again.install("test/a");
  expect(again.host.plugin("test/a").state).toBe("installed");
});

test("another version leaves the quarantine behind", async () => {
  const made = await rig();
  await made.install("test/a");
  await crash(made, 5);
  made.play(() => "1");
  await made.install("test/a", {
    parts: ["lifecycle", "commands"],
    manifest: { version: "1.0.1" },
    replace: "newer",
  });
  expect(await made.host.execute("a.run")).toBe(1);
});

test("being disabled survives a restart", async () => {
  const keyValue = memoryKeyValue();
  const platform = { keyValue, [Symbol.asyncDispose]: async () => undefined };
  const before = await rig({ platform });
  await before.install("test/a");
  await before.host.disable("test/a");
  await before.host[Symbol.asyncDispose]();
  const after = await rig({ platform });
  await after.install("test/a");
  expect(after.host.plugin("test/a").state).toBe("disabled");
});

test("storage that fails costs the memory of a quarantine, not the host", async () => {
  const keyValue = memoryKeyValue();
  const made = await rig({ platform: { keyValue } });
  await made.install("test/a");
  keyValue[Symbol.dispose]();
  await crash(made, 5);
  expect(made.host.plugin("test/a").state).toBe("quarantined");
  expect(made.told("storage-failed")).toHaveLength(1);
  expect(await bystanderAnswers(made)).toBe(true);
});
