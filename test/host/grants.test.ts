import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  askingPolicy,
  defineCapability,
  defineInterface,
  grantAll,
  ringAudit,
} from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { ManualTime, settled } from "../manual-time.ts";
import { bystanderAnswers, rig, type ScriptedOptions } from "./rig.ts";

const hostile = () => readFile(join(import.meta.dirname, "../../plugins-rs/hostile/hostile.wasm"));

const emits: ScriptedOptions = {
  parts: ["commands", "bus"],
  manifest: { capabilities: { bus: { scope: { events: ["ping"] }, reason: "To be heard." } } },
};

test("a capability that is taken back in mid-call is gone for the rest of the call", async () => {
  const audit = ringAudit();
  const made = await rig({ policy: grantAll(["bus"], "any"), audit });
  const { host, install, play } = made;
  await install("test/a", emits);
  play(() => ">7");
  expect(await host.execute("a.run")).toBe(7);
  play(async () => {
    await host.revoke("test/a", "bus");
    return ">7";
  });
  expect(await host.execute("a.run")).toBe("refused");
  expect(host.plugin("test/a")).toMatchObject({ state: "running", refusals: 1 });
  const entries = audit.entries.filter(({ capability }) => capability === "bus");
  expect(entries.map(({ decision }) => decision)).toEqual(["granted", "revoked", "refused"]);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a call that can't say that it was refused ends the instance, and names the host's reason", async () => {
  const lamp = defineCapability<object, never>({
    name: "lamp",
    scope: z.strictObject({}),
    describe: () => "may switch the lamp",
    intersect: () => ({}),
    covers: () => true,
  });
  const script = defineInterface({
    name: "acme:test/script@1.0.0",
    capability: lamp,
    implement: () => ({ step: () => "1" }),
  });
  const made = await rig({ policy: grantAll([], "any"), script, bystander: false });
  await made.install("test/a", {
    parts: ["commands"],
    manifest: { capabilities: { lamp: { reason: "To see." } } },
  });
  const error = await failure("call-refused", () => made.host.execute("a.run"));
  expect(error.data).toMatchObject({ function: "step", why: "refused" });
  expect(made.host.plugin("test/a").crashes).toBe(0);
  expect(made.host.plugin("test/a").refusals).toBe(1);
});

test("the deadline stands still while a person is asked", async () => {
  const time = new ManualTime();
  const answer = Promise.withResolvers<"session">();
  let asked = 0;
  const policy = askingPolicy((request) => {
    if (request.during === "install") return "later";
    asked++;
    return answer.promise;
  });
  const made = await rig({ policy, platform: { clock: time, timers: time } });
  await made.host.install(await hostile());
  const nagging = made.host.execute("hostile.nag", { count: 1 });
  while (asked === 0) await settled();
  await time.pass(600_000);
  answer.resolve("session");
  expect(await nagging).toEqual({ granted: 1 });
  expect(time.pending).toBe(0);
});

test("what an application's policy says about a name that is not there is an error at once", async () => {
  await failure("grant-unknown", () => rig({ policy: grantAll(["htpp"], "any") }));
});

test("two interfaces of one name, or one with no name that WIT has, are refused at once", async () => {
  const one = defineInterface({ name: "acme:app/tasks@1.0.0", implement: () => ({}) });
  await failure("interface-duplicate", () => rig({ interfaces: [one, one] }));
  const log = defineInterface({ name: "tenon:plugin/log@0.1.0", implement: () => ({}) });
  await failure("interface-duplicate", () => rig({ interfaces: [log] }));
  for (const name of ["", "tasks", "acme:tasks", "acme:app/tasks@1", "ACME:app/tasks@1.0.0"]) {
    const bad = { name, implement: () => ({}) };
    await failure("interface-name", () => rig({ interfaces: [bad] }));
    await failure("interface-name", async () => defineInterface(bad));
  }
});
