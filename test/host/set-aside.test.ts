// An operator learns that a plugin was set aside, why, and when it is back: from its status, from the audit
// trail and from telemetry, once each.
import { expect, test } from "vitest";
import { memoryKeyValue, type RingAudit, ringAudit } from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { bystanderAnswers, rig, type Rig } from "./rig.ts";

function decisions(audit: RingAudit): readonly string[] {
  return audit.entries.filter(({ plugin }) => plugin === "test/a").map((one) => one.decision);
}

async function crash({ host, play }: Rig): Promise<void> {
  play((_, what) => (what === "run" ? "!" : ""));
  for (let n = 0; n < 5; n++) await failure("plugin-crashed", () => host.execute("a.run"));
}

test("a plugin that a limit disables: its status, its error and the trail say which one", async () => {
  const audit = ringAudit();
  const policies = { liftedBytes: "disable" } as const;
  const made = await rig({ audit, limits: { liftedBytes: 1_000, policies } });
  await made.install("test/a");
  made.play((_, what) => (what === "run" ? `"${"a".repeat(2_000)}"` : ""));
  const error = await failure("limit-lifted", () => made.host.execute("a.run"));
  expect(error.message).toContain("it is disabled now, until it is enabled again");
  const status = made.host.plugin("test/a");
  expect(status).toMatchObject({ state: "disabled", error: { code: "plugin-disabled" } });
  expect(status.error?.message).toContain("its limit of 1000");
  const refused = await failure("plugin-disabled", () => made.host.execute("a.run"));
  expect(refused.data["reason"]).toContain("its limit of 1000");
  await made.host.disable("test/a");
  expect(decisions(audit)).toEqual(["installed", "disabled"]);
  expect(audit.entries.at(-1)?.reason).toContain("its limit of 1000");
  expect(made.told("disabled")).toMatchObject([
    { plugin: "test/a", reason: expect.stringContaining("its limit of 1000") as string },
  ]);
  expect(made.told("crashed")).toEqual([]);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a deadline that disables a plugin does not promise that the next event starts it", async () => {
  const made = await rig({ limits: { policies: { deadline: "disable" } } });
  await made.install("test/a");
  // It loops: a plugin that waits for the application is not the one that is late.
  made.play((_, what) => (what === "run" ? "@" : ""));
  const call = made.host.execute("a.run", undefined, { deadlineMs: 50 });
  const error = await failure("plugin-deadline", () => call);
  expect(error.message).toContain("disabled");
  expect(error.message).not.toContain("next event");
  expect(made.host.plugin("test/a").state).toBe("disabled");
  expect(await bystanderAnswers(made)).toBe(true);
});

test("disabling and enabling by hand are in the trail once each, whoever says it twice", async () => {
  const audit = ringAudit();
  const made = await rig({ audit });
  await made.install("test/a");
  await made.host.enable("test/a");
  for (let n = 0; n < 2; n++) await made.host.disable("test/a");
  expect(made.host.plugin("test/a")).toMatchObject({ state: "disabled", error: undefined });
  for (let n = 0; n < 2; n++) await made.host.enable("test/a");
  expect(decisions(audit)).toEqual(["installed", "disabled", "enabled"]);
  expect(made.told("disabled")).toHaveLength(1);
  expect(made.told("enabled")).toHaveLength(1);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a plugin in quarantine says what it crashed with, after a restart, too", async () => {
  const keyValue = memoryKeyValue();
  const platform = { keyValue, [Symbol.asyncDispose]: async () => undefined };
  const audit = ringAudit();
  const before = await rig({ platform, audit });
  await before.install("test/a");
  await crash(before);
  const { error } = before.host.plugin("test/a");
  expect(error).toMatchObject({ code: "plugin-quarantined", data: { crashes: 5 } });
  const reason = String(error?.data["reason"]);
  expect(reason).toContain("was ended in");
  expect(audit.entries.at(-1)?.reason).toContain("was ended in");
  await before.host[Symbol.asyncDispose]();

  const after = await rig({ platform, audit });
  await after.install("test/a");
  expect(after.host.plugin("test/a").error?.data).toMatchObject({ reason, crashes: 5 });
  await after.host.enable("test/a");
  expect(after.host.plugin("test/a").error).toBeUndefined();
  expect(decisions(audit).slice(-2)).toEqual(["installed", "enabled"]);
  expect(await bystanderAnswers(after)).toBe(true);
});
