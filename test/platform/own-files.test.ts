// The state folder's files are its user's alone, whoever made the folder and whatever the umask is.
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonLinesAudit } from "../../src/capability/json-lines-audit.ts";
import { rememberedPolicy } from "../../src/capability/remembered-policy.ts";
import { staticPolicy } from "../../src/capability/static-policy.ts";
import { createHost } from "../../src/host/host.ts";
import { nodePackFiles, nodePlatform } from "../../src/platform/node/index.ts";
import { isOurs, makePrivate } from "../../src/platform/node/own-files.ts";
import { shareUsage, usageSocket } from "../../src/platform/node/share-usage.ts";
import { appendTo, grantFile } from "../../src/platform/node/state-files.ts";
import { sqliteKeyValue } from "../../src/platform/node/sqlite-key-value.ts";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const root = mkdtempSync(join(tmpdir(), "tenon-own-"));
let umask = 0;
let count = 0;
beforeAll(() => {
  umask = process.umask(0);
});
afterAll(() => {
  process.umask(umask);
  rmSync(root, { recursive: true, force: true });
});

// A new folder with a mode of its own.
function folder(mode = 0o755): string {
  const path = join(root, String(count++));
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

// Everything below a folder that is not a folder itself, with what others may do with it.
function rights(path: string): Record<string, number> {
  const all = readdirSync(path, { recursive: true, withFileTypes: true });
  const files = all.filter((entry) => !entry.isDirectory());
  const entries = files.map((entry): [string, number] => {
    const at = join(entry.parentPath, entry.name);
    return [at.slice(path.length + 1), lstatSync(at).mode & 0o077];
  });
  return Object.fromEntries(entries);
}

const decisions = JSON.stringify({ version: 1, decisions: [] });

async function fill(state: string): Promise<void> {
  await using platform = nodePlatform({ state });
  const rule = { when: "any", quotaBytes: 1_000 } as const;
  await platform.keyValue.space("a/b").write("c", "k", Uint8Array.of(7), rule);
  platform.derived?.keep("x", () => Uint8Array.of(1));
  nodePackFiles(join(state, "cache/a")).create("0123456789abcdef.pack").close();
  const packages = folder();
  writeFileSync(join(packages, "a.wasm"), "");
  await (await platform.packages?.list(packages))?.keepIndex(Uint8Array.of(1));
  const audit = jsonLinesAudit(appendTo(join(state, "audit.jsonl")));
  audit.write({
    at: 0,
    plugin: "a/b",
    operation: "x",
    decision: "refused",
    capability: "c",
    reason: "y",
  });
  await audit.flush();
  await grantFile(join(state, "grants.json")).write(decisions);
  await using host = createHost({ platform, policy: staticPolicy({}) });
  await using _ = await shareUsage(host, usageSocket(state));
  const found = rights(state);
  expect(Object.keys(found).toSorted()).toEqual(
    expect.arrayContaining(["audit.jsonl", "grants.json", "kv.sqlite", "usage.sock"]),
  );
  for (const [file, others] of Object.entries(found)) expect([file, others]).toEqual([file, 0]);
}

describe("the files of a state folder", () => {
  test("are this user's alone where the folder is made for them", async () => {
    const state = join(folder(), "state");
    await fill(state);
    expect(statSync(state).mode & 0o077).toBe(0);
  });

  test("are so in a folder that somebody made for all", async () => {
    await fill(folder(0o777));
  });

  test("become so where they were there before, open to others", async () => {
    const state = folder();
    for (const name of ["audit.jsonl", "grants.json", "kv.sqlite"]) {
      writeFileSync(join(state, name), name === "grants.json" ? decisions : "");
      chmodSync(join(state, name), 0o666);
    }
    const policy = rememberedPolicy(grantFile(join(state, "grants.json")), staticPolicy({}), Date);
    expect(await policy.list()).toEqual([]);
    await fill(state);
  });

  test("of an audit trail goes on behind a line that was cut short", async () => {
    const path = join(folder(), "audit.jsonl");
    writeFileSync(path, '{"at":1}\n{"at":2');
    await appendTo(path)('{"at":3}\n');
    expect(readFileSync(path, "utf8")).toBe('{"at":1}\n{"at":2\n{"at":3}\n');
  });

  test("of grants is refused where it is larger than any can be", async () => {
    const path = join(folder(), "grants.json");
    writeFileSync(path, "[".repeat(17 << 20));
    const policy = rememberedPolicy(grantFile(path), staticPolicy({}), Date);
    await expect(policy.list()).rejects.toMatchObject({ code: "grants-unreadable" });
  });

  test("are never without a mode of their own: nobody reads what is about to be written", () => {
    const path = join(folder(0o777), "made");
    makePrivate(path);
    expect([statSync(path).mode & 0o777, statSync(path).size]).toEqual([0o600, 0]);
  });

  test.runIf(isRoot)("of another user are not written to, nor believed", async () => {
    const state = folder(0o777);
    for (const name of ["kv.sqlite", "audit.jsonl", "grants.json"]) {
      const path = join(state, name);
      writeFileSync(path, name === "grants.json" ? decisions : "");
      chownSync(path, NOBODY, NOBODY);
    }
    using store = sqliteKeyValue(join(state, "kv.sqlite"));
    expect(() => store.space("a/b").openBucket("c", 1)).toThrow(
      expect.objectContaining({ code: "storage-failed" }),
    );
    const audit = jsonLinesAudit(appendTo(join(state, "audit.jsonl")));
    audit.write({
      at: 0,
      plugin: "a/b",
      operation: "x",
      decision: "refused",
      capability: "c",
      reason: "y",
    });
    await expect(audit.flush()).rejects.toMatchObject({ code: "audit-unwritable" });
    const policy = rememberedPolicy(grantFile(join(state, "grants.json")), staticPolicy({}), Date);
    await expect(policy.list()).rejects.toMatchObject({ code: "grants-unreadable" });
  });
});

describe("code is loaded from a folder only where", () => {
  test("nobody else may write to it", () => {
    expect(isOurs(folder())).toBe(true);
    expect(isOurs(folder(0o775))).toBe(false);
    expect(isOurs(folder(0o757))).toBe(false);
  });

  test("nobody else may write to a folder above it", () => {
    const open = folder(0o777);
    mkdirSync(join(open, "a/b"), { recursive: true, mode: 0o700 });
    expect(isOurs(join(open, "a/b"))).toBe(false);
    expect(isOurs(join(open, "a/b/not/made/yet"))).toBe(false);
    chmodSync(open, 0o755);
    expect(isOurs(join(open, "a/b"))).toBe(true);
    expect(isOurs(join(open, "a/b/not/made/yet"))).toBe(true);
  });

  test.runIf(isRoot)("no other user owns one above it; root's sticky ones are safe", () => {
    const above = folder();
    const inside = join(above, "inside");
    mkdirSync(inside, { mode: 0o700 });
    chownSync(above, NOBODY, NOBODY);
    expect(isOurs(inside)).toBe(false);
    chmodSync(above, 0o1777);
    expect(isOurs(inside)).toBe(false);
    chownSync(above, 0, 0);
    expect(isOurs(inside)).toBe(true);
    chownSync(inside, NOBODY, NOBODY);
    expect(isOurs(inside)).toBe(false);
  });

  test("no link leads it through a folder that others may write to", () => {
    const open = folder(0o777);
    mkdirSync(join(open, "real"), { mode: 0o700 });
    const safe = folder();
    symlinkSync(join(open, "real"), join(safe, "link"));
    expect(isOurs(join(safe, "link"))).toBe(false);
    mkdirSync(join(open, "real/inner"), { mode: 0o700 });
    expect(isOurs(join(safe, "link/inner"))).toBe(false);
    chmodSync(open, 0o755);
    expect(isOurs(join(safe, "link/inner"))).toBe(true);
  });
});

test("a state folder that is a file is a failure of storage, by name", async () => {
  const path = join(folder(), "state");
  writeFileSync(path, "");
  await using platform = nodePlatform({ state: path });
  expect(() => platform.keyValue.space("a/b").openBucket("c", 1)).toThrow(
    expect.objectContaining({ code: "storage-failed" }),
  );
  expect(await platform.derived?.get("x")).toBeUndefined();
  expect(isOurs(join(path, "derived"))).toBe(false);
});
