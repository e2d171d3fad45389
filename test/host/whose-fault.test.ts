// What went wrong, what code says so, and who pays for it: only what a plugin did counts towards its quarantine.
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { ERROR_CODES, type Fault } from "../../src/catalogues/error-codes.ts";
import {
  defineCapability,
  defineInterface,
  grantAll,
  type HostOptions,
  type InterfaceDefinition,
  memoryKeyValue,
  type Policy,
  ringAudit,
  TenonError,
  WitError,
} from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { manifestText } from "../manifest-text.ts";
import { ManualTime } from "../manual-time.ts";
import { componentOf } from "../plugins/sample-plugins.ts";
import { bystanderAnswers, rig, type Rig, type Script } from "./rig.ts";

const SCRIPT = "acme:test/script@1.0.0";
const REPEATS = 6;

interface Cause {
  readonly what: string;
  readonly code: string;
  readonly pays: Fault;
  // What the plugin's host function does while the command runs.
  readonly run?: Script;
  // While it starts.
  readonly activate?: () => string | Promise<string>;
  readonly limits?: HostOptions["limits"];
  // The host's interface, where it is not the usual one. `step` does what the script says.
  readonly offers?: (step: (what: string) => unknown) => InterfaceDefinition;
  readonly capabilities?: object;
  // In place of running the command.
  readonly act?: (made: Rig) => Promise<unknown>;
  readonly data?: object;
  readonly says?: RegExp;
  // Where what a plugin does is no crash. Default: each is one.
  readonly crashes?: 0;
  // Whose code decides who pays, where `code` says only that the plugin did not start.
  readonly decisive?: string;
}

const misfit = 5 as unknown as string;

const lamp = defineCapability<object, never>({
  name: "lamp",
  scope: z.strictObject({}),
  describe: () => "may switch the lamp",
  intersect: () => ({}),
  covers: () => true,
});

