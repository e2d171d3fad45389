import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const sample = join(root, "plugins-rs/web-fetch/web-fetch.wasm");

// The command, whose reader closes the pipe before anything is written: `tenon … | true`.
function unheard(stream: "stdout" | "stderr", args: readonly string[]) {
  const state = mkdtempSync(join(tmpdir(), "tenon-pipe-"));
  onTestFinished(() => rmSync(state, { recursive: true, force: true }));
  const child = spawn(
    process.execPath,
    [join(root, "src/cli/main.ts"), "--state", join(state, "state"), ...args],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  child[stream].destroy();
  let heard = "";
  const other = stream === "stdout" ? child.stderr : child.stdout;
  other.on("data", (chunk: Buffer) => (heard += chunk.toString()));
  return new Promise<{ code: number | null; signal: string | null; heard: string }>((resolve) =>
    child.on("close", (code, signal) => resolve({ code, signal, heard })),
  );
}

test.each([
  ["a report", ["inspect", sample]],
  ["JSON", ["inspect", sample, "--json"]],
  ["help", ["--help"]],
])("a reader that has gone ends %s quietly", async (_, args) => {
  expect(await unheard("stdout", args)).toEqual({ code: 0, signal: null, heard: "" });
});

test("nobody reads the errors: the exit code still says that it failed", async () => {
  const { code, signal, heard } = await unheard("stderr", ["inspect", "/no/such.wasm"]);
  expect([code !== 0 && code !== null, signal, heard]).toEqual([true, null, ""]);
});
