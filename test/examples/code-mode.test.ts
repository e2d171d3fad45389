import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

test("the adapters for the AI SDK and the Model Context Protocol run programs", () => {
  const hooks = join(root, "scripts/docs/examples/from-sources.ts");
  const main = join(root, "examples/code-mode/main.ts");
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", hooks, main], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(stdout.trim().split("\n")).toEqual([
    'ai: {"value":[4,9],"printed":[]} 4 and 9',
    'mcp: [{"type":"text","text":"\\"the text of a.md\\""}]',
    expect.stringMatching(/^mcp: .*TypeError: cannot read property 'x' of null.*"isError":true/u),
  ]);
});

test("the example is typed as it says", () => {
  const tsc = join(root, "node_modules/.bin/tsc");
  const { stdout } = spawnSync(tsc, ["-p", "examples/code-mode"], { cwd: root, encoding: "utf8" });
  expect(stdout).toBe("");
});
