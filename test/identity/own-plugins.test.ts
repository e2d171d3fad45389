import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import {
  grantAll,
  type HostOptions,
  type InstallOptions,
  memoryKeyValue,
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
      policy: grantAll(["log"], "any"),
      ...options,
    });
    made.play((plugin, what) => (what === "run" ? JSON.stringify(plugin) : ""));
    return made;
  };
}

const own: InstallOptions = { place: "ours", replace: "newer" };

test("a plugin of the application's own is built again and runs, at once and after a restart", async () => {
  const start = application();
  const made = await start();
  await made.host.install(first, own);
  await made.host.install(second, own);
  expect(await made.host.execute("notes.run")).toBe(NAME);
  await made.host[Symbol.asyncDispose]();
  const third = await build("1.2.0");
  const after = await start();
  const { maker } = await after.host.install(third, own);
  expect(maker).toBe("from a trusted place, ours");
  expect(await after.host.execute("notes.run")).toBe(NAME);
  expect(await bystanderAnswers(after)).toBe(true);
});

test("one of the application's own is known by its place, whichever key it comes with", async () => {
  const start = application();
  const made = await start();
  await made.host.install(first, own);
  await made.host[Symbol.asyncDispose]();
  const after = await start();
  const key = await newKey();
  const component = second;
  const signed = withSignature(component, await signPackage({ component, key }));
  await after.host.install(signed, own);
  expect(after.host.plugin(NAME).identity).toEqual({ tag: "place", place: "ours" });
  expect(await after.host.execute("notes.run")).toBe(NAME);
});

test("a folder that the application vouches for is built again and runs, also from its index", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-own-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const start = application(join(folder, "state"));
  for (const [at, component] of [first, second, second].entries()) {
    if (at < 2) writeFileSync(join(folder, "notes.wasm"), component);
    const made = await start();
    const report = await made.host.installAll(folder, { place: "ours" });
    expect(report).toMatchObject({ plugins: 1, read: at < 2 ? 1 : 0, refused: [] });
    expect(await made.host.execute("notes.run")).toBe(NAME);
    expect(made.host.plugin(NAME).identity).toEqual({ tag: "place", place: "ours" });
    await made.host[Symbol.asyncDispose]();
  }
  const stranger = await start();
  const { refused } = await stranger.host.installAll(folder);
  expect(refused).toHaveLength(1);
  expect(refused[0]!.error.code).toBe("identity-changed");
  expect(await bystanderAnswers(stranger)).toBe(true);
});

test("where a plugin runs does not say who made it: nobody's bytes have the name of others there", async () => {
  const start = application();
  for (const level of ["caller", "thread"] as const) {
    const made = await start({ isolation: () => level });
    await made.host.install(first);
    expect(made.host.plugin(NAME).identity.tag).toBe("digest");
    await failure("identity-changed", () => made.host.install(second, { replace: "any" }));
    expect(await made.host.execute("notes.run")).toBe(NAME);
    expect(await bystanderAnswers(made)).toBe(true);
    await made.host[Symbol.asyncDispose]();
  }
});

test("a stranger's package does not become the application's own by its name, nor the other way", async () => {
  for (const [one, other] of [
    [own, {}],
    [{}, own],
  ] as const) {
    const start = application();
    const made = await start();
    await made.host.install(first, one);
    await made.host[Symbol.asyncDispose]();
    const after = await start();
    const error = await failure("identity-changed", () => after.host.install(second, other));
    for (const remedy of ["decideIdentity", "place", "signed", `uninstall("${NAME}")`]) {
      expect(error.message).toContain(remedy);
    }
    await failure("plugin-unknown", async () => after.host.plugin(NAME));
    expect(await bystanderAnswers(after)).toBe(true);
  }
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
