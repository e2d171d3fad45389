// What a host does to the process that it is in, and what the process's own start does to it.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type OutputOptions, rolldown } from "rolldown";
import { afterAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const at = (path: string): string => JSON.stringify(pathToFileURL(join(root, path)).href);
const folder = mkdtempSync(join(tmpdir(), "tenon-process-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Counts words, and says `done`.
const program = (options = "", more = ""): string => `
  import { createHost, grantAll } from ${at("src/index.ts")};
  import { nodePlatform } from ${at("src/platform/node/index.ts")};
  const host = createHost({ platform: nodePlatform(${options}), policy: grantAll([], "any") ${more} });
  await host.install(new URL(${at("plugins-rs/word-count/word-count.wasm")}));
  const said = await host.execute("word-count.count", { text: "a b" }).then(() => "done", (e) => e.message);
  console.log(said);`;

function node(args: readonly string[], input?: string) {
  const { signal, status, stdout, stderr } = spawnSync(process.execPath, args, {
    timeout: 25_000,
    encoding: "utf8",
    env: { PATH: process.env["PATH"] },
    ...(input === undefined ? {} : { input }),
  });
  return { signal, status, stdout: stdout.trim(), stderr };
}

const ended = { signal: null, status: 0, stdout: "done" };

function file(name: string, code: string): string {
  writeFileSync(join(folder, name), code);
  return join(folder, name);
}

describe("a host that nobody disposed of", () => {
  test("keeps no process alive once nothing is pending", () => {
    expect(node([file("left.mjs", program())])).toMatchObject(ended);
  });
});

describe("threads of plugins", () => {
  test("start in a process that is given its code, or that loads other things first", () => {
    expect(node(["--input-type=module", "-e", program()])).toMatchObject(ended);
    const hook = file(
      "hook.mjs",
      `import { isMainThread } from "node:worker_threads";
       if (!isMainThread) throw new Error("made for the main thread");`,
    );
    const required = file("hook.cjs", `if (!require("node:worker_threads").isMainThread) throw 1;`);
    const args = ["--import", hook, "--require", required, file("hooked.mjs", program())];
    expect(node(args)).toMatchObject(ended);
  });
});

describe("an application that is bundled", () => {
  async function bundled(
    name: string,
    code: string,
    more: Record<string, string>,
    output: OutputOptions = { format: "esm" },
  ): Promise<string> {
    const input = { app: file(`${name}.ts`, code), ...more };
    const bundle = await rolldown({ input, platform: "node", cwd: root, logLevel: "silent" });
    const dir = join(folder, name);
    await bundle.write({ dir, entryFileNames: "[name].js", ...output });
    copyFileSync(join(root, "plugins-rs/word-count/word-count.wasm"), join(dir, "word-count.wasm"));
    return join(dir, "app.js");
  }

  const thread = join(root, "src/platform/node/guest-thread");
  const workers = {
    "guest-worker": join(thread, "entry.ts"),
    "ticker-worker": join(thread, "ticker-entry.ts"),
  };

  test("runs strangers' plugins where it says where its workers are", async () => {
    const code = program("{ worker: (entry) => new URL(`./${entry}.js`, import.meta.url) }");
    expect(node([await bundled("told", code, workers)])).toMatchObject(ended);
  });

  test("runs them where it says nothing, and its bundler splits", async () => {
    expect(node([await bundled("split", program(), {})])).toMatchObject(ended);
    const minified = { format: "esm", minify: true } as const;
    expect(node([await bundled("minified", program(), {}, minified)])).toMatchObject(ended);
  });

  test("is told what to set where the bundle is one file, and goes on", async () => {
    const whole = { format: "esm", codeSplitting: false } as const;
    const { status, stdout } = node([await bundled("whole", program(), {}, whole)]);
    expect({ status, stdout }).toMatchObject({ status: 0 });
    expect(stdout).toContain("tenon/node/guest-worker");
  });

  test("never runs its own code on a thread of theirs", async () => {
    // All that is shared lies in the chunk of the application's own code.
    const groups = [{ name: "all", test: /\/(abi|wire)\/|merged\.ts/ }];
    const merged = { format: "esm", codeSplitting: { groups } } as const;
    const said = node([await bundled("merged", `console.log("begins");${program()}`, {}, merged)]);
    expect(said.stdout.match(/begins/g)).toHaveLength(1);
    expect(said).toMatchObject({ status: 0 });
    expect(said.stdout).toContain("tenon/node/guest-worker");
  });

  test("runs its own plugins either way", async () => {
    const own = program("", `, isolation: () => "caller"`);
    expect(node([await bundled("own", own, {})])).toMatchObject(ended);
  });
});
