import { expect, test } from "vitest";
import {
  askingPolicy,
  type HostOptions,
  identityText,
  memoryKeyValue,
  rememberedPolicy,
  ringAudit,
} from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { bystanderAnswers, rig, type Rig } from "../host/rig.ts";
import { type Part, scriptedGuest } from "../host/scripted-guest.ts";
import { manifestText } from "../manifest-text.ts";
import { withSection } from "../plugin/samples.ts";
import { memoryGrants } from "./memory-grants.ts";

// The old program may not use the bus, the new one may. Both try.

const NAME = "acme/notes";
const bus = { bus: { scope: { events: ["ping"] }, reason: "To be heard." } };
const EMITTED = ">1";

async function build(version: string, ...more: readonly Part[]): Promise<Uint8Array> {
  const parts: readonly Part[] = ["commands", "bus", ...more];
  const commands = [{ id: "notes.run", title: "Run" }];
  const text = manifestText(NAME, { version, commands, capabilities: bus });
  return withSection(await scriptedGuest(...parts), "tenon:manifest", text);
}

interface World {
  readonly made: Rig;
  readonly audit: ReturnType<typeof ringAudit>;
  /** How often the bus was asked for, by the program's version. */
  readonly asked: string[];
}

/** Hosts that share what is stored, one after the other. */
function world(): (options?: Partial<HostOptions>) => Promise<World> {
  const keyValue = memoryKeyValue();
  const grants = memoryGrants();
  return async (options = {}) => {
    const audit = ringAudit();
    const asked: string[] = [];
    const person = askingPolicy(
      ({ version }) => {
        asked.push(version);
        return version === "1.0.0" ? "never" : "always";
      },
      { identity: () => "fresh", optional: "ask" },
    );
    const made = await rig({
      platform: { keyValue: { ...keyValue, [Symbol.dispose]: () => undefined } },
      policy: rememberedPolicy(grants, person, { now: () => 1 }),
      audit,
      ...options,
    });
    return { made, audit, asked };
  };
}

test("an old program's call in flight is not granted what the new maker's program is", async () => {
  const { made, audit, asked } = await world()();
  const old = Promise.withResolvers<string>();
  let calls = 0;
  made.play((_, what) => {
    if (what !== "run") return "";
    calls++;
    return calls === 1 ? old.promise : EMITTED;
  });
  await made.host.install(await build("1.0.0"));
  const { identity } = made.host.plugin(NAME);
  const inFlight = made.host.execute("notes.run");
  await expect.poll(() => calls).toBe(1);
  const replaced = made.host.install(await build("2.0.0", "events"), { replace: "any" });
  await expect.poll(() => asked).toContain("2.0.0");
  // The new one is decided about, and waits for the old one's call.
  expect(made.host.plugin(NAME).version).toBe("1.0.0");
  old.resolve(EMITTED);
  expect(await inFlight).toBe("refused");
  await replaced;
  expect(made.host.plugin(NAME).version).toBe("2.0.0");
  expect(await made.host.execute("notes.run")).toBe(1);
  const refusal = audit.entries.find(
    ({ capability, decision, operation }) =>
      capability === "bus" && decision === "refused" && operation !== "install",
  );
  expect(refusal?.maker).toBe(identityText(identity));
  expect(await bystanderAnswers(made)).toBe(true);
});

test("where the old program crashes in between, its next instance is not granted it either", async () => {
  const { made, asked } = await world()();
  const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  let calls = 0;
  made.play((_, what) => {
    if (what !== "run") return "";
    calls++;
    return [first.promise, second.promise][calls - 1] ?? EMITTED;
  });
  await made.host.install(await build("1.0.0"));
  const crashes = failure("plugin-crashed", () => made.host.execute("notes.run"));
  const behind = made.host.execute("notes.run");
  await expect.poll(() => calls).toBe(1);
  const replaced = made.host.install(await build("2.0.0", "events"), { replace: "any" });
  await expect.poll(() => asked).toContain("2.0.0");
  first.resolve("!");
  await crashes;
  await expect.poll(() => calls).toBe(2);
  expect(made.host.plugin(NAME)).toMatchObject({ version: "1.0.0", starts: 2, crashes: 1 });
  second.resolve(EMITTED);
  expect(await behind).toBe("refused");
  await replaced;
  expect(await made.host.execute("notes.run")).toBe(1);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("where the host ends in between, the old program has what it had, and the new one is asked about again", async () => {
  const start = world();
  const before = await start();
  const never = new Promise<string>(() => {});
  before.made.play((_, what) => (what === "run" ? never : ""));
  await before.made.host.install(await build("1.0.0"));
  const inFlight = before.made.host.execute("notes.run").catch(() => undefined);
  const next = await build("2.0.0", "events");
  const replaced = before.made.host.install(next, { replace: "any" }).catch(() => undefined);
  await expect.poll(() => before.asked).toContain("2.0.0");
  // The first host is left as it is, as by a kill.
  const after = await start();
  after.made.play((_, what) => (what === "run" ? EMITTED : ""));
  await after.made.host.install(await build("1.0.0"));
  expect(await after.made.host.execute("notes.run")).toBe("refused");
  expect(after.asked).toEqual([]);
  expect(await bystanderAnswers(after.made)).toBe(true);
  await after.made.host[Symbol.asyncDispose]();
  await before.made.host[Symbol.asyncDispose]();
  await Promise.all([inFlight, replaced]);
});

test("a new maker's program that does not start gives the name back, and its grants with it", async () => {
  const { made } = await world()();
  made.play((_, what) => (what === "activate" ? "!" : what === "run" ? EMITTED : ""));
  await made.host.install(await build("1.0.0"));
  expect(await made.host.execute("notes.run")).toBe("refused");
  await made.host.install(await build("2.0.0", "lifecycle"), { replace: "any" });
  expect(await made.host.execute("notes.run")).toBe("refused");
  expect(made.host.plugin(NAME)).toMatchObject({ version: "1.0.0" });
  expect(made.host.plugin(NAME).standing).toMatchObject([{ status: "refused" }]);
  expect(made.told("rolled-back")).toHaveLength(1);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a call that comes as the replacement begins is not made of a mixture of both", async () => {
  const { made } = await world()();
  made.play((_, what) => (what === "run" ? EMITTED : ""));
  await made.host.install(await build("1.0.0"));
  const replaced = made.host.install(await build("2.0.0", "events"), { replace: "any" });
  const answers: unknown[] = [];
  while (made.host.plugin(NAME).version === "1.0.0") {
    answers.push(await made.host.execute("notes.run"));
    await Promise.resolve();
  }
  await replaced;
  expect(new Set(answers.slice(0, -1))).toEqual(new Set(["refused"]));
  expect(await made.host.execute("notes.run")).toBe(1);
  expect(await bystanderAnswers(made)).toBe(true);
});
