// Plugins from source are signed beside: their files are what their makers wrote.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { createHost, grantAll } from "../../src/index.ts";
import { javascript } from "../../src/javascript/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { manifestOf } from "../javascript/plugins/rig.ts";
import { type Outcome, tenonIn } from "./tenon.ts";

// Each line starts a process or two.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let key: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tenon-signed-"));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  const { out } = await tenon("keys", "--keys", "mine", "make", "acme");
  key = /key:[0-9a-f]{64}/u.exec(out)![0];
});

const tenon = (...args: readonly string[]): Promise<Outcome> => tenonIn(folder, args);
const sign = (file: string): Promise<Outcome> =>
  tenon("sign", file, "--keys", "mine", "--key", "acme");

function put(name: string, text: string): string {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const manifest = manifestOf("acme/shout", ["run"]);
const SOURCE = 'export const commands = { "shout.run": (): string => "fine" };';

async function installed(path: string): Promise<unknown> {
  await using host = createHost({
    platform: nodePlatform(),
    policy: grantAll([], "any"),
    languages: [javascript()],
  });
  const { identity } = await host.install(path);
  expect(await host.execute("shout.run")).toBe("fine");
  return identity;
}

const { name, ...others } = JSON.parse(manifest) as { name: string };
const ways: Readonly<
  Record<
    string,
    { readonly files: Record<string, string>; readonly at: string; readonly sig: string }
  >
> = {
  "a file with its manifest in it": {
    files: { "shout.ts": `/* tenon:manifest ${manifest} */ ${SOURCE}` },
    at: "shout.ts",
    sig: "shout.ts.sig",
  },
  "files with the manifest beside them": {
    files: {
      "shout.ts": 'export { commands } from "./lib/all.ts";',
      "lib/all.ts": SOURCE,
      "manifest.json": manifest,
    },
    at: "shout.ts",
    sig: "shout.ts.sig",
  },
  "a folder with package.json": {
    files: {
      "plug/package.json": JSON.stringify({ name: `@${name}`, main: "main.ts", tenon: others }),
      "plug/main.ts": 'export { commands } from "./all.ts";',
      "plug/all.ts": SOURCE,
    },
    at: "plug",
    sig: "plug/package.json.sig",
  },
};

test.each(Object.entries(ways))("%s", async (_, { files, at, sig }) => {
  for (const [file, text] of Object.entries(files)) put(file, text);
  const { code, out, err } = await sign(at);
  expect([code, out], err).toEqual([0, `signed ${sig} with acme  ${key}\n`]);
  expect(await tenon("verify", at, "--by", key)).toMatchObject({ code: 0 });
  expect(await installed(join(folder, at))).toMatchObject({ tag: "key", key });
  expect((await tenon("list", at)).out).toContain("acme/shout");
  for (const [file, text] of Object.entries(files)) {
    // Another word in any file of it: in the manifest, in what is imported, in the first one.
    const other = text.replace(/fine|1\.0\.0|commands/u, (one) =>
      one === "1.0.0" ? "1.0.1" : `${one} `,
    );
    put(file, other);
    const refused = await tenon("verify", at, "--by", key);
    expect(refused.code, file).toBe(3);
    await expect(installed(join(folder, at)), file).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:signature-wrong|package-source|manifest-)/u),
    });
    put(file, text);
  }
  expect(await installed(join(folder, at))).toMatchObject({ tag: "key", key });
});

test("installAll sees who signed, and a folder's other plugins are not touched by a wrong one", async () => {
  put("one.js", `/* tenon:manifest ${manifest} */ ${SOURCE.replace(": string", "")}`);
  const other = manifestOf("acme/other", ["run"]);
  put("two.js", `/* tenon:manifest ${other} */ export const commands = { "other.run": () => 2 };`);
  await sign("one.js");
  await sign("two.js");
  put("two.js", `/* tenon:manifest ${other} */ export const commands = { "other.run": () => 3 };`);
  await using host = createHost({
    platform: nodePlatform(),
    policy: grantAll([], "any"),
    languages: [javascript()],
  });
  const report = await host.installAll(folder);
  expect(report.refused.map(({ path, error }) => [path, error.code])).toEqual([
    [join(folder, "two.js"), "signature-wrong"],
  ]);
  expect(host.plugins().map(({ identity }) => identity)).toEqual([
    expect.objectContaining({ tag: "key", key }),
  ]);
});

test("what is no plugin is not signed", async () => {
  put("broken.ts", `/* tenon:manifest ${manifest} */ export const a = (`);
  put("lost.js", `/* tenon:manifest ${manifest} */ import "./nowhere.js";`);
  for (const file of ["broken.ts", "lost.js", "nowhere.ts"]) {
    expect((await sign(file)).code).not.toBe(0);
    expect(existsSync(join(folder, `${file}.sig`))).toBe(false);
  }
});
