import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { grantAll, identityText, memoryKeyValue, type Platform } from "../../src/index.ts";
import type { SigningKey } from "../../src/identity/ed25519.ts";
import type { Identity } from "../../src/identity/identity.ts";
import { signPackage } from "../../src/identity/sign.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import {
  type IndexedPackage,
  readIndex,
  writeIndex,
} from "../../src/plugin/package/package-index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { bystanderAnswers, rig, type Rig } from "../host/rig.ts";
import { scriptedGuest } from "../host/scripted-guest.ts";
import { manifestText } from "../manifest-text.ts";
import { sha256 } from "../plugin/samples.ts";
import { newKey } from "./keys.ts";

// A plugin that was signed is to pass for one that is not, or for another's: by what lies beside it, or
// by what the index of its folder says.

const NAME = "acme/notes";
let folder: string;
let component: Uint8Array;
let maker: SigningKey;
let stranger: SigningKey;

const manifest = (more: object = {}): string =>
  manifestText(NAME, {
    commands: [{ id: "notes.run", title: "Run" }],
    capabilities: { log: { reason: "To tell." } },
    ...more,
  });
const at = (ending: string): string => join(folder, `notes.${ending}`);

async function signature(key: SigningKey): Promise<Uint8Array> {
  return await signPackage({ component, manifest: new TextEncoder().encode(manifest()), key });
}