const causes: readonly Cause[] = [
  {
    what: "the guest traps",
    code: "plugin-crashed",
    pays: "plugin",
    run: () => "!",
    data: { fault: "guest" },
  },
  {
    what: "the guest hands over more than it may",
    code: "limit-lifted",
    pays: "plugin",
    run: () => JSON.stringify("x".repeat(2_000)),
    limits: { liftedBytes: 1_000 },
  },
  {
    what: "the application's interface throws",
    code: "interface-failed",
    pays: "interface",
    run: () => {
      throw new Error("the lamp is broken");
    },
    data: { interface: SCRIPT, function: "step", why: "threw" },
  },
  {
    what: "the application's interface rejects",
    code: "interface-failed",
    pays: "interface",
    run: () => Promise.reject(new TypeError("the lamp is broken")),
    data: { interface: SCRIPT, function: "step", why: "threw" },
  },
  {
    what: "the application's interface throws what is neither an error nor an err of its type",
    code: "interface-failed",
    pays: "interface",
    run: () => {
      // eslint-disable-next-line no-throw-literal
      throw { broken: true };
    },
    data: { interface: SCRIPT, function: "step", why: "threw" },
  },
  {
    what: "the application's interface answers what is not of its type",
    code: "interface-failed",
    pays: "interface",
    run: () => misfit,
    data: { interface: SCRIPT, function: "step", why: "misfit" },
  },
  {
    what: "the application's interface fails with what another plugin failed with",
    code: "interface-failed",
    pays: "interface",
    run: () => {
      throw new TenonError("plugin-crashed", "no", { plugin: "test/other" });
    },
  },
  {
    what: "the disk is full when the application's interface writes",
    code: "interface-failed",
    pays: "interface",
    run: () => {
      throw new TenonError("storage-failed", "there is no room on the disk");
    },
  },
  {
    what: "the application's interface throws while the plugin starts",
    code: "plugin-activation",
    pays: "interface",
    activate: () => {
      throw new Error("the lamp is broken");
    },
    data: { interface: SCRIPT, function: "step", why: "threw", reason: "interface-failed" },
  },
  {
    what: "the application's interface answers with a promise that it does not announce",
    code: "interface-failed",
    pays: "interface",
    run: () => Promise.resolve("1"),
    offers: (step) => defineInterface({ name: SCRIPT, implement: () => ({ step }) }),
    data: { interface: SCRIPT, function: "step", why: "misfit" },
    says: /`waits: true`/u,
  },
  {
    what: "the application's interface never answers",
    code: "interface-failed",
    pays: "interface",
    run: () => new Promise(() => {}),
    limits: { commandMs: 100 },
    data: { interface: SCRIPT, function: "step", why: "late", deadlineMs: 100 },
  },
  {
    what: "the application's interface never answers while the plugin starts",
    code: "plugin-activation",
    pays: "interface",
    activate: () => new Promise(() => {}),
    limits: { activateMs: 100 },
    data: { interface: SCRIPT, function: "step", why: "late", reason: "interface-failed" },
  },
  {
    what: "the guest loops, calling an interface that answers at once",
    code: "plugin-deadline",
    pays: "plugin",
    run: () => "@",
    limits: { commandMs: 100 },
  },
  {
    what: "the plugin is refused in a function whose type can't tell it",
    code: "plugin-activation",
    decisive: "call-refused",
    pays: "nobody",
    offers: (step) =>
      defineInterface({ name: SCRIPT, capability: lamp, implement: () => ({ step }) }),
    capabilities: { lamp: { reason: "To see." } },
    data: { reason: "call-refused", interface: SCRIPT, function: "step", why: "refused" },
  },
  {
    what: "the application's interface lacks what the plugin imports",
    code: "plugin-activation",
    pays: "interface",
    offers: () => defineInterface({ name: SCRIPT, implement: () => ({}) }),
    data: { reason: "interface-failed", interface: SCRIPT, function: "implement" },
  },
  {
    what: "the application's interface has rules for functions that it does not have",
    code: "plugin-activation",
    pays: "interface",
    offers: (step) => {
      const implement = (): Readonly<Record<string, unknown>> => ({ step });
      return defineInterface({ name: SCRIPT, functions: { stepp: {} }, implement });
    },
    data: { reason: "interface-failed", interface: SCRIPT, function: "implement" },
  },
  {
    what: "the plugin does not know a command of its own manifest",
    code: "command-failed",
    pays: "plugin",
    crashes: 0,
    run: () => {
      throw new WitError("?");
    },
    data: { why: "unknown-command" },
  },
  {
    what: "the application's interface is implemented by an async function",
    code: "plugin-activation",
    pays: "interface",
    offers: (step) =>
      defineInterface({ name: SCRIPT, implement: (async () => ({ step })) as never }),
    data: { reason: "interface-failed", interface: SCRIPT, function: "implement" },
    says: /implement of acme:test\/script@1\.0\.0 returned a promise.*waits: true/u,
  },
  {
    what: "the application's interface is implemented by nothing",
    code: "plugin-activation",
    pays: "interface",
    offers: () => defineInterface({ name: SCRIPT, implement: (() => {}) as never }),
    data: { reason: "interface-failed", interface: SCRIPT, function: "implement" },
    says: /what implement of acme:test\/script@1\.0\.0 returned is an object; not undefined/u,
  },
  {
    what: "the application runs a command that there is not",
    code: "command-unknown",
    pays: "application",
    act: ({ host }) => host.execute("a.walk"),
  },
  {
    what: "the application gives a deadline that is none",
    code: "usage",
    pays: "application",
    act: ({ host }) => host.execute("a.run", null, { deadlineMs: -1 }),
  },
  {
    what: "the application gives up",
    code: "command-cancelled",
    pays: "application",
    act: ({ host }) => host.execute("a.run", null, { signal: AbortSignal.abort() }),
  },
];

describe.each(["caller", "thread"] as const)(
  "of a plugin that is the application's or a stranger's (%s)",
  (level) => {
    test.each(causes)("$what: $code", async (cause) => {
      const { code, pays, run, activate, act, data, offers, capabilities } = cause;
      const crashes = pays === "plugin" && cause.crashes !== 0;
      const breaker = { failures: 1_000, firstMs: 1, maxMs: 1 };
      const limits = { breaker, ...cause.limits };
      const script = offers?.((what) => made.step("test/a", what, ""));
      const how = script === undefined ? {} : { script, bystander: false };
      const made = await rig({ isolation: () => level, limits, ...how });
      await made.host.install(await componentOf("json-tools"));
      const manifest = capabilities === undefined ? {} : { manifest: { capabilities } };
      await made.install("test/a", manifest);
      made.play((plugin, what, detail) => {
        if (what === "activate") return activate?.() ?? "";
        return what === "run" ? (run?.(plugin, what, detail) ?? "1") : "";
      });
      for (let n = 0; n < REPEATS; n++) {
        const { state } = made.host.plugin("test/a");
        if (state === "quarantined") break;
        const error = await failure(code as never, () => (act ?? command)(made));
        if (data !== undefined) expect(error.data).toMatchObject(data);
        if (cause.says !== undefined) expect(error.message).toMatch(cause.says);
        if (code === "interface-failed") expect(error).toMatchObject({ plugin: "test/a" });
      }
      const decisive = cause.decisive ?? (code === "plugin-activation" ? "interface-failed" : code);
      expect(ERROR_CODES[decisive as keyof typeof ERROR_CODES].fault).toBe(pays);
      expect(made.host.plugin("test/a")).toMatchObject(
        crashes ? { state: "quarantined", crashes: 5 } : { crashes: 0 },
      );
      expect(made.told("crashed")).toHaveLength(crashes ? 5 : 0);
      expect(await made.host.execute("json-tools.minify", { text: "[ 1 ]" })).toEqual({
        text: "[1]",
      });
      if (script === undefined) expect(await bystanderAnswers(made)).toBe(true);
      if (crashes || script !== undefined) return;
      made.play(() => "1");
      expect(await made.host.execute("a.run")).toBe(1);
    });
  },
);

