import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ERROR_CODES } from "../../src/catalogues/error-codes.ts";
import { componentEngine } from "../../src/component/tenon-engine.ts";
import { type Isolation, type Platform, ringAudit, type TenonError } from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { manifestText } from "../manifest-text.ts";
import { withSection } from "../plugin/samples.ts";
import { bystanderAnswers, rig, type RigOptions } from "./rig.ts";
import { scriptedGuest } from "./scripted-guest.ts";

/** `test/bystander` runs on the caller's thread, all others at `level`. */
function others(level: () => Isolation): NonNullable<RigOptions["isolation"]> {
  return ({ name }) => (name === "test/bystander" ? "caller" : level());
}

/** A platform whose threads are counted. */
function counted(): { readonly threads: Platform["threads"]; made(): number } {
  const { threads } = nodePlatform();
  let made = 0;
  const start: NonNullable<typeof threads>["start"] = (bytes) => {
    made++;
    return threads!.start(bytes);
  };
  return { threads: { ...threads!, start }, made: () => made };
}

const said: readonly (readonly [string, string, boolean, RigOptions])[] = [
  ["at caller", "the caller's thread", false, { isolation: others(() => "caller") }],
  ["at thread", "a thread for guests", true, { isolation: others(() => "thread") }],
  ["of one's own", "the caller's thread", false, { trust: () => "own" }],
  [
    "of a stranger's",
    "a thread for guests",
    true,
    { trust: ({ name }) => (name === "test/bystander" ? "own" : "stranger") },
  ],
];

test.each(said)("a plugin %s runs on %s", async (_, _place, needsThread, options) => {
  const { threads, made } = counted();
  const host = await rig({ ...options, platform: { threads } });
  host.play(() => "1");
  await host.install("test/a");
  expect(await host.host.execute("a.run")).toBe(1);
  expect(made() > 0).toBe(needsThread);
  expect(await bystanderAnswers(host)).toBe(true);
});

test("a plugin runs on a thread where nothing is said", async () => {
  const { threads, made } = counted();
  const host = await rig({ platform: { threads } });
  expect(await bystanderAnswers(host)).toBe(true);
  expect(made()).toBeGreaterThan(0);
});

const without: Readonly<Record<string, Partial<Platform>>> = {
  "a platform without threads": { threads: undefined },
  "an engine of the application's": { engine: async () => componentEngine() },
};

test.each(Object.entries(without))("on %s a thread means the caller's", async (_, platform) => {
  const made = await rig({ isolation: () => "thread", platform });
  made.play(() => "1");
  await made.install("test/a");
  expect(await made.host.execute("a.run")).toBe(1);
  expect(await bystanderAnswers(made)).toBe(true);
});

const unable: Readonly<Record<string, Partial<Platform>>> = {
  "a platform without processes": { processes: undefined },
  "an engine of the application's": { engine: async () => componentEngine() },
};

test.each(Object.entries(unable))(
  "on %s a plugin that is to run in a process is refused, and runs nowhere else",
  async (_, platform) => {
    const audit = ringAudit();
    const made = await rig({ isolation: others(() => "process"), platform, audit });
    const error = await failure("isolation-unavailable", () => made.install("test/a"));
    expect(error).toMatchObject({ plugin: "test/a", data: { isolation: "process" } });
    expect(error.message).toMatch(/or answer "thread" in isolation of createHost/u);
    expect(ERROR_CODES["isolation-unavailable"].fault).toBe("application");
    await failure("plugin-unknown", async () => made.host.plugin("test/a"));
    expect(made.steps).toEqual([]);
    const { plugin, decision, reason } = audit.entries.at(-1)!;
    expect({ plugin, decision }).toEqual({ plugin: "test/a", decision: "refused" });
    expect(reason).toMatch(/^isolation-unavailable: /u);
    expect(await bystanderAnswers(made)).toBe(true);
  },
);

const NAME = "acme/notes";

/** A folder with one package, and hosts that install all of it. */
async function folderOfOne(): Promise<(isolation: () => Isolation) => ReturnType<typeof rig>> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-isolation-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const commands = [{ id: "notes.run", title: "Run" }];
  const text = manifestText(NAME, { commands, capabilities: {} });
  const component = withSection(await scriptedGuest("commands"), "tenon:manifest", text);
  writeFileSync(join(folder, "notes.wasm"), component);
  return async (isolation) => {
    const { packages } = nodePlatform({ state: join(folder, "state") });
    const platform = { packages: packages!, processes: undefined };
    const made = await rig({ isolation: others(isolation), platform });
    made.play(() => "1");
    const report = await made.host.installAll(folder);
    expect(report.refused).toEqual([]);
    return made;
  };
}

test("a package of a folder's index, too, is asked about, and refused when it is to start", async () => {
  const start = await folderOfOne();
  const first = await start(() => "thread");
  expect(await first.host.execute("notes.run")).toBe(1);
  await first.host[Symbol.asyncDispose]();
  const wrong: Readonly<Record<string, () => Isolation>> = {
    "isolation-unavailable": () => "process",
    "policy-failed": () => {
      throw new Error("no list of friends");
    },
  };
  for (const [code, isolation] of Object.entries(wrong)) {
    const made = await start(isolation);
    expect(made.host.plugins().map(({ name }) => name)).toContain(NAME);
    for (let n = 0; n < 6; n++) {
      await failure(code as TenonError["code"], () => made.host.execute("notes.run"));
    }
    expect(made.host.plugin(NAME)).toMatchObject({ crashes: 0 });
    expect(made.steps).toEqual([]);
    expect(await bystanderAnswers(made)).toBe(true);
  }
});
