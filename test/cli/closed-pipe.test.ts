import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

test.skipIf(process.platform !== "linux")(
  "output that a full disk does not take is a fault of storage, and what was to be done is done",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "tenon-full-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [full, document] = [openSync("/dev/full", "w"), join(folder, "notes.txt")];
    onTestFinished(() => closeSync(full));
    writeFileSync(document, "one");
    const upper = join(root, "plugins-rs/upper/upper.wasm");
    const state = ["--state", join(folder, "state")];
    for (const args of [
      ["run", upper, "run", "-d", document, "-w"],
      ["inspect", upper],
      ["--help"],
    ]) {
      const child = spawn(process.execPath, [join(root, "src/cli/main.ts"), ...state, ...args], {
        stdio: ["ignore", full, "pipe"],
      });
      let told = "";
      child.stderr!.on("data", (chunk: Buffer) => (told += chunk.toString()));
      const code = await new Promise((resolve) => child.on("close", resolve));
      expect(code, told).toBe(5);
      expect(told).toMatch(/^storage-failed {2}standard output could not be written: .*ENOSPC/mu);
      expect(told.match(/storage-failed/gu)).toHaveLength(1);
    }
    expect(readFileSync(document, "utf8")).toBe("ONE");
  },
);
