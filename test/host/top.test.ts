import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { top } from "../../src/cli/top.ts";
import { shareUsage, usageSocket } from "../../src/platform/node/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { rig } from "./rig.ts";

async function shown(state: string): Promise<string[]> {
  const lines: string[] = [];
  const out = {
    write: () => undefined,
    line: (text = "") => void lines.push(text),
    style: (_: unknown, text: string) => text,
    interactive: false,
    columns: 100,
  };
  await top(state, out, process.stdin);
  return lines;
}

test("tenon top prints what the plugins of a running host use, the busiest first", async () => {
  const state = await mkdtemp(join(tmpdir(), "tenon-top-"));
  onTestFinished(() => rm(state, { recursive: true, force: true }));
  const made = await rig();
  made.play(() => "1");
  await made.install("test/a");
  for (let n = 0; n < 3; n++) await made.host.execute("a.run");
  await failure("usage", () => shown(state));
  await using _ = await shareUsage(made.host, usageSocket(state));
  const lines = await shown(state);
  expect(lines[0]).toMatch(/^plugin +state +cpu/);
  expect(lines[1]).toMatch(/^test\/a +running /);
  expect(lines[2]).toMatch(/^test\/bystander +installed /);
  expect(lines[3]).toMatch(/^all +1 running /);
  expect((await stat(usageSocket(state))).mode & 0o077).toBe(0);
});
