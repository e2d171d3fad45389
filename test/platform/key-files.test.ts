import { execFile } from "node:child_process";
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import type { KeyId } from "../../src/identity/identity.ts";
import { readCard, writeCard } from "../../src/identity/key-card.ts";
import { keyFolder } from "../../src/platform/node/key-files.ts";
import { knownKeysFile } from "../../src/platform/node/known-keys-file.ts";
import { failure } from "../conformance/engine-expect.ts";

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "tenon-keys-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test("a key is a file that only its user can read, and signs again when it is opened", async () => {
  const where = folder();
  const keys = keyFolder(where);
  const made = await keys.make("acme");
  expect(made).toMatchObject({ name: "acme", isLocked: false, links: [], revoked: undefined });
  if (process.platform !== "win32") {
    expect(statSync(join(where, "acme.key")).mode & 0o777).toBe(0o600);
  }
  const { key } = await keys.open("acme");
  expect(key.id).toBe(made.id);
  expect(await keys.list()).toEqual([made]);
  await failure("key-exists", () => keys.make("acme"));
  expect((await keys.read("acme")).id).toBe(made.id);
});

test.skipIf(process.platform === "win32")("a key that others may read is not used", async () => {
  const where = folder();
  const keys = keyFolder(where);
  await keys.make("acme");
  await keys.make("other");
  for (const mode of [0o640, 0o604, 0o660]) {
    chmodSync(join(where, "acme.key"), mode);
    await failure("key-exposed", () => keys.open("acme"));
    await failure("key-exposed", () => keys.rotate("acme"));
  }
  chmodSync(join(where, "acme.key"), 0o600);
  symlinkSync(join(where, "acme.key"), join(where, "linked.key"));
  await failure("key-exposed", () => keys.open("linked"));
  const told: string[] = [];
  expect((await keys.list(({ code }) => told.push(code))).map(({ name }) => name)).toEqual([
    "acme",
    "other",
  ]);
  expect(told).toEqual(["key-exposed"]);
});

test("a passphrase seals the private part", async () => {
  const where = folder();
  const keys = keyFolder(where);
  const made = await keys.make("acme", "correct horse");
  expect(made.isLocked).toBe(true);
  expect(readFileSync(join(where, "acme.key"), "utf8")).not.toContain("pkcs8");
  await failure("key-locked", () => keys.open("acme"));
  await failure("key-locked", () => keys.open("acme", "wrong horse"));
  expect((await keys.open("acme", "correct horse")).key.id).toBe(made.id);
});

test("a key that is missing, damaged or misnamed has a code", async () => {
  const where = folder();
  const keys = keyFolder(where);
  await failure("key-unreadable", () => keys.open("nobody"));
  await keys.make("acme");
  const text = readFileSync(join(where, "acme.key"), "utf8");
  for (const damaged of ["", text.slice(0, 100), text.replace(/[0-9a-f]{8}"/u, `00000000"`)]) {
    writeFileSync(join(where, "acme.key"), damaged);
    await failure("key-unreadable", () => keys.open("acme"));
  }
  for (const name of ["", "../acme", "A", "a/b"]) await failure("usage", () => keys.open(name));
});

test("a rotated key is vouched for by the one before, which is kept", async () => {
  const keys = keyFolder(folder());
  const first = await keys.make("acme");
  const second = await keys.rotate("acme");
  const third = await keys.rotate("acme");
  expect(third.links).toHaveLength(2);
  expect((await keys.read("acme.1")).id).toBe(first.id);
  expect((await keys.read("acme.2")).id).toBe(second.id);
  expect(new Set([first.id, second.id, third.id]).size).toBe(3);
});

test("a revoked key signs nothing more, and its word for that is known elsewhere", async () => {
  const where = folder();
  const keys = keyFolder(where);
  const made = await keys.make("acme");
  const card = writeCard(await keys.revoke("acme", "stolen", 5));
  await failure("key-revoked", () => keys.open("acme"));
  const read = await readCard(card);
  expect(read).toMatchObject({ id: made.id, name: "acme", revoked: { at: 5, reason: "stolen" } });
  await failure("key-unreadable", () => readCard(card.replace("stolen", "kidding")));
  const known = knownKeysFile(join(where, "known.json"));
  await known.add(made.id, { revoked: { at: 5, reason: "stolen" } });
  await known.add(made.id, { name: "them" });
  expect(await knownKeysFile(join(where, "known.json")).find(made.id)).toMatchObject({
    name: "them",
    revoked: { reason: "stolen" },
  });
  writeFileSync(join(where, "known.json"), "{");
  await failure("key-unreadable", () => known.find(made.id) as Promise<unknown>);
});

test("writers at the same time, of this process and others, lose none of what is known of keys", async () => {
  const path = join(folder(), "known.json");
  const module = join(import.meta.dirname, "../../src/platform/node/known-keys-file.ts");
  const id = (digit: string): KeyId => `key:${digit.repeat(64)}`;
  const revoked = { at: 1, reason: "stolen" };
  const elsewhere = ["a", "b", "c"].map((digit) => {
    const script = `const { knownKeysFile } = await import(${JSON.stringify(module)});
      await knownKeysFile(${JSON.stringify(path)}).add("${id(digit)}", ${JSON.stringify({ revoked })});`;
    return promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  });
  const here = Array.from({ length: 10 }, (_, i) =>
    knownKeysFile(path).add(id(String(i)), { revoked }),
  );
  await Promise.all([...elsewhere, ...here]);
  const known = await knownKeysFile(path).list();
  const expected = [..."0123456789abc"].map((digit) => [id(digit), { revoked }]);
  expect([...known].toSorted(([one], [other]) => (one < other ? -1 : 1))).toEqual(expected);
});

test("a lock that a process left behind holds nobody up for good", async () => {
  const path = join(folder(), "known.json");
  writeFileSync(`${path}.lock`, "");
  const longAgo = Date.now() / 1000 - 60;
  utimesSync(`${path}.lock`, longAgo, longAgo);
  await knownKeysFile(path).add(`key:${"0".repeat(64)}`, { name: "acme" });
  expect((await knownKeysFile(path).list()).size).toBe(1);
});

test("of two that make a key of one name, or rotate one, neither loses the other's", async () => {
  const where = folder();
  const made = await Promise.allSettled([1, 2, 3].map(() => keyFolder(where).make("acme")));
  expect(made.map(({ status }) => status).toSorted()).toEqual([
    "fulfilled",
    "rejected",
    "rejected",
  ]);
  const first = made.find((one) => one.status === "fulfilled")!.value;
  const rotated = await Promise.all([1, 2].map(() => keyFolder(where).rotate("acme")));
  const { key, links } = await keyFolder(where).open("acme");
  expect([rotated.some(({ id }) => id === key.id), links.length]).toEqual([true, 2]);
  const kept = await keyFolder(where).list();
  expect(kept.map(({ name }) => name).toSorted()).toEqual(["acme", "acme.1", "acme.2"]);
  expect(kept.find(({ name }) => name === "acme.1")?.id).toBe(first.id);
});
