import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createHost, grantAll } from "../../../src/index.ts";
import { nodePlatform } from "../../../src/platform/node/index.ts";
import { manifestOf, rig } from "./rig.ts";

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tenon-js-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const ANSWERS = 'export const commands = { "shout.run": () => "from " + where };';

describe("a plugin from source is installed", () => {
  test("from a file, with its manifest beside it and the files that it imports", async () => {
    const { host } = await rig();
    const folder = await folderWith({
      "shout.js": `import { where } from "./lib/where.js"; ${ANSWERS}`,
      "lib/where.js": 'export const where = "a file";',
      "manifest.json": manifestOf("acme/shout", ["run"]),
    });
    const status = await host.install(join(folder, "shout.js"));
    expect(status.identity).toMatchObject({ tag: "digest" });
    expect(await host.execute("shout.run")).toBe("from a file");
  });

  test("from a folder whose package.json has the key tenon", async () => {
    const { host } = await rig();
    const manifest = JSON.parse(manifestOf("acme/shout", ["run"])) as object;
    const folder = await folderWith({
      "package.json": JSON.stringify({
        name: "@acme/shout",
        version: "2.1.0",
        main: "./src/index.ts",
        tenon: { ...manifest, name: undefined, version: undefined },
      }),
      "src/index.ts": `const where: string = "a folder"; ${ANSWERS}`,
    });
    const status = await host.install(folder);
    expect([status.name, status.version]).toEqual(["acme/shout", "2.1.0"]);
    expect(await host.execute("shout.run")).toBe("from a folder");
  });

  test("with its manifest in a comment, from bytes alone", async () => {
    const { host } = await rig();
    const text = `/* tenon:manifest ${manifestOf("acme/shout", ["run"])} */ const where = "bytes"; ${ANSWERS}`;
    await host.install(new TextEncoder().encode(text));
    expect(await host.execute("shout.run")).toBe("from bytes");
  });

  test("by its digest, which is that of its bytes", async () => {
    const { host, install } = await rig();
    const source = `const where = "here"; ${ANSWERS}`;
    await install(source);
    const { digest } = host.plugin("acme/shout");
    await host.uninstall("acme/shout");
    await install(source, { digest });
    await host.uninstall("acme/shout");
    await expect(install(`${source} `, { digest })).rejects.toMatchObject({
      code: "package-digest-mismatch",
    });
  });
});

describe("a plugin from source is refused", () => {
  test("by a host that was not given its language, which says what to give", async () => {
    await using host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
    const folder = await folderWith({ "shout.ts": "export {};" });
    await expect(host.install(join(folder, "shout.ts"))).rejects.toMatchObject({
      code: "package-language",
      message: expect.stringContaining("languages: [javascript()]"),
    });
  });

  test("where it imports what its manifest does not ask for, in the words of a component's", async () => {
    const { install } = await rig();
    const source = 'import { open } from "tenon:plugin/kv"; export const commands = {};';
    await expect(install(source)).rejects.toMatchObject({
      code: "package-imports",
      data: {
        missing: [{ import: "tenon:plugin/kv@0.1.0", reason: "capability", capability: "kv" }],
      },
    });
  });

  test("where it imports a function that there is not", async () => {
    const { install } = await rig({ grants: ["kv"] });
    const source = 'import { opne } from "tenon:plugin/kv"; export const commands = {};';
    await expect(install(source)).rejects.toMatchObject({
      code: "package-imports",
      data: { missing: [{ import: "tenon:plugin/kv@0.1.0", reason: "type" }] },
    });
  });

  test("where nothing offers an interface", async () => {
    const { install } = await rig();
    const source = 'import { a } from "acme:app/thing@1.0.0"; export const commands = {};';
    await expect(install(source)).rejects.toMatchObject({
      code: "package-imports",
      data: { missing: [{ import: "acme:app/thing@1.0.0", reason: "unknown" }] },
    });
  });

  test.each([
    ["a module of Node", 'export const commands = {};\nimport "node:fs";', "shout.js:2:1:"],
    ["a package", 'import _ from "lodash";', "shout.js:1:1:"],
    ["an address", 'import _ from "https://example.com/a.js";', "shout.js:1:1:"],
    ["what lies outside of its folder", 'import "../../etc/x.js";', "shout.js:1:1:"],
    ["JSON", 'import x from "./x.json" with { type: "json" };', "shout.js:1:1:"],
  ])("that imports %s, with the line", async (_, source, place) => {
    const { install } = await rig();
    await expect(install(source)).rejects.toMatchObject({
      code: "package-source",
      message: expect.stringContaining(place),
    });
  });

  test("that does not export what its manifest promises", async () => {
    const { install } = await rig();
    await expect(install("export const command = {};")).rejects.toMatchObject({
      code: "package-exports",
      data: { missing: ["tenon:plugin/commands"] },
    });
  });
});

