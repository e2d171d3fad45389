// `tenon build`: a plugin from source and the packages that it imports, as one file.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type Outcome, tenonIn } from "./tenon.ts";

const manifest = {
  name: "acme/shout",
  version: "1.0.0",
  title: "Shout",
  description: "Shouts, as in */ and <b>.",
  api: "^0.1.0",
  commands: [{ id: "shout.run", title: "Shout" }],
};

const MAIN = `import { loud } from "loud";
import { twice } from "./twice.ts";
enum Mood { calm, loud }
export const commands = {
  "shout.run": ({ input }: { input: unknown }) => twice(loud(String(input))) + Mood.loud + process.env.NODE_ENV,
};
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-build-"));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  put("twice.ts", "export const twice = (text: string): string => text + text;\n");
  put(
    "node_modules/loud/package.json",
    '{ "name": "loud", "version": "1.0.0", "main": "main.js" }',
  );
  put("node_modules/loud/main.js", "exports.loud = (text) => text.toUpperCase();\n");
});

function put(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

const tenon = (...args: readonly string[]): Promise<Outcome> => tenonIn(folder, args);
const head = `/* tenon:manifest ${JSON.stringify(manifest).replace("*/", "*\\/")} */\n`;

async function answer(file: string): Promise<string> {
  const { code, out, err } = await tenon("run", file, "run", "--input", '"a"', "--quiet", "--own");
  expect(code, err).toBe(0);
  return out.trim();
}

describe("a plugin with packages from npm", () => {
  it("is built into one file that runs, its manifest in it", async () => {
    put("shout.ts", head + MAIN);
    const { code, out, err } = await tenon("build", "shout.ts");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^built dist\/shout\.js {2}\S+ \S+ {2}from 3 files\n$/u);
    rmSync(join(folder, "node_modules"), { recursive: true });
    expect(await answer("dist/shout.js")).toBe("AA1production");
  });

  it("may have its manifest beside it, or in package.json", async () => {
    put("shout.ts", MAIN);
    put("manifest.json", JSON.stringify(manifest));
    expect((await tenon("build", "shout.ts", "-o", "one/a.js", "--minify")).code).toBe(0);
    expect(await answer("one/a.js")).toBe("AA1production");
    rmSync(join(folder, "manifest.json"));
    const { name, version, description, ...tenonKey } = manifest;
    const described = { name: `@${name}`, version, description, main: "shout.ts", tenon: tenonKey };
    put("package.json", JSON.stringify(described));
    expect((await tenon("build", ".", "-o", "two.js")).code).toBe(0);
    expect(await answer("two.js")).toBe("AA1production");
    expect((await tenon("list", "one/a.js", "two.js")).out.match(/acme\/shout/gu)).toHaveLength(2);
  });

  it("keeps what it imports of the host, and loses what it imports as a type", async () => {
    put(
      "kept.ts",
      `${head}import type { Commands } from "tenon:plugin/commands";
      import { open } from "tenon:plugin/kv"; import "tenon:plugin/text";
      export const commands: Commands = { "shout.run": async () => Boolean(await open("a")) };`,
    );
    const { code, out, err } = await tenon("build", "kept.ts", "--json");
    expect(code, err).toBe(0);
    const made = JSON.parse(out);
    expect(made).toMatchObject({
      out: join(folder, "dist/kept.js"),
      files: 1,
      exports: ["tenon:plugin/commands@0.1.0"],
    });
    expect(made.bytes).toBe(readFileSync(made.out).length);
    expect(made.imports).toContain("tenon:plugin/kv@0.1.0");
    expect(readFileSync(made.out, "utf8")).not.toContain("tenon:plugin/commands");
  });

  it.each([[], ["--minify"]])("says where an error was written %j", async (...more) => {
    put(
      "lib/deep.ts",
      "enum A { a }\n\nexport function deep(a: { x: number }) {\n  return A.a + a.x;\n}\n",
    );
    const main = `import { deep } from "./lib/deep.ts";
      interface Wide { x: number }
      export const commands = { "shout.run": () => deep(undefined as unknown as Wide) };`;
    put("shout.ts", head + main);
    await tenon("build", "shout.ts", ...more);
    const { code, err } = await tenon("run", "dist/shout.js", "run", "--own");
    expect(code).toBe(1);
    expect(err).toContain("TypeError: cannot read property 'x' of undefined (lib/deep.ts:4:");
    await tenon("build", "shout.ts", "--no-source-map", ...more);
    const plain = await tenon("run", "dist/shout.js", "run", "--own");
    expect(plain.err).toContain("(shout.js:");
  });

  it("says that it has no manifest", async () => {
    put("shout.ts", MAIN);
    const { code, out } = await tenon("build", "shout.ts");
    expect(code).toBe(0);
    expect(out).toContain("tenon:manifest");
  });

  it("takes the place of what was built before, and of nothing that it is built of", async () => {
    put("shout.js", `${head}export const commands = { "shout.run": () => 1 };`);
    await tenon("build", "shout.js", "-o", "out.js");
    expect(await tenon("build", "shout.js", "-o", "out.js")).toMatchObject({ code: 0 });
    const source = readFileSync(join(folder, "shout.js"), "utf8");
    const refused = await tenon("build", "shout.js", "-o", "shout.js");
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/^usage {2}--out shout\.js is a file that the plugin is built of/u);
    expect(readFileSync(join(folder, "shout.js"), "utf8")).toBe(source);
  });
});

describe("what cannot be built is told with its place, and writes nothing", () => {
  it.each([
    ["import fs from 'node:fs';\nexport const a = fs;", "bad.ts:1:16: node:fs is of Node alone"],
    ['export const a = 1;\nimport fs from "fs";\nexport { fs };', "bad.ts:2:16: fs is of Node"],
    ["import 'nowhere';", "bad.ts:1:8: nowhere cannot be found; is it installed?"],
    ["import './nowhere.ts';", "bad.ts:1:8: ./nowhere.ts cannot be found; there is no such file"],
    ["export const a: = 1;", "bad.ts:1:17: "],
    [
      "import { readIt } from 'reads';\nexport { readIt };",
      "node_modules/reads/index.js:2:20: fs is",
    ],
  ])("%j", async (source, told) => {
    put("node_modules/reads/package.json", '{ "name": "reads", "version": "1.0.0" }');
    put("node_modules/reads/index.js", '\nconst fs = require("fs"); exports.readIt = () => fs;');
    put("bad.ts", head + source);
    const { code, err } = await tenon("build", "bad.ts");
    expect(code).toBe(3);
    const [place, ...what] = told.split(": ");
    const moved = place!.replace(/^bad\.ts:(\d+)/u, (_, line) => `bad.ts:${Number(line) + 1}`);
    expect(err).toContain(`package-source  ${moved}: ${what.join(": ")}`);
    expect(existsSync(join(folder, "dist"))).toBe(false);
  });

  it.each([
    [["nowhere.ts"], "package-unreadable  nowhere.ts is no source"],
    [["."], 'has no key "tenon"'],
    [["twice.ts", "-o", "twice.ts/a.js"], "storage-failed"],
  ])("%j", async (args, told) => {
    const { code, err } = await tenon("build", ...args);
    expect(code).not.toBe(0);
    expect(err).toContain(told);
  });
});
