// npm run generate-types: src/interfaces/generated/ from wit/. With --check: fails when it is stale.
//
// `host/` is what the host gives and what it calls, as modules (`export declare`), so that the
// package carries them. `wit/plugin.d.ts` is the same seen from a plugin in TypeScript: ambient modules
// named as the contract names them. `contract-types.ts` has the type of each function, for
// comparing components with. `contract-text.ts` is the text itself.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { $init, generateTypes } from "@bytecodealliance/jco-transpile/component";
import { componentEmbed, componentNew } from "@bytecodealliance/jco-transpile/wasm-tools";
import { decode } from "../src/component/decode/decode.ts";
import type { Extern } from "../src/component/types.ts";
import { validate } from "../src/component/validate/validate.ts";
import { pluginDeclarations } from "./types/plugin-declarations.ts";
import { interfaceFunctions, resourceNames } from "../src/plugin/package/interface-functions.ts";

const root = join(import.meta.dirname, "..");
const target = join(root, "src/interfaces/generated");
const declared = join(root, "wit/plugin.d.ts");
const world = "stateful-plugin";
const heading = "// Generated from wit/ by scripts/generate-types.ts. Do not edit.";

await $init;
const wanted = new Map([
  ...hostModules(),
  [declared, guestDeclarations()],
  [join(target, "contract-types.ts"), await contractTypes()],
  [join(target, "contract-text.ts"), contractText()],
]);
if (process.argv.includes("--check")) check();
else write();

// The text of wit/, given as one source: reading a path depends on preopened folders.
function contract(): string {
  const files = readdirSync(join(root, "wit")).filter((name) => name.endsWith(".wit"));
  const texts = files.map((name) => readFileSync(join(root, "wit", name), "utf8"));
  const packages = new Set(texts.map((text) => /^package (.*);$/m.exec(text)?.[1]));
  const [name] = packages;
  if (packages.size !== 1 || name === undefined)
    throw new Error("wit/ has one package, named once");
  return [`package ${name};`, ...texts.map((text) => text.replace(/^package .*;$/m, ""))].join(
    "\n",
  );
}

/** The text as a module, for who reads types from it: without its comments. */
function contractText(): string {
  const text = contract()
    .replaceAll(/^\s*\/\/.*\n/gm, "")
    .replaceAll(/\n{2,}/g, "\n")
    .trim();
  const lines = [
    heading,
    "",
    "/** The contract as WIT, one package with all of its interfaces and worlds. */",
    "export const contractText: string = `",
  ];
  return `${lines.join("\n")}${text}\n\`;\n`;
}

function declarations(side: "host" | "guest"): readonly [path: string, text: string][] {
  const files = generateTypes("world", {
    wit: { tag: "source", val: contract() },
    world,
    guest: side === "guest",
    features: { tag: "list", val: [] },
    tlaCompat: false,
    flagsAsBigint: false,
    variantsInlineCases: true,
    useNamespaceObjects: false,
    enumValuesScreamingSnakeCase: false,
  });
  return files.map(([path, bytes]) => [
    path,
    new TextDecoder()
      .decode(bytes)
      .replaceAll(/[ \t]+$/gm, "")
      .trimEnd(),
  ]);
}

function* hostModules(): Iterable<[path: string, text: string]> {
  for (const [path, text] of declarations("host")) {
    const name = path.replace(/^interfaces\/tenon-plugin-/, "").replace(/\.d\.ts$/, "");
    const body = text
      .replaceAll(/^export (function|class) /gm, "export declare $1 ")
      .replaceAll(/^export \* as /gm, "export type * as ")
      .replaceAll(/\.\/(?:interfaces\/)?tenon-plugin-([\w-]+)\.js/g, "./$1.ts");
    yield [join(target, "host", `${name}.ts`), `${heading}\n${body}\n`];
  }
}

function guestDeclarations(): string {
  const bodies = declarations("guest").map(([, text]) =>
    text.replaceAll(/^\/\/\/ <reference .*\n/gm, ""),
  );
  return `${heading}\n\n${pluginDeclarations(bodies.join("\n\n"))}\n`;
}

// Read from a component of the world, by the reader that will read those that are compared with it.
async function contractTypes(): Promise<string> {
  const core = await componentEmbed({ witSource: contract(), world, dummy: true });
  const bytes = await componentNew(core, undefined);
  const { type } = validate(bytes, decode(bytes));
  const nameOf = resourceNames(type);
  const table = (name: string, externs: Iterable<Extern>): string[] => [
    `export const ${name}: Readonly<Record<string, Readonly<Record<string, string>>>> = {`,
    ...Array.from(externs).flatMap((extern) => interfaceLines(extern, nameOf)),
    "};",
  ];
  const lines = [
    heading,
    "",
    "/** The types of the functions that a host gives, as text, by interface and WIT name. */",
    ...table("contractImports", type.imports.values()),
    "",
    "/** The types of the functions that a host calls. */",
    ...table("contractExports", type.exports.values()),
    "",
  ];
  return lines.join("\n");
}

function interfaceLines(
  { name, type }: Extern,
  nameOf: ReturnType<typeof resourceNames>,
): readonly string[] {
  if (type.kind !== "instance") throw new Error(`${name} is no interface`);
  const functions = [...interfaceFunctions(type.type, nameOf)];
  if (functions.length === 0) return [];
  const entries = functions.map(([name, text]) => `    ${JSON.stringify(name)}: ${quoted(text)},`);
  const local = name.replaceAll(/^.*\/|@.*$/g, "");
  return [`  ${JSON.stringify(local)}: {`, ...entries, "  },"];
}

function quoted(text: string): string {
  if (text.endsWith("…")) throw new Error(`the limit cuts a type of the contract: ${text}`);
  return JSON.stringify(text);
}

function present(): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(path, readFileSync(path, "utf8"));
  }
  if (existsSync(declared)) found.set(declared, readFileSync(declared, "utf8"));
  return found;
}

function check(): void {
  const found = present();
  const paths = new Set([...found.keys(), ...wanted.keys()]);
  const stale = [...paths].filter((path) => found.get(path) !== wanted.get(path));
  if (stale.length === 0) return;
  console.error(`Stale: ${stale.map((path) => relative(root, path)).join(", ")}`);
  console.error("Run npm run generate-types and commit what it writes.");
  process.exitCode = 1;
}

function write(): void {
  rmSync(target, { recursive: true, force: true });
  for (const [path, text] of wanted) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  console.log(`${wanted.size} files in ${relative(root, target)}`);
}