beforeEach(async () => {
  const made = mkdtempSync(join(tmpdir(), "tenon-downgrade-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  folder = made;
  [maker, stranger] = [await newKey(), await newKey()];
  component = await scriptedGuest("commands");
  writeFileSync(at("wasm"), component);
  writeFileSync(at("json"), manifest());
  writeFileSync(at("wasm.sig"), await signature(maker));
});

/** Hosts of one application, one after the other. `forge`: changes what the folder's index says. */
function world(): (forge?: (one: IndexedPackage) => IndexedPackage) => Promise<Rig> {
  const keyValue = memoryKeyValue();
  return async (forge) => {
    const { packages } = nodePlatform({ state: join(folder, "state") });
    const made = await rig({
      platform: {
        keyValue: { ...keyValue, [Symbol.dispose]: () => undefined },
        packages: forge === undefined ? packages! : forged(packages!, forge),
      },
      policy: grantAll(["log"], "any"),
    });
    made.play((plugin) => JSON.stringify(plugin));
    return made;
  };
}

function forged(
  real: NonNullable<Platform["packages"]>,
  forge: (one: IndexedPackage) => IndexedPackage,
): NonNullable<Platform["packages"]> {
  return {
    async list(path) {
      const listed = await real.list(path);
      const readForged = async (): Promise<Uint8Array | undefined> => {
        const bytes = await listed.readIndex();
        if (bytes === undefined) return undefined;
        // Where what it is for is not what is asked for, the index says that first.
        const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(40, true);
        const table = JSON.parse(new TextDecoder().decode(bytes.subarray(44, 44 + length))) as {
          readonly offers: string;
        };
        const index = await readIndex(bytes, table.offers, sha256);
        if (index.tag !== "used") throw new Error("the index was not read");
        return await writeIndex(index.packages.map(forge), table.offers, sha256);
      };
      return { ...listed, readIndex: readForged };
    },
  };
}

function withIdentity(one: IndexedPackage, identity: Identity, more: object = {}): IndexedPackage {
  const stored = JSON.parse(new TextDecoder().decode(one.stored)) as object;
  const text = JSON.stringify({ ...stored, identity, ...more });
  return { ...one, stored: new TextEncoder().encode(text) };
}

/** Installs the folder and has the plugin answer, so that its maker is known. */
async function known(start: ReturnType<typeof world>): Promise<void> {
  const made = await start();
  expect(await made.host.installAll(folder)).toMatchObject({ plugins: 1, refused: [] });
  expect(await made.host.execute("notes.run")).toBe(NAME);
  expect(identityText(made.host.plugin(NAME).identity)).toBe(maker.id);
  await made.host[Symbol.asyncDispose]();
}

test.each<[string, string, () => Promise<void> | void]>([
  ["signature-missing", "its signature is taken away", () => rmSync(at("wasm.sig"))],
  [
    "identity-changed",
    "another's signature lies beside it",
    async () => writeFileSync(at("wasm.sig"), await signature(stranger)),
  ],
  [
    "signature-wrong",
    "another manifest lies beside it",
    () => writeFileSync(at("json"), manifest({ capabilities: {} })),
  ],
  ["signature-malformed", "an empty file lies beside it", () => writeFileSync(at("wasm.sig"), "")],
])("%s, where %s: before the folder is read again, and after", async (code, _, change) => {
  const start = world();
  await known(start);
  // The host has taken the folder from its index, and the plugin has not started yet.
  const before = await start();
  await before.host.installAll(folder);
  await change();
  const error = await before.host.execute("notes.run").then(
    () => undefined,
    (caught: unknown) => caught as { readonly code: string },
  );
  expect(error, "it ran").toBeDefined();
  expect(before.steps).toEqual([]);
  expect(await bystanderAnswers(before)).toBe(true);
  await before.host[Symbol.asyncDispose]();
  const after = await start();
  const report = await after.host.installAll(folder);
  expect(report.refused).toMatchObject([{ error: { code } }]);
  expect(after.steps).toEqual([]);
  expect(await bystanderAnswers(after)).toBe(true);
});

test("an index that calls a signed plugin unsigned, or another's, does not make it so", async () => {
  const start = world();
  await known(start);
  const lies: readonly Identity[] = [
    { tag: "digest", digest: `sha256:${"1".repeat(64)}` },
    { tag: "key", key: stranger.id, formerly: [] },
    { tag: "key", key: stranger.id, formerly: [maker.id] },
    { tag: "place", place: "ours" },
  ];
  for (const identity of lies) {
    const made = await start((one) => withIdentity(one, identity));
    expect(await made.host.installAll(folder)).toMatchObject({ read: 0, refused: [] });
    const error = await made.host.execute("notes.run").then(
      () => undefined,
      (caught: unknown) => caught as { readonly code: string },
    );
    expect(error, identityText(identity)).toBeDefined();
    expect(made.steps).toEqual([]);
    expect(await bystanderAnswers(made)).toBe(true);
    await made.host[Symbol.asyncDispose]();
  }
  // Nothing is lost: with the true index it is the maker's again.
  await known(start);
});

test("an index that leaves the signature out does not make a signed plugin an unsigned one", async () => {
  const start = world();
  await known(start);
  const lie: Identity = { tag: "digest", digest: `sha256:${"1".repeat(64)}` };
  const made = await start((one) => withIdentity(one, lie, { signaturePath: undefined }));
  await made.host.installAll(folder);
  await failure("signature-missing", () => made.host.execute("notes.run"));
  expect(made.steps).toEqual([]);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("an index that calls a stranger's package the maker's does not start it", async () => {
  const start = world();
  await known(start);
  const elsewhere = join(folder, "stranger.wasm.sig");
  writeFileSync(elsewhere, await signature(stranger));
  copyFileSync(elsewhere, at("wasm.sig"));
  rmSync(elsewhere);
  const first = await world()();
  await first.host.installAll(folder);
  await first.host[Symbol.asyncDispose]();
  const made = await start((one) => withIdentity(one, { tag: "key", key: maker.id, formerly: [] }));
  await made.host.installAll(folder);
  await expect(made.host.execute("notes.run")).rejects.toMatchObject({
    code: "plugin-activation",
    data: { reason: "package-digest-mismatch" },
  });
  expect(made.steps).toEqual([]);
  expect(await bystanderAnswers(made)).toBe(true);
});
