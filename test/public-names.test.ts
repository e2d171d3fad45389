// What a public signature mentions can be named: some entry of the package exports it.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { unnamedIn } from "../scripts/rooms/declarations.ts";

const root = join(import.meta.dirname, "..");

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tenon-declarations-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// Names that no entry exports, by the file, with what mentions them.
function unnamed(folder: string, entries: readonly string[]): object {
  const found = [...unnamedIn(entries.map((entry) => join(folder, entry)))];
  return Object.fromEntries(found.map(([key, by]) => [relative(folder, key), by]));
}

test("every type that a public signature mentions is exported by an entry", () => {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
  };
  const entries = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [] : [relative("dist", target.types)],
  );
  expect(entries.length).toBeGreaterThan(7);
  const folder = temporaryFolder();
  const options = ["--noCheck", "--emitDeclarationOnly", "--outDir", folder];
  const compiler = join(root, "node_modules/.bin/tsc");
  execFileSync(compiler, ["-p", join(root, "tsconfig.build.json"), ...options]);
  expect(unnamed(folder, entries)).toEqual({});
});

test("one that is not is found, wherever it is mentioned", () => {
  const folder = temporaryFolder();
  const files = {
    "index.d.ts": `export { make, type Made } from "./inner/make.ts";
export type { Holder } from "./inner/holder.ts";
export * from "./inner/all.ts";
import { Imported } from "./inner/imported.ts";
import type { Step } from "./inner/step.ts";
export declare const given: Imported;
/** It mentions Commented alone. */
export declare function plain(Named: string, text: "Quoted"): void;
export type Code = keyof typeof catalogue | Steps<"a">;
type Steps<T> = T | Step;
declare const catalogue: { readonly a: number };
`,
    "inner/make.d.ts": `import type { Options } from "./options.ts";
export interface Made {
    readonly more: readonly Options[];
}
export declare function make(options: {
    readonly inner?: Options;
}): Made;
`,
    "inner/options.d.ts": "export interface Options {\n    readonly a: string;\n}\n",
    "inner/holder.d.ts": `import type { Hidden, Parts, Shown } from "./all.ts";
export declare class Holder {
    #private;
    constructor(parts: Parts);
    static of(hidden: Hidden): Holder;
    get shown(): Shown;
}
`,
    "inner/all.d.ts": `export interface Shown {
    readonly Step: Own;
}
interface Own {
    readonly a: string;
}
interface Parts {
}
export type { Parts as P };
`,
    "inner/imported.d.ts": "export interface Imported {\n}\n",
    "inner/step.d.ts": "export interface Step {\n}\n",
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  expect(unnamed(folder, ["index.d.ts"])).toEqual({
    "inner/options.d.ts Options": ["make", "Made"],
    "inner/all.d.ts Own": ["Shown"],
    "inner/imported.d.ts Imported": ["given"],
    "inner/step.d.ts Step": ["Code"],
  });
});