describe("a folder of plugins", () => {
  const one = (name: string, answer: string): string => {
    const prefix = name.replace(/^.*\//u, "");
    const manifest = manifestOf(name, ["run"]);
    return `/* tenon:manifest ${manifest} */ ${answer}; export const commands = { "${prefix}.run": () => where };`;
  };
  const described = (name: string): string => {
    const { name: _, ...manifest } = JSON.parse(manifestOf(name, ["run"])) as { name: string };
    return JSON.stringify({ name: `@${name}`, main: "main.ts", tenon: manifest });
  };

  test("may have some from source: files with a manifest, and folders of package.json", async () => {
    const { host } = await rig();
    const folder = await folderWith({
      "package.json": JSON.stringify({ name: "an-application", tenon: {} }),
      "one.ts": one("acme/one", 'import { where } from "./part.ts"'),
      "part.ts": 'export const where: string = "one";',
      "inner/two.js": one("acme/two", 'const where = "two"'),
      "three/package.json": described("acme/three"),
      "three/main.ts": 'export const commands = { "three.run": (): string => "three" };',
      "four/package.json": JSON.stringify({ name: "four" }),
      "four/four.mjs": one("acme/four", 'const where = "four"'),
      "node_modules/five.js": one("acme/five", 'const where = "five"'),
      "inner/deep/six.js": one("acme/six", 'const where = "six"'),
      "broken.js": one("acme/broken", "const where = (").replace("where };", "where"),
      "lost.js": one("acme/lost", 'import { where } from "./nowhere.js"'),
    });
    const report = await host.installAll(folder);
    expect(report.refused.map(({ path }) => path.slice(folder.length + 1))).toEqual([
      "broken.js",
      "lost.js",
    ]);
    expect(report.refused.map(({ error }) => error.code)).toEqual([
      "package-source",
      "package-source",
    ]);
    expect(report).toMatchObject({ plugins: 4, read: 6 });
    for (const name of ["one", "two", "three", "four"]) {
      expect(await host.execute(`${name}.run`)).toBe(name);
    }
    expect(host.plugins().map(({ name }) => name)).not.toContain("acme/five");
    expect(await host.execute("bystander.ask")).toBe("fine");
  });

  test("is installed again as it is, and anew where a source was written and it is said", async () => {
    const { host } = await rig();
    const folder = await folderWith({ "one.js": one("acme/one", "const where = 1") });
    const mine = { place: folder };
    await host.installAll(folder, mine);
    expect(await host.installAll(folder, mine)).toMatchObject({ plugins: 1, refused: [] });
    await writeFile(join(folder, "one.js"), one("acme/one", "const where = 2"));
    expect((await host.installAll(folder, mine)).refused).toHaveLength(1);
    expect(await host.execute("one.run")).toBe(1);
    const report = await host.installAll(folder, { ...mine, replace: "any" });
    expect(report).toMatchObject({ plugins: 1, refused: [] });
    expect(await host.execute("one.run")).toBe(2);
  });

  test("has no sources for a host without languages", async () => {
    const folder = await folderWith({ "one.js": one("acme/one", "const where = 1") });
    const host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
    onTestFinished(() => host.close());
    expect(await host.installAll(folder)).toEqual({ plugins: 0, read: 0, refused: [] });
  });
});
