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
