/** Names are anybody's: each entry of the trail says whose plugin it is about. */
import { expect, test } from "vitest";
import { type AuditEntry, memoryKeyValue, ringAudit, staticPolicy } from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { bystanderAnswers, rig } from "./rig.ts";
import { scriptedGuest } from "./scripted-guest.ts";

const capabilities = { log: { reason: "To tell." }, kv: { reason: "To keep.", optional: true } };
const policy = staticPolicy({ allow: ["log"], makers: "any" });

test("each kind of entry in a plugin's life names its maker", async () => {
  const audit = ringAudit();
  const keyValue = { ...memoryKeyValue(), [Symbol.dispose]: () => undefined };
  const made = await rig({
    audit,
    policy,
    platform: { keyValue },
    limits: { crashes: { crashes: 2, withinMs: 60_000 } },
  });
  const { host } = made;
  made.play((_, what) => (what === "run" ? "!" : ""));
  await made.install("test/a", { manifest: { capabilities } });
  for (let n = 0; n < 2; n++) await failure("plugin-crashed", () => host.execute("a.run"));
  await host.enable("test/a");
  made.play((_, what) => (what === "run" ? "1" : ""));
  await host.execute("a.run");
  await host.revoke("test/a", "log");
  await made.install("test/a", { manifest: { capabilities, version: "1.1.0" }, replace: "newer" });
  await host.disable("test/a");
  await host.uninstall("test/a", { keepData: true });
  // What is left of one that is not installed.
  await host.uninstall("test/a");
  const own = audit.entries.filter(({ plugin }) => plugin === "test/a");
  const kinds = new Set(own.map(({ decision }) => decision));
  expect([...kinds].toSorted()).toEqual([
    "askable",
    "crashed",
    "disabled",
    "enabled",
    "granted",
    "installed",
    "quarantined",
    "revoked",
    "uninstalled",
  ]);
  expect(own.filter(({ decision }) => decision === "uninstalled")).toHaveLength(2);
  const nameless = own.filter(({ maker }: AuditEntry) => maker !== "place:rig");
  expect(nameless).toEqual([]);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a package that is refused under a name that another has is not put down to the other", async () => {
  const audit = ringAudit();
  const made = await rig({ audit });
  await made.install("test/a");
  const bytes = await scriptedGuest("commands");
  await failure("manifest-missing", () => made.host.install(bytes));
  const [entry] = audit.entries.filter(({ decision }) => decision === "refused");
  expect(entry?.maker).toBeUndefined();
});
