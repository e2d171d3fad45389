// A state folder that is a file, or has no room: named, and plugins that store nothing go on.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createHost, grantAll, jsonLinesAudit, type HostEvent } from "../../src/index.ts";
import { appendTo, grantFile, nodePlatform } from "../../src/platform/node/index.ts";
import { failure } from "../conformance/engine-expect.ts";

const sample = new URL("../../plugins-rs/word-count/word-count.wasm", import.meta.url);

function stateThatIsAFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "tenon-state-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const state = join(folder, "state");
  writeFileSync(state, "somebody's text");
  return state;
}

test("a plugin that stores nothing goes on, and one event names the file", async () => {
  const state = stateThatIsAFile();
  const told: HostEvent[] = [];
  await using host = createHost({ platform: nodePlatform({ state }), policy: grantAll([], "any") });
  host.on((event) => told.push(event));
  await host.install(sample);
  for (let i = 0; i < 3; i++) {
    const answer = await host.execute("word-count.count", { text: "one two" });
    expect(answer).toMatchObject({ words: 2 });
  }
  await host.disable("tenon/word-count");
  await host.enable("tenon/word-count");
  const failures = told.filter(({ tag }) => tag === "storage-failed");
  expect(failures).toMatchObject([{ error: { data: { path: join(state, "kv.sqlite") } } }]);
  expect(readFileSync(state, "utf8")).toBe("somebody's text");
});

test("grants and the audit trail that can't be written there name their own files", async () => {
  const state = stateThatIsAFile();
  const grants = join(state, "grants.json");
  await expect(grantFile(grants).write("{}")).rejects.toThrow(state);
  const audit = jsonLinesAudit(appendTo(join(state, "audit.jsonl")));
  audit.write({
    at: 0,
    plugin: "acme/p",
    capability: "kv",
    operation: "use",
    decision: "refused",
    reason: "",
  });
  const error = await failure("audit-unwritable", () => audit.flush());
  expect(error.message).toContain(state);
  expect(readFileSync(state, "utf8")).toBe("somebody's text");
});
