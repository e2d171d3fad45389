/** The lock of files that processes share: one holder at a time, whoever died with it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { asOnlyWriter } from "../../src/platform/node/state-files.ts";
import { randomFrom } from "../seeded-random.ts";

const seed = Number(process.env["TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "tenon-locks-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A lock of a process that ended a minute ago. */
function abandoned(lock: string): void {
  writeFileSync(lock, "of another");
  const longAgo = Date.now() / 1000 - 60;
  utimesSync(lock, longAgo, longAgo);
}

test("of many that find an abandoned lock, in several processes, one at a time goes on", async () => {
  const where = folder();
  const random = randomFrom(seed);
  const children = [1, 2, 3].map((at) =>
    fork(join(import.meta.dirname, "lock-child.ts"), [`${seed + at}`]),
  );
  onTestFinished(() => children.forEach((child) => child.kill("SIGKILL")));
  await Promise.all(children.map(heard));
  for (let round = 0; round < 60; round++) {
    const path = join(where, `round-${round}`);
    // What was left behind, one upon the other.
    const left = Math.floor(random() * 4);
    if (left > 0) abandoned(`${path}.lock`);
    for (let at = 1; at < left; at++) abandoned(`${path}.lock.${at}`);
    const overlaps = children.map(async (child) => {
      const said = heard(child);
      child.send(path);
      return await said;
    });
    expect(await Promise.all(overlaps), `seed ${seed}, round ${round}`).toEqual([0, 0, 0]);
    expect(readdirSync(where)).toEqual([]);
  }
});

async function heard(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, "message")) as [unknown];
  return message;
}

test("who comes back after its lock was taken over leaves the other's alone", async () => {
  const path = join(folder(), "known.json");
  const other = Promise.withResolvers<void>();
  const inside = Promise.withResolvers<void>();
  let second: Promise<void> | undefined;
  await asOnlyWriter(path, async () => {
    // As if this process had been stopped for a minute.
    const longAgo = Date.now() / 1000 - 60;
    utimesSync(`${path}.lock`, longAgo, longAgo);
    second = asOnlyWriter(path, async () => {
      inside.resolve();
      await other.promise;
    });
    await inside.promise;
  });
  const third = asOnlyWriter(path, async () => "third");
  expect(await Promise.race([third, new Promise((go) => setTimeout(go, 200, "waits"))])).toBe(
    "waits",
  );
  other.resolve();
  await second;
  expect(await third).toBe("third");
});

test("a lock's file says nothing to others, and none stays behind", async () => {
  const where = folder();
  const path = join(where, "known.json");
  writeFileSync(`${path}.lock.1.bak`, "");
  writeFileSync(`${path}.locked`, "");
  expect(await asOnlyWriter(path, async () => readdirSync(where).length)).toBe(3);
  await expect(asOnlyWriter(path, () => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
  expect(readdirSync(where).toSorted()).toEqual(["known.json.lock.1.bak", "known.json.locked"]);
});
