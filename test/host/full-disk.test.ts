import { expect, test } from "vitest";
import { type KeyValueStore, memoryKeyValue, ringAudit, TenonError } from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { bystanderAnswers, rig } from "./rig.ts";

// A storage whose disk is full, or that may not be written to.
function fullDisk(): KeyValueStore {
  const full = (): never => {
    const message = "the key-value storage /state/kv.sqlite failed: disk I/O error";
    throw new TenonError("storage-failed", message, { data: { path: "/state/kv.sqlite" } });
  };
  const space = {
    openBucket: full,
    get: full,
    write: full,
    delete: full,
    keys: full,
    usedBytes: full,
  };
  return { ...memoryKeyValue(), space: () => space, erase: full };
}

test("a full disk is told once, with its path, and plugins that store nothing go on", async () => {
  const made = await rig({ platform: { keyValue: fullDisk() } });
  made.play(() => "1");
  await made.install("test/a");
  expect(await made.host.execute("a.run")).toBe(1);
  await made.host.disable("test/a");
  await failure("plugin-disabled", () => made.host.execute("a.run"));
  await made.host.enable("test/a");
  expect(await made.host.execute("a.run")).toBe(1);
  const told = made.told("storage-failed");
  expect(told.map(({ error }) => [error.code, error.data["path"]])).toEqual([
    ["storage-failed", "/state/kv.sqlite"],
  ]);
  // That what it stored could not be deleted is not passed over.
  await failure("storage-failed", () => made.host.uninstall("test/a"));
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a package that is refused is in the audit trail, with the reason", async () => {
  const audit = ringAudit();
  const made = await rig({ audit });
  await failure("package-not-a-component", () => made.host.install(new Uint8Array(64)));
  await failure("package-unreadable", () => made.host.install("/no/such.wasm"));
  await failure("plugin-installed", () =>
    made.install("test/bystander", { manifest: { version: "9.9.9" } }),
  );
  const refused = audit.entries.filter(({ decision }) => decision === "refused");
  expect(refused.map(({ plugin, operation, reason }) => [plugin, operation, reason])).toEqual([
    ["a package without a name", "install", expect.stringMatching(/^package-not-a-component: /)],
    ["/no/such.wasm", "install", expect.stringMatching(/^package-unreadable: /)],
    ["test/bystander", "install", expect.stringMatching(/^plugin-installed: /)],
  ]);
  expect(await bystanderAnswers(made)).toBe(true);
});
