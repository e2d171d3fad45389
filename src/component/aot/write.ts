// Writes a component as a plain ES module with its core modules beside it. The module contains the
// text that would otherwise be given to `new Function`.
import { TenonError } from "../../errors.ts";
import { type Component, partsOf } from "../compile.ts";
import { pascalCase } from "../js-names.ts";
import { notSupported } from "../link/gather.ts";
import { planComponent } from "../link/planner.ts";
import { FORMAT } from "./format.ts";
import { componentTypes } from "../types-of-world.ts";
import { embeddedModules, type FunctionText, functionTexts } from "./functions.ts";
import { writePlan, type WrittenPlan } from "./plan-data.ts";

/** Options of `writeAhead`. */
export interface AheadOptions {
  /** As in InstantiateOptions; the text depends on it. Default: none. */
  readonly suspend?: boolean | readonly string[];
  /**
   * The specifier from which the module imports the engine's runtime. Default:
   * `tenon/component/runtime`.
   */
  readonly runtime?: string;
  /**
   * What the types of the component's world are named after, in kebab-case. Default: `root`, which
   * makes `RootImports` and `RootExports`.
   */
  readonly world?: string;
}

/**
 * Returns files by name: `index.js`, `index.d.ts`, `core-0.wasm` and so on. Throws
 * `component-unsupported` for a component that the engine can't run or that imports components, and
 * `component-limit`.
 */
export function writeAhead(
  component: Component,
  { suspend = false, runtime = "tenon/component/runtime", world = "root" }: AheadOptions = {},
): ReadonlyMap<string, string | Uint8Array> {
  const { bytes, resolved, rules } = partsOf(component);
  for (const { name, type } of resolved.type.imports.values()) {
    if (type.kind === "component") throw importsComponent(name);
  }
  const plan = planComponent(resolved, rules.caps);
  if (plan.unsupported.length > 0) throw notSupported(plan.unsupported);
  const files = new Map<string, string | Uint8Array>();
  const modules: string[] = [];
  for (const { offset, length } of embeddedModules(plan).values()) {
    const name = coreFile(files, bytes.subarray(offset, offset + length));
    modules.push(`  file(${offset}, () => new URL("./${name}", import.meta.url)),`);
  }
  const written = writePlan(plan);
  const functions = functionTexts(plan, suspend).map((one) => functionEntry(written, one));
  const nodes = written.nodes.map((node) => `  ${literal(node)},`);
  files.set(
    "index.js",
    `${head(runtime)}
const component = written({
format: ${literal(FORMAT)},
suspend: ${literal(suspend)},
modules: [
${modules.join("\n")}
],
plan: [
${nodes.join("\n")}
],
functions: [
${functions.join("\n")}
],
});
export const { load, instantiate, instantiateAsync } = component;
`,
  );
  files.set("index.d.ts", declarations(component, { runtime, suspend, world }));
  return files;
}

/** Modules with the same bytes share a file. */
function coreFile(files: Map<string, string | Uint8Array>, module: Uint8Array): string {
  for (const [name, other] of files) {
    if (typeof other === "string" || other.length !== module.length) continue;
    if (module.every((byte, at) => byte === other[at])) return name;
  }
  const name = `core-${files.size}.wasm`;
  files.set(name, module);
  return name;
}

function functionEntry(plan: WrittenPlan, { part, style, text, tables }: FunctionText): string {
  const head = `${plan.indexOf(part)}, ${style === undefined ? "undefined" : literal(style)}`;
  return `  [${head}, ${literal(tables)}, function ($, T) {${text}}],`;
}

/** Data as JavaScript in ASCII, which is also safe inside of a page's `<script>`. */
function literal(data: unknown): string {
  return JSON.stringify(data).replaceAll(
    /[^\u0020-\u003b\u003d-\u007e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function head(runtime: string): string {
  return `// Written by \`tenon component aot\`. Do not edit: write it again.
import { written } from ${literal(runtime)};
const fs = globalThis.process?.getBuiltinModule?.("node:fs");
const local = (url) => fs !== undefined && url.protocol === "file:";
const file = (offset, place) => ({
  offset,
  read: async () => (local(place()) ? fs.promises.readFile(place()) : fetch(place())),
  readSync: () => (local(place()) ? fs.readFileSync(place()) : undefined),
});`;
}

function declarations(
  component: Component,
  { runtime, suspend, world }: Required<AheadOptions>,
): string {
  const from = literal(runtime);
  const waits = suspend !== false && (suspend === true || suspend.length > 0);
  const name = pascalCase(world);
  // Of imports that may answer with a promise nothing is said.
  const imports = waits ? "Imports" : `${name}Imports`;
  const exports = waits ? `Promised<${name}Exports>` : `${name}Exports`;
  return `// Written by \`tenon component aot\`. Do not edit: write it again.
import type { Imports, Instance, Promised, WrittenOptions } from ${from};
${componentTypes(component, { world })}
/** An instance, whose exports have their types. */
export type ${name}Instance = Omit<Instance, "exports"> & { readonly exports: ${exports} };
/** Reads and compiles the core modules, for \`instantiate\` where files can't be read at once. */
export declare const load: () => Promise<void>;
/** Makes an instance at once. */
export declare const instantiate: (
  imports: ${imports},
  options?: WrittenOptions,
) => ${name}Instance;
/** Makes an instance, after reading and compiling the core modules. */
export declare const instantiateAsync: (
  imports: ${imports},
  options?: WrittenOptions,
) => Promise<${name}Instance>;
`;
}

function importsComponent(name: string): TenonError {
  const message = `${name} is a component that the host provides: its content must be known when the text is written`;
  return new TenonError("component-unsupported", message, {
    data: { features: ["component imports"] },
  });
}
