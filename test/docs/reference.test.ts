/** docs/api/: what it says of public names, and that one without a sentence is found. Lint checks that it is fresh. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { gapsIn } from "../../scripts/docs/reference/gaps.ts";
import { pagesOf } from "../../scripts/docs/reference/pages.ts";
import { type Entry, entriesOf } from "../../scripts/docs/reference/reference.ts";

const FILES = {
  "index.d.ts": `export type { Options, Kind } from "./options.ts";
export { make, Maker } from "./make.ts";
`,
  "node.d.ts": `export { make } from "./make.ts";
export { LIST } from "./make.ts";
`,
  "make.d.ts": `import type { Options } from "./options.ts";
/** Makes one of {@link Options}. Throws \`usage\`. */
export declare function make(options: Options): Maker;
export declare class Maker implements Base {
    #private;
    private readonly hidden;
    constructor(options: Options);
    /** How many, from 0. */
    get count(): number;
    stop(): void;
    silent(): void;
}
/** What makers have in common. */
interface Base {
    stop(): void;
}
/** A list. */
export declare const LIST: {
    readonly a: number;
};
`,
  "options.d.ts": `/** What to do. */
export interface Options {
    /** Milliseconds. Default: 5. */
    readonly ms?: number;
    readonly kind?: Kind;
    readonly inner?: {
        /** How deep, 1 to 9. */
        readonly depth: number;
        readonly width: number;
    };
    /** Both \`a\` and \`b\`. */
    readonly both?: {
        readonly a: string;
        readonly b: string;
    };
}
/** One of two. */
export type Kind = {
    readonly tag: "none";
} | {
    readonly tag: "some";
    readonly value: number;
};
`,
};

function read(files: Readonly<Record<string, string>> = FILES): readonly Entry[] {
  const folder = mkdtempSync(join(tmpdir(), "tenon-reference-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const entries = new Map([
    [".", "index.d.ts"],
    ["./node", "node.d.ts"],
  ]);
  return entriesOf(folder, entries, { ".": "All of it.", "./node": "For Node." });
}

test("names without a sentence are found, and members, and parts that nothing tells of", () => {
  expect(gapsIn(read())).toEqual([
    "src/make.ts: Maker",
    "src/make.ts: Maker.stop",
    "src/make.ts: Maker.silent",
    "src/options.ts: Options.kind",
    "src/options.ts: Options.inner",
  ]);
});

test("a method has the sentence of the interface that it implements", () => {
  const make = FILES["make.d.ts"].replace(
    "interface Base {\n    stop",
    "export interface Base {\n    /** Ends it. */\n    stop",
  );
  const index = FILES["index.d.ts"].replace("Maker }", "Maker, type Base }");
  const entries = read({ ...FILES, "make.d.ts": make, "index.d.ts": index });
  expect(gapsIn(entries)).not.toContain("src/make.ts: Maker.stop");
  expect(pagesOf(entries).get("tenon.md")).toContain("- `stop(): void`: Ends it.");
});

test("a page has each name with its code, its text, its members, and links between names", () => {
  const pages = pagesOf(read());
  expect([...pages.keys()]).toEqual(["README.md", "tenon.md", "node.md"]);
  const page = pages.get("tenon.md")!;
  for (const part of [
    "# tenon\n\nAll of it.\n",
    "## make\n\n```typescript\nfunction make(options: Options): Maker;\n```\n\nMakes one of [`Options`](#options). Throws `usage`.",
    "## Maker\n\n```typescript\nclass Maker implements Base\n```",
    "- `get count(): number`: How many, from 0.",
    "- `readonly ms?: number`: Milliseconds. Default: 5.",
    "- `readonly inner?: { … }`\n  - `readonly depth: number`: How deep, 1 to 9.\n  - `readonly width: number`",
    "- `readonly both?: { readonly a: string; readonly b: string; }`: Both `a` and `b`.",
    'type Kind = {\n    readonly tag: "none";\n} | {',
  ]) {
    expect(page).toContain(part);
  }
  expect(page).not.toContain("hidden");
  expect(page).not.toContain("#private");
  const other = pages.get("node.md")!;
  expect(other).toContain("Exported here, too: [make](tenon.md#make)");
  expect(other).not.toContain("## make");
  expect(pages.get("README.md")).toContain("[make](tenon.md#make)");
});

test("the package's own reference has a page for each entry that an application imports", () => {
  const root = join(import.meta.dirname, "../..");
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, unknown>>;
  };
  const wanted = Object.keys(exports)
    .filter((key) => !/-worker$|\/guest-process$|\/plugin$|\.(?:json|wasm)$/u.test(key))
    .map((key) => (key === "." ? "tenon.md" : `${key.slice(2).replaceAll("/", "-")}.md`));
  expect(readdirSync(join(root, "docs/api")).toSorted()).toEqual(
    [...wanted, "README.md"].toSorted(),
  );
  expect(readFileSync(join(root, "docs/api/tenon.md"), "utf8")).toContain("## HostOptions");
});
