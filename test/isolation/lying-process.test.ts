// A process that breaks its guest's engine may say anything: its own plugin suffers for it, and nobody else.
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { createHost, grantAll, type Host } from "../../src/index.ts";
import { nodeProcesses } from "../../src/platform/node/guest-process/node-processes.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { bundledProcess } from "../process-entry.ts";

vi.setConfig({ testTimeout: 120_000 });

const MIB = 1024 * 1024;
const root = mkdtempSync(join(tmpdir(), "tenon-lies-"));
const program = join(root, "program");

beforeAll(async () => {
  const entry = new URL("lying-entry.ts", import.meta.url);
  await bundledProcess(program, entry);
});
afterAll(() => rm(root, { recursive: true }));

function plugin(name: string): Uint8Array {
  return readFileSync(new URL(`../../plugins-rs/${name}/${name}.wasm`, import.meta.url));
}

/** A host whose plugin tenon/notes runs in processes that lie so; tenon/word-count is honest. */
async function lyingHost(lie: string): Promise<Host> {
  const folder = mkdtempSync(join(root, "lie-"));
  cpSync(program, folder, { recursive: true });
  writeFileSync(join(folder, "lie.txt"), lie);
  const entry = pathToFileURL(join(folder, "guest-process.js"));
  const host = createHost({
    platform: { ...nodePlatform(), processes: nodeProcesses({ entry }) },
    isolation: ({ name }) => (name === "tenon/notes" ? "process" : "thread"),
    policy: grantAll(["kv", "log"], "any"),
    limits: { commandMs: 3_000, instances: 8 },
  });
  onTestFinished(() => host.close());
  await host.install(plugin("word-count"), { place: "own" });
  await host.install(plugin("notes"), { place: "own" });
  await counted(host);
  return host;
}

async function counted(host: Host): Promise<void> {
  expect(await host.execute("word-count.count", { text: "one two" })).toMatchObject({ words: 2 });
}

/** What a call of the lying plugin came to, while the other one answered all along. */
async function beside(host: Host): Promise<PromiseSettledResult<unknown>> {
  let isOver = false;
  const call = Promise.allSettled([host.execute("notes.list", null)]).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await counted(host);
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
  const [outcome] = await call;
  await counted(host);
  return outcome!;
}

describe.each([
  "an answer that is cut off",
  "an error that is none",
  "an error whose data are null",
  "empty messages without end",
  "frames of an instance that never was",
  "calls whose answers it does not read",
  "calls with arguments that are none",
  "calls that wait, all at once",
  "an answer of 60 MB",
  "a record for the log with a million fields",
])("a process says %s", (lie) => {
  test("its plugin has crashed, other plugins answer, and the host closes", async () => {
    const host = await lyingHost(lie);
    const before = process.memoryUsage.rss();
    const outcome = await beside(host);
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "plugin-crashed" } });
    expect(host.plugin("tenon/notes").crashes).toBe(1);
    expect(process.memoryUsage.rss() - before).toBeLessThan(256 * MIB);
    await host.close();
  });
});

test("a process that says what means nothing, without end, holds nobody up", async () => {
  const host = await lyingHost("frames of no kind without end");
  const reason = { code: "plugin-deadline" };
  expect(await beside(host)).toMatchObject({ status: "rejected", reason });
  await host.close();
});

test("time that nobody ran keeps its plugin waiting no longer than it can have run", async () => {
  const host = await lyingHost("time that nobody ran");
  for (let left = 3; left > 0; left--) {
    expect(await beside(host)).toMatchObject({ status: "fulfilled", value: "answered" });
  }
  expect(host.usage("tenon/notes").cpuMs).toBeLessThan(60_000);
});

test("memories that a process has, or says it has, are no addresses of the host's", async () => {
  const host = await lyingHost("that it has 65,535 memories");
  await beside(host);
  // Of both, the honest one has been unused for longer.
  expect(await host.execute("notes.list", null)).toBe("answered");
  const { starts } = host.plugin("tenon/word-count");
  await host.install(plugin("diff"), { place: "own" });
  await host.execute("diff.unified", { before: "a", after: "b" });
  await counted(host);
  expect(host.plugin("tenon/word-count").starts).toBe(starts);
});
