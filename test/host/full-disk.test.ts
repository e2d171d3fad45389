import { expect, test } from "vitest";
import {
  askingPolicy,
  combine,
  type DerivedStore,
  firstOf,
  type GrantStore,
  grantAll,
  jsonLinesAudit,
  type KeyValueStore,
  memoryKeyValue,
  rememberedPolicy,
  ringAudit,
  type StorageWatch,
  teeAudit,
  TenonError,
} from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { memoryDerived } from "../platform/memory-derived.ts";
import { bystanderAnswers, type Rig, rig } from "./rig.ts";

// A disk that is full, or that may not be written to, while `isFull`.
const fullDisk = () => {
  const disk = {
    isFull: true,
    /** Throws as Tenon's own stores do. */
    write(path: string): void {
      if (!disk.isFull) return;
      throw new TenonError("storage-failed", `${path}: no space left on device`, {
        data: { path },
      });
    },
  };
  return disk;
};

// Data can be read and not written.
function keyValueOn(disk: ReturnType<typeof fullDisk>): KeyValueStore {
  const store = memoryKeyValue();
  const write = (): void => disk.write("/state/kv.sqlite");
  return {
    ...store,
    space: (owner) => {
      const space = store.space(owner);
      const { openBucket, get, keys, usedBytes } = {
        openBucket: space.openBucket.bind(space),
        get: space.get.bind(space),
        keys: space.keys.bind(space),
        usedBytes: space.usedBytes.bind(space),
      };
      return {
        openBucket,
        get,
        keys,
        usedBytes,
        write: (...about) => (write(), space.write(...about)),
        delete: (...about) => (write(), space.delete(...about)),
      };
    },
    erase: (owner) => (write(), store.erase(owner)),
  };
}

function grantsOn(disk: ReturnType<typeof fullDisk>): GrantStore & { text: string | undefined } {
  const store = {
    text: undefined as string | undefined,
    read: async () => store.text,
    write: async (text: string) => {
      disk.write("/state/grants.json");
      store.text = text;
    },
    setAside: async () => "aside",
  };
  return store;
}

function derivedOn(disk: ReturnType<typeof fullDisk>): DerivedStore {
  let watch: StorageWatch | undefined;
  return {
    ...memoryDerived(),
    keep() {
      try {
        disk.write("/state/derived");
        watch?.works();
      } catch (error) {
        watch?.failed(error);
      }
    },
    watch: (given) => void (watch = given),
  };
}

const places = ({ told }: Rig): unknown[] =>
  told("storage-failed").map(({ error }) => [error.code, error.data["path"]]);

test("a full disk is told once, with its path, and plugins that store nothing go on", async () => {
  const made = await rig({ platform: { keyValue: keyValueOn(fullDisk()) } });
  made.play(() => "1");
  await made.install("test/a");
  expect(await made.host.execute("a.run")).toBe(1);
  await made.host.disable("test/a");
  await failure("plugin-disabled", () => made.host.execute("a.run"));
  await made.host.enable("test/a");
  expect(await made.host.execute("a.run")).toBe(1);
  expect(places(made)).toEqual([["storage-failed", "/state/kv.sqlite"]]);
  // That what it stored could not be deleted is not passed over.
  await failure("storage-failed", () => made.host.uninstall("test/a"));
  expect(await bystanderAnswers(made)).toBe(true);
});

test("each place that fails is told once, and again where it fails after it has worked", async () => {
  const disk = fullDisk();
  const lines: string[] = [];
  const grants = grantsOn(disk);
  const clock = { now: () => 0 };
  const remembered = rememberedPolicy(
    grants,
    askingPolicy(() => "always"),
    clock,
  );
  const trail = jsonLinesAudit(async (text) => {
    disk.write("/state/audit.jsonl");
    lines.push(...text.trimEnd().split("\n"));
  });
  const made = await rig({
    bystander: false,
    platform: { keyValue: keyValueOn(disk), derived: derivedOn(disk) },
    // However they are put together.
    policy: firstOf(combine(remembered), grantAll([], "any")),
    audit: teeAudit(ringAudit(), trail),
  });
  made.play(() => "1");
  const asks = { capabilities: { kv: { reason: "to keep" }, cache: { reason: "to be fast" } } };
  let nth = 0;
  const use = async (): Promise<void> => {
    const name = `p${nth++}`;
    await made.install(`test/${name}`, { manifest: asks });
    expect(await made.host.execute(`${name}.run`)).toBe(1);
    await made.host.disable(`test/${name}`);
    await made.host.enable(`test/${name}`);
    await trail.flush().catch((error: unknown) => {
      const path = "/state/audit.jsonl";
      expect(error).toMatchObject({ code: "audit-unwritable", data: { path } });
    });
  };
  const all = ["audit.jsonl", "derived", "grants.json", "kv.sqlite"].map((name) => [
    "storage-failed",
    `/state/${name}`,
  ]);
  await use();
  await use();
  expect(places(made).toSorted()).toEqual(all);
  expect([lines, grants.text]).toEqual([[], undefined]);

  disk.isFull = false;
  await use();
  expect(places(made)).toHaveLength(all.length);
  expect(JSON.parse(grants.text!)).toMatchObject({ decisions: [{ plugin: "test/p2" }, {}] });
  // The trail says how many lines are missing.
  expect(lines.some((line) => (JSON.parse(line) as { leftOut?: number }).leftOut! > 5)).toBe(true);

  const before = grants.text;
  disk.isFull = true;
  await use();
  await use();
  expect(places(made).slice(all.length).toSorted()).toEqual(all);
  expect(grants.text).toBe(before);
  disk.isFull = false;
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
