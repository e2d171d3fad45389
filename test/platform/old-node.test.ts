import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assertSupportedNode, OLDEST_NODE } from "../../src/platform/node/supported-node.ts";

const root = join(import.meta.dirname, "../..");

// Runs a module as Node 22 would say that it is.
function under22(args: readonly string[]) {
  const versions = "{ value: { ...process.versions, node: '22.19.0' } }";
  const older = `data:text/javascript,Object.defineProperty(process, 'versions', ${versions})`;
  return spawnSync(process.execPath, ["--import", older, ...args], { cwd: root, encoding: "utf8" });
}

test("the command says in one line which Node it needs, and which one it has", () => {
  const { status, stdout, stderr } = under22(["src/cli/main.ts", "--version"]);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(
    /^platform-unsupported {2}This is Node 22\.19\.0, .* Node 24 or later.*\n$/,
  );
});

test("nodePlatform() names Node, and no plugin is blamed", () => {
  const code = `import { nodePlatform } from "./src/platform/node/index.ts";
    try { nodePlatform(); } catch ({ code, plugin, data }) { console.log(JSON.stringify({ code, plugin, data })); }`;
  const { stdout } = under22(["--input-type=module", "--eval", code]);
  expect(JSON.parse(stdout)).toEqual({
    code: "platform-unsupported",
    data: { found: "22.19.0", needed: 24 },
  });
});

test("Deno and Bun, whose versions are their own, are not refused", () => {
  assertSupportedNode({ node: "20.0.0", bun: "1.2.0" });
  assertSupportedNode({ node: "20.0.0", deno: "2.1.0" });
});

test("package.json and the documents name the same version", () => {
  const text = (path: string): string => readFileSync(join(root, path), "utf8");
  const { engines } = JSON.parse(text("package.json")) as { engines: { node: string } };
  expect(engines.node).toBe(`>=${OLDEST_NODE}`);
  for (const path of ["README.md", "docs/embedding.md", "CONTRIBUTING.md"]) {
    expect(text(path)).toContain(`Node ${OLDEST_NODE} or later`);
  }
});
