// The stores of a state folder that are no database, when their process is killed in mid-write. The key-value
// store and the packs of caches have tests of their own (key-value.test.ts, test/cache/pack-node.test.ts).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "vitest";
import { packageFolders } from "../../src/platform/node/package-folders.ts";
import { decisionsUpTo, indexOf } from "./store-contents.ts";

const state = mkdtempSync(join(tmpdir(), "tenon-kill-"));
mkdirSync(join(state, "packages"));
afterAll(() => rmSync(state, { recursive: true, force: true }));

const KILLS = 6;

async function acknowledgedUntilKilled(first: number, rounds: number): Promise<number> {
  const script = join(import.meta.dirname, "stores-child.ts");
  const child = spawn(process.execPath, [script, state, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  let last = first - 1;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (last - first === rounds) child.kill("SIGKILL");
  }
  await ended;
  return last;
}

test("grants, audit trail and index keep what was acknowledged when the process is killed", async () => {
  let last = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const acknowledged = await acknowledgedUntilKilled(last + 1, 5 + kill * 17);
    // At most the round that was under way came on top, whole.
    const grants = readFileSync(join(state, "grants.json"), "utf8");
    expect([acknowledged, acknowledged + 1].map(decisionsUpTo)).toContain(grants);
    const trail = readFileSync(join(state, "audit.jsonl"), "utf8").split("\n").slice(0, -1);
    const seen = trail.map((line) => Date.parse((JSON.parse(line) as { at: string }).at));
    expect(seen.slice(0, acknowledged)).toEqual(
      Array.from({ length: acknowledged }, (_, i) => i + 1),
    );
    const folder = await packageFolders(join(state, "index")).list(join(state, "packages"));
    const index = Buffer.from((await folder.readIndex()) ?? []);
    expect([acknowledged, acknowledged + 1].some((i) => index.equals(indexOf(i)))).toBe(true);
    // The next one starts behind the last line of the trail.
    last = seen.length;
  }
  expect(last).toBeGreaterThan(KILLS * 5);
});
