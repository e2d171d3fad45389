import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import {
  grantAll,
  type HostOptions,
  type Identity,
  memoryKeyValue,
  ringAudit,
} from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { signPackage, withSignature } from "../../src/identity/sign.ts";
import { failure } from "../conformance/engine-expect.ts";
import { bystanderAnswers, rig, type Rig } from "../host/rig.ts";
import { scriptedGuest } from "../host/scripted-guest.ts";
import { manifestText } from "../manifest-text.ts";
import { withSection } from "../plugin/samples.ts";
import { newKey } from "./keys.ts";

const NAME = "acme/notes";
let first: Uint8Array;
let second: Uint8Array;

beforeAll(async () => {
  [first, second] = await Promise.all([build("1.0.0"), build("1.1.0")]);
});

async function build(version: string): Promise<Uint8Array> {
  const commands = [{ id: "notes.run", title: "Run" }];
  const text = manifestText(NAME, { version, commands, capabilities: {} });
  return withSection(await scriptedGuest("commands"), "tenon:manifest", text);
}

/** Hosts of one application, one after the other: what one stored is there for the next. */
function application(state?: string): (options?: Partial<HostOptions>) => Promise<Rig> {
  const keyValue = memoryKeyValue();
  return async (options = {}) => {
    const made = await rig({
      platform: {
        keyValue: { ...keyValue, [Symbol.dispose]: () => undefined },
        ...(state === undefined ? {} : { packages: nodePlatform({ state }).packages! }),
      },
      policy: grantAll(["log"]),
      ...options,
    });
    made.play((plugin, what) => (what === "run" ? JSON.stringify(plugin) : ""));
    return made;
  };
}

const own: Pick<HostOptions, "trust"> = { trust: () => "own" };

test("a plugin of the application's own is built again and runs, at once and after a restart", async () => {
  const start = application();
  const made = await start(own);
  await made.host.install(first);
  await made.host.install(second, { replace: "newer" });
  expect(await made.host.execute("notes.run")).toBe(NAME);
  await made.host[Symbol.asyncDispose]();
  const third = await build("1.2.0");
  const after = await start(own);
  const { maker } = await after.host.install(third);
  expect(maker).toBe("from a trusted place, the application's own");
  expect(await after.host.execute("notes.run")).toBe(NAME);
  expect(await bystanderAnswers(after)).toBe(true);
});

test("one of the application's own keeps its data, whichever place or key it comes with", async () => {
  const start = application();
  const made = await start(own);
  await made.host.install(first, { place: "build" });
  expect(made.host.plugin(NAME).identity).toEqual({ tag: "place", place: "build" });
  await made.host[Symbol.asyncDispose]();
  const audit = ringAudit();
  const after = await start({ ...own, audit });
  const key = await newKey();
  const component = second;
  await after.host.install(withSignature(component, await signPackage({ component, key })));
  expect(audit.entries.map(({ reason }) => reason)).toContainEqual(
    expect.stringMatching(/takes over the name and the data of/u),
  );
  expect(await after.host.execute("notes.run")).toBe(NAME);
});

test("what is its own is decided from who made the package, also where it comes from an index", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-own-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const start = application(join(folder, "state"));
  const seen: Identity[] = [];
  const trust: HostOptions["trust"] = ({ name }, identity) => {
    if (name === NAME) seen.push(identity);
    return "own";
  };
  for (const [at, component] of [first, second, second].entries()) {
    if (at < 2) writeFileSync(join(folder, "notes.wasm"), component);
    const made = await start({ trust });
    const report = await made.host.installAll(folder);
    expect(report).toMatchObject({ plugins: 1, read: at < 2 ? 1 : 0, refused: [] });
    expect(await made.host.execute("notes.run")).toBe(NAME);
    expect(made.host.plugin(NAME).identity.tag).toBe("place");
    await made.host[Symbol.asyncDispose]();
  }
  expect(new Set(seen.map(({ tag }) => tag))).toEqual(new Set(["digest"]));
  const stranger = await start();
  const { refused } = await stranger.host.installAll(folder);
  expect(refused).toEqual([]);
  await failure("identity-changed", () => stranger.host.execute("notes.run"));
});

test("a stranger's package does not become the application's own by its name, nor the other way", async () => {
  const start = application();
  const made = await start(own);
  await made.host.install(first);
  await made.host[Symbol.asyncDispose]();
  const after = await start();
  const error = await failure("identity-changed", () => after.host.install(second));
  for (const remedy of ["decideIdentity", "place", "signed", `uninstall("${NAME}")`]) {
    expect(error.message).toContain(remedy);
  }
  await failure("plugin-unknown", async () => after.host.plugin(NAME));
  expect(await bystanderAnswers(after)).toBe(true);
});

test("the application's own takes its name back from a stranger, and believes none of its data", async () => {
  const start = application();
  const made = await start();
  await made.host.install(first);
  await made.host[Symbol.asyncDispose]();
  const audit = ringAudit();
  const after = await start({ ...own, audit });
  await after.host.install(second);
  expect(audit.entries.map(({ reason }) => reason)).toContainEqual(
    expect.stringMatching(/takes over the name and none of the data of/u),
  );
});

test("uninstalling, which the refusal advises, works for a plugin that is only on record", async () => {
  const start = application();
  const made = await start();
  await made.host.install(first);
  await made.host[Symbol.asyncDispose]();
  const after = await start();
  await failure("identity-changed", () => after.host.install(second));
  await after.host.uninstall(NAME, { keepData: true });
  await failure("identity-changed", () => after.host.install(second));
  await after.host.uninstall(NAME);
  await failure("plugin-unknown", () => after.host.uninstall(NAME));
  await after.host.install(second);
  expect(await after.host.execute("notes.run")).toBe(NAME);
  expect(await bystanderAnswers(after)).toBe(true);
});