test.each(["caller", "thread"] as const)(
  "an interface that is busy while the deadline passes pays for it (%s)",
  async (level) => {
    const limits = { commandMs: 100, breaker: { failures: 1_000, firstMs: 1, maxMs: 1 } };
    const made = await rig({ isolation: () => level, limits });
    await made.install("test/a");
    made.play((_, what) => {
      if (what !== "run") return "";
      for (const end = performance.now() + 200; performance.now() < end;);
      return "@";
    });
    for (let n = 0; n < REPEATS; n++) {
      const error = await failure("interface-failed", () => made.host.execute("a.run"));
      expect(error.data).toMatchObject({ interface: SCRIPT, function: "step", why: "late" });
      expect(error.message).toContain(`${SCRIPT}#step`);
    }
    expect(made.host.plugin("test/a")).toMatchObject({ crashes: 0 });
    expect(made.told("crashed")).toEqual([]);
    expect(await bystanderAnswers(made)).toBe(true);
  },
);

test("an interface that never answers opens its breaker for the plugin", async () => {
  const limits = { commandMs: 50, breaker: { failures: 3, firstMs: 60_000, maxMs: 60_000 } };
  const made = await rig({ limits });
  await made.install("test/a");
  made.play((_, what) => (what === "run" ? new Promise(() => {}) : ""));
  const why = async (): Promise<unknown> =>
    (await failure("interface-failed", () => made.host.execute("a.run"))).data["why"];
  for (let n = 0; n < 3; n++) expect(await why()).toBe("late");
  expect(await why()).toBe("left-alone");
  expect(made.host.plugin("test/a")).toMatchObject({ crashes: 0, starts: 3 });
  expect(made.told("breaker")).toMatchObject([{ interface: SCRIPT, state: "open" }]);
  expect(await bystanderAnswers(made)).toBe(true);
});

function command({ host }: Rig): Promise<unknown> {
  return host.execute("a.run");
}

test("a value that an export does not take is the caller's mistake, and the instance goes on", async () => {
  const made = await rig({ isolation: () => "caller" });
  await made.install("test/a", { parts: ["commands"] });
  const exports = await made.host.exportsOf<{
    readonly "tenon:plugin/commands@0.1.0": { run(call: unknown): unknown };
  }>("test/a");
  for (let n = 0; n < REPEATS; n++) {
    await failure("component-type", async () => exports["tenon:plugin/commands@0.1.0"].run("x"));
  }
  expect(made.host.plugin("test/a")).toMatchObject({ crashes: 0, starts: 1, state: "running" });
  expect(ERROR_CODES["component-type"].fault).toBe("application");
  expect(await bystanderAnswers(made)).toBe(true);
});

// Makes a resource of the host's in each call, and drops it.
const dropper = parse(`(component
  (import "acme:test/lamps@1.0.0" (instance $i
    (export "lamp" (type (sub resource))) (export "make" (func (result (own 0))))))
  (alias export $i "lamp" (type $lamp)) (alias export $i "make" (func $make))
  (core func $make (canon lower (func $make))) (core func $drop (canon resource.drop $lamp))
  (core module $m
    (import "" "make" (func $make (result i32))) (import "" "drop" (func $drop (param i32)))
    (func (export "go") (call $drop (call $make))))
  (core instance $c (instantiate $m
    (with "" (instance (export "make" (func $make)) (export "drop" (func $drop))))))
  (func (export "go") (canon lift (core func $c "go"))))`);

