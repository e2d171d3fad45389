import { describe, expect, test } from "vitest";
import {
  isBundle,
  readFiles,
  resolveName,
  writeFiles,
} from "../../../src/javascript/source/files.ts";
import {
  beginsWithManifest,
  manifestComment,
} from "../../../src/javascript/source/manifest-comment.ts";
import { readModule } from "../../../src/javascript/source/module.ts";
import { gatherFiles, readProgram } from "../../../src/javascript/source/program.ts";
import { stripTypes } from "../../../src/platform/node/source.ts";

describe("a module", () => {
  test("says what it takes of each import", async () => {
    const { imports } = await readModule(
      "a.js",
      `import { open as o, Bucket /* , set */ } from "tenon:plugin/kv";
       import * as text from "tenon:plugin/text"; import one from "acme:app/one"; import "acme:app/two";
       export { x } from "./x.js"; export * from "./all.js"; await import("./later.js"); import.meta.url;`,
    );
    expect(imports.map(({ specifier, names, isStar }) => [specifier, names, isStar])).toEqual([
      ["tenon:plugin/kv", ["open", "Bucket"], false],
      ["tenon:plugin/text", "all", false],
      ["acme:app/one", ["default"], false],
      ["acme:app/two", "methods", false],
      ["./x.js", ["x"], false],
      ["./all.js", "all", true],
      ["./later.js", "all", false],
    ]);
    expect(imports[1]!.place).toEqual({ file: "a.js", line: 2, column: 8 });
  });

  test("that is none says where", async () => {
    await expect(readModule("a.js", 'let a;\nimport { b from "c";')).rejects.toMatchObject({
      code: "package-source",
      data: { file: "a.js", line: 2 },
    });
  });
});

describe("a manifest in a comment", () => {
  test.each([
    ['/* tenon:manifest {"name":"a/b"} */ code', ' {"name":"a/b"} '],
    ["\uFEFF// a line\n\n/** tenon:manifest {} **/", " {} "],
    ['#!/usr/bin/env node\n/*tenon:manifest{"t":"*\\/"}*/', '{"t":"*\\/"}'],
  ])("is found in %j", (text, found) => {
    expect(manifestComment(text)).toBe(found);
  });

  test.each(["", "code; /* tenon:manifest {} */", "/* other */ /* tenon:manifest {} */", "/*"])(
    "is not in %j",
    (text) => {
      expect(beginsWithManifest(text)).toBe(false);
      expect(manifestComment(text)).toBeUndefined();
    },
  );
});

describe("the files of a program", () => {
  test.each([
    ["a.js", "./b.js", "b.js"],
    ["lib/a.js", "../b.ts", "b.ts"],
    ["a.js", "../b.js", undefined],
    ["a.js", "./b.json", undefined],
    ["a.js", "./b", undefined],
    ["a.js", "./.hidden/b.js", undefined],
    ["lib/a.js", "./../../b.js", undefined],
    ["a.js", "./tenon:plugin/kv.js", undefined],
    ["a.js", "./lib//b.js", undefined],
    ["a.js", "./%2e%2e/b.js", undefined],
    ["a.js", "./..\\b.js", undefined],
  ])("%s: %s is %s", (from, specifier, name) => {
    expect(resolveName(from, specifier)).toBe(name);
  });

  test("are gathered from the main one on, types left out", async () => {
    const there: Record<string, string> = {
      "lib/a.ts": 'import { b } from "../b.ts"; export const a = b;',
      "b.ts": "export const b: number = 1;",
    };
    const asked: string[] = [];
    const files = await gatherFiles(
      "main.ts",
      'import type { T } from "./types.ts"; export * from "./lib/a.ts"; export default 1;',
      async (name) => {
        asked.push(name);
        return there[name];
      },
    );
    expect(asked).toEqual(["lib/a.ts", "b.ts"]);
    const bytes = writeFiles(files);
    expect(isBundle(bytes)).toBe(true);
    const read = readFiles(bytes, "other.js");
    expect(read.main).toBe("main.ts");
    expect(Object.fromEntries(read.texts)).toEqual(Object.fromEntries(files.texts));
    const program = await readProgram(files, stripTypes);
    expect(program.exports).toEqual(["default", "a"]);
    expect(program.modules.map(({ name }) => name)).toEqual(["main.ts", "lib/a.ts", "b.ts"]);
  });

  test("that is not there is named where it is imported", async () => {
    const gathering = gatherFiles("a.js", '\nimport "./b.js";', async () => undefined);
    await expect(gathering).rejects.toMatchObject({
      code: "package-source",
      message: "a.js:2:1: there is no ./b.js",
    });
  });

  test("of one that says it is several and is not are refused", () => {
    for (const rest of [
      '"main":"a.js","files":{}}',
      '"main":1}',
      "",
      '"main":"x","files":{"../x.js":""}}',
    ]) {
      const bytes = new TextEncoder().encode(`{"tenon:files":1,${rest}`);
      expect(() => readFiles(bytes, "a.js")).toThrow(
        expect.objectContaining({ code: "package-source" }),
      );
    }
    expect(() => readFiles(Uint8Array.of(0xff, 0xfe), "a.js")).toThrow("it is not UTF-8");
  });

  test("in TypeScript say the line of what can't be taken out", async () => {
    const texts = new Map([["a.ts", "const a: number = 1;\nenum E { A }\n"]]);
    await expect(readProgram({ main: "a.ts", texts }, stripTypes)).rejects.toMatchObject({
      code: "package-source",
      data: { file: "a.ts", line: 2, column: 1 },
    });
    await expect(readProgram({ main: "a.ts", texts }, undefined)).rejects.toThrow("stripTypes");
  });
});