test("a resource of the application's whose disposal throws is no crash of who drops it", async () => {
  const lamps = defineInterface({
    name: "acme:test/lamps@1.0.0",
    functions: { make: {} },
    implement: () => ({ Lamp, make: () => new Lamp() }),
  });
  class Lamp {
    [Symbol.dispose](): void {
      throw new Error("the lamp is stuck");
    }
  }
  const made = await rig({ isolation: () => "caller", interfaces: [lamps] });
  await made.host.install(await dropper, { manifest: manifestText("test/a") });
  const go = async (): Promise<void> => (await made.host.exportsOf<{ go(): void }>("test/a")).go();
  for (let n = 0; n < 5; n++) {
    expect((await failure("interface-failed", go)).data).toEqual({
      interface: "acme:test/lamps@1.0.0",
      function: "[resource-drop]lamp",
      why: "threw",
    });
  }
  expect((await failure("interface-failed", go)).data["why"]).toBe("left-alone");
  expect(made.host.plugin("test/a")).toMatchObject({ crashes: 0, starts: 5 });
  expect(await bystanderAnswers(made)).toBe(true);
});

test("an interface that always fails does not have its plugin started for ever", async () => {
  const time = new ManualTime();
  const made = await rig({
    platform: { clock: time, timers: time, entropy: { bytes: (n) => new Uint8Array(n) } },
    limits: { breaker: { failures: 3, firstMs: 1_000, maxMs: 60_000 } },
  });
  let broken = true;
  // The plugin starts well each time, with the same interface.
  made.play((_, what) => {
    if (what === "run" && broken) throw new Error("the lamp is broken");
    return what === "run" ? "1" : "";
  });
  await made.install("test/a");
  const fails = () => failure("interface-failed", () => made.host.execute("a.run"));
  for (let n = 0; n < 3; n++) expect((await fails()).data["why"]).toBe("threw");
  const starts = () => made.host.plugin("test/a").starts;
  expect(starts()).toBe(3);
  for (let n = 0; n < 20; n++) {
    expect((await fails()).data).toEqual({ interface: SCRIPT, why: "left-alone", waitMs: 1_000 });
  }
  expect(starts()).toBe(3);
  await time.pass(1_000);
  expect((await fails()).data["why"]).toBe("threw");
  expect((await fails()).data["waitMs"]).toBe(2_000);
  expect(starts()).toBe(4);
  await time.pass(2_000);
  broken = false;
  expect(await made.host.execute("a.run")).toBe(1);
  expect(made.told("breaker").every((event) => event.interface === SCRIPT)).toBe(true);
  expect(made.host.plugin("test/a")).toMatchObject({ crashes: 0, state: "running" });
  broken = true;
  for (let n = 0; n < 3; n++) expect((await fails()).data["why"]).toBe("threw");
  expect(made.told("quarantined")).toEqual([]);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("an interface that fails one plugin is there for the others", async () => {
  const shared = defineInterface({
    name: SCRIPT,
    functions: { step: {} },
    implement: ({ caller }) => ({
      step: (what: string) => {
        if (what !== "run") return "";
        if (caller.plugin === "test/a") throw new Error("not for you");
        return "2";
      },
    }),
  });
  const made = await rig({ script: shared, bystander: false });
  await made.install("test/a");
  await made.install("test/b");
  for (let n = 0; n < 8; n++) {
    await failure("interface-failed", () => made.host.execute("a.run"));
    expect(await made.host.execute("b.run")).toBe(2);
  }
  expect(made.told("breaker").map(({ plugin }) => plugin)).toEqual(["test/a"]);
  expect(made.told("fault").length).toBe(5);
});

test("a disk that fails is said to the plugin that stores, and is not held against it", async () => {
  const keyValue = memoryKeyValue();
  const made = await rig({ platform: { keyValue }, policy: grantAll(["kv"], "any") });
  await made.host.install(new URL("../../plugins-rs/notes/notes.wasm", import.meta.url));
  const add = (): Promise<unknown> => made.host.execute("notes.add", { text: "a" });
  await add();
  keyValue[Symbol.dispose]();
  for (let n = 0; n < REPEATS; n++) await failure("command-failed", add);
  expect(made.told("storage-failed").map(({ error }) => error.code)).toEqual(["storage-failed"]);
  expect(made.host.plugin("tenon/notes")).toMatchObject({
    crashes: 0,
    starts: 1,
    state: "running",
  });
  expect(await bystanderAnswers(made)).toBe(true);
});

test("an interface of the application's that can't be made is no crash of who imports it", async () => {
  const lamps = defineInterface({
    name: "acme:test/lamps@1.0.0",
    functions: {},
    implement: (): { make(): unknown; Lamp: typeof Lamp } => {
      throw new Error("my database is down");
    },
  });
  class Lamp {}
  const made = await rig({ isolation: () => "caller", interfaces: [lamps] });
  await made.host.install(await dropper, { manifest: manifestText("test/a") });
  const go = async (): Promise<void> => (await made.host.exportsOf<{ go(): void }>("test/a")).go();
  for (let n = 0; n < 6; n++) {
    const { data } = await failure("plugin-activation", go);
    expect(data).toMatchObject({ interface: "acme:test/lamps@1.0.0", reason: "interface-failed" });
  }
  expect(made.host.plugin("test/a")).toMatchObject({ crashes: 0 });
  expect(made.host.plugin("test/a").state).not.toBe("quarantined");
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a plugin that calls too often is ended by its own limit where the function has no err", async () => {
  class Lamp {}
  const lamps = defineInterface({
    name: "acme:test/lamps@1.0.0",
    functions: { make: {} },
    refuse: () => ({ throw: new WitError("not now") }),
    implement: () => ({ Lamp, make: () => new Lamp() }),
  });
  const limits = { hostCallsPerSecond: 1 };
  const made = await rig({ isolation: () => "caller", interfaces: [lamps], limits });
  await made.host.install(await dropper, { manifest: manifestText("test/a") });
  const go = async (): Promise<void> => (await made.host.exportsOf<{ go(): void }>("test/a")).go();
  await go();
  const codes = new Set<string>();
  for (let n = 0; n < REPEATS; n++) {
    await go().catch((error: TenonError) => codes.add(error.code));
  }
  expect(codes).not.toContain("interface-failed");
  expect(made.host.plugin("test/a")).toMatchObject({ state: "quarantined", crashes: 5 });
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a policy that throws, or answers what is no decision, is the application's mistake", async () => {
  const wrong: Readonly<Record<string, () => unknown>> = {
    throws: () => {
      throw new Error("the dialog is gone");
    },
    rejects: () => Promise.reject(new TypeError("the dialog is gone")),
    "answers nothing": () => undefined,
    "answers a consent": () => "always",
    "answers half a decision": () => ({ tag: "allow" }),
  };
  for (const decide of Object.values(wrong)) {
    const audit = ringAudit();
    const made = await rig({ policy: { decide: decide as Policy["decide"] }, audit });
    const bytes = await componentOf("notes");
    const error = await failure("policy-failed", () => made.host.install(bytes));
    expect(error).toMatchObject({ plugin: "tenon/notes", data: { capability: "kv" } });
    expect(error.cause).toBeDefined();
    expect(audit.entries.some(({ decision }) => decision === "granted")).toBe(false);
    await failure("plugin-unknown", async () => made.host.plugin("tenon/notes"));
    expect(await bystanderAnswers(made)).toBe(true);
  }
  expect(ERROR_CODES["policy-failed"].fault).toBe("application");
});

test("a capability whose description throws is named, and lists go on", async () => {
  const dark = { ...lamp, describe: () => "" };
  const made = await rig({ capabilities: [dark], policy: grantAll(["lamp"], "any") });
  const manifest = { capabilities: { lamp: { reason: "To see." } } };
  await made.install("test/a", { manifest });
  dark.describe = () => {
    throw new Error("no words");
  };
  expect(made.host.plugin("test/a").standing[0]?.sentence).toMatch(/lamp/u);
  const error = await failure("policy-failed", () => made.install("test/b", { manifest }));
  expect(error.data).toEqual({ capability: "lamp" });
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a capability whose description is no text is named, and grants nothing", async () => {
  const wrong = { ...lamp, describe: (() => 5) as never };
  const made = await rig({ capabilities: [wrong], policy: grantAll(["lamp"], "any") });
  const manifest = { capabilities: { lamp: { reason: "To see." } } };
  const error = await failure("policy-failed", () => made.install("test/a", { manifest }));
  expect(error.message).toMatch(/describe of the capability "lamp" failed: it answered number/u);
  expect(error).toMatchObject({ plugin: "test/a", data: { capability: "lamp" } });
  wrong.describe = (() => {
    throw new Error("no words");
  }) as never;
  const thrown = await failure("policy-failed", () => made.install("test/a", { manifest }));
  expect(thrown.message).toMatch(/describe of the capability "lamp" failed: no words/u);
  expect(thrown.cause).toMatchObject({ message: "no words" });
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a check of a capability that throws refuses, and the application hears what it threw", async () => {
  const audit = ringAudit();
  const broken = defineCapability<object, string>({
    ...lamp,
    covers: () => {
      throw new Error("no map of the house");
    },
  });
  const script = defineInterface({
    name: SCRIPT,
    capability: broken,
    implement: ({ may }) => ({
      step: (what: string) => {
        if (what !== "run") return "";
        const permission = may("kitchen");
        return JSON.stringify(permission.allowed ? "granted" : permission.reason);
      },
    }),
  });
  const policy = grantAll(["lamp"], "any");
  const made = await rig({ script, bystander: false, policy, audit });
  await made.install("test/a", { manifest: { capabilities: { lamp: { reason: "To see." } } } });
  for (let n = 0; n < REPEATS; n++) {
    // The plugin does not learn what was thrown.
    expect(await made.host.execute("a.run")).toBe("the check failed");
  }
  const faults = made.told("fault");
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatchObject({
    plugin: "test/a",
    error: { code: "policy-failed", cause: { message: "no map of the house" } },
  });
  const refused = audit.entries.find(({ decision }) => decision === "refused");
  expect(refused?.reason).toMatch(/covers of the capability "lamp" failed: no map of the house/u);
  expect(made.host.plugin("test/a")).toMatchObject({ crashes: 0, state: "running" });
});

test.each([
  ["isolation", "thread"],
  ["trust", "stranger"],
] as const)(
  "%s that throws, or answers what it may not, is named, and nothing is installed or started",
  async (option, right) => {
    const wrong: Readonly<Record<string, () => unknown>> = {
      "answers what is none": () => "mine",
      "answers later": async () => "caller",
      throws: () => {
        throw new Error("no list of friends");
      },
    };
    for (const says of Object.values(wrong)) {
      let fails = false;
      const made = await rig({ [option]: () => (fails ? (says() as never) : right) });
      fails = true;
      const error = await failure("policy-failed", () => made.install("test/a"));
      const said = new RegExp(`^${option} of createHost .*nothing of "test/a" was started`, "u");
      expect(error.message).toMatch(said);
      expect(error).toMatchObject({ plugin: "test/a", data: { option } });
      await failure("plugin-unknown", async () => made.host.plugin("test/a"));
      expect(made.steps).toEqual([]);
      fails = false;
      made.play(() => "1");
      await made.install("test/a");
      expect(await made.host.execute("a.run")).toBe(1);
      expect(await bystanderAnswers(made)).toBe(true);
    }
  },
);

test("a question that fails in a plugin's call grants nothing, and the plugin goes on", async () => {
  const policy: Policy = {
    decide: ({ during }) => {
      if (during === "install") return { tag: "silent" };
      throw new Error("the dialog is gone");
    },
  };
  const made = await rig({ policy });
  await made.host.install(await componentOf("hostile"));
  expect(await made.host.execute("hostile.nag", { count: 3 })).toEqual({ granted: 0 });
  expect(made.host.plugin("tenon/hostile")).toMatchObject({ state: "running", crashes: 0 });
  const faults = made.told("fault").map(({ error }) => (error as TenonError).code);
  expect(new Set(faults)).toEqual(new Set(["policy-failed"]));
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a plugin that must wait on a platform without JSPI is not blamed", async () => {
  const { Suspending } = WebAssembly;
  const made = await rig({ isolation: () => "caller" });
  onTestFinished(() => void Object.assign(WebAssembly, { Suspending }));
  Reflect.deleteProperty(WebAssembly, "Suspending");
  await made.install("test/a");
  made.play((_, what) => (what === "run" ? Promise.resolve("1") : ""));
  for (let n = 0; n < 5; n++) {
    const error = await failure("platform-unsupported", () => made.host.execute("a.run"));
    expect(error.data).toEqual({ needed: "JSPI", interface: SCRIPT, function: "step" });
  }
  expect(made.host.plugin("test/a")).toMatchObject({ crashes: 0 });
  expect(ERROR_CODES["platform-unsupported"].fault).toBe("platform");
  expect(await bystanderAnswers(made)).toBe(true);
});
