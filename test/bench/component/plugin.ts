// A sample plugin without its host, and the core modules inside of components.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineInstance } from "../../../src/component/engine.ts";
import { type Component, compileSync, instantiate } from "../../../src/component/index.ts";

const samples = join(import.meta.dirname, "../../../plugins-rs");

export function samplePlugin(name: string): Uint8Array {
  return Uint8Array.from(readFileSync(join(samples, name, `${name}.wasm`)));
}

/** The bytes of the core modules, nested components' included. */
export function coreModules(bytes: Uint8Array): readonly Uint8Array[] {
  return compileSync(bytes as BufferSource).coreModules.map(({ offset, length }) =>
    bytes.slice(offset, offset + length),
  );
}

/** Something of the right kind for each import; whatever is called throws. */
export function standIns(component: Component): Record<string, unknown> {
  const refuse = () => {
    throw new Error("the benchmark's host has no functions");
  };
  return Object.fromEntries(
    component.imports.map(({ name, type }) => {
      if (type.kind !== "instance") return [name, refuse];
      const made: Record<string, unknown> = {};
      for (const [inner, { type: of }] of type.type.exports) {
        if (of.kind === "type" && of.type.kind === "resource")
          made[camel(inner, true)] ??= class {};
      }
      for (const [inner, { type: of }] of type.type.exports) {
        if (of.kind !== "func") continue;
        const member = /^\[(method|static|constructor)\]([^.]+)\.?(.*)$/.exec(inner);
        if (member === null) {
          made[camel(inner, false)] = refuse;
          continue;
        }
        const owner = made[camel(member[2]!, true)] as { readonly prototype: object };
        const holder = member[1] === "static" ? owner : owner.prototype;
        if (member[3] !== "") Object.assign(holder, { [camel(member[3]!, false)]: refuse });
      }
      return [name, made];
    }),
  );
}

function camel(label: string, upper: boolean): string {
  const text = label.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return upper ? text.slice(0, 1).toUpperCase() + text.slice(1) : text;
}

const TEXT = "one two three";

/** Runs word-count's command on an input that needs nothing of the host; answers its words. */
export function countWords(component: Component): number {
  const { exports } = instantiate(component, standIns(component));
  const commands = exports["tenon:plugin/commands@0.1.0"] as {
    run(call: object): string;
  };
  const call = { id: "word-count.count", input: JSON.stringify({ text: TEXT }) };
  return (JSON.parse(commands.run(call)) as { readonly words: number }).words;
}

/**
 * What a toolchain's component does to start: its module, with a table of stand-ins before it that is
 * filled afterwards. Does no more than WebAssembly needs.
 */
export function instantiateBare(modules: readonly WebAssembly.Module[]): WebAssembly.Exports {
  const [main, shim, fixups] = modules;
  const between = shim && new WebAssembly.Instance(shim).exports;
  const functions = new Map<string, unknown>();
  const wire = (module: WebAssembly.Module, own: WebAssembly.Exports | undefined) => {
    const imports: Record<string, Record<string, unknown>> = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      let value = own?.[name] ?? functions.get(name);
      if (value === undefined) functions.set(name, (value = () => 0));
      (imports[from] ??= {})[name] = value;
    }
    return new WebAssembly.Instance(module, imports as WebAssembly.Imports).exports;
  };
  const exports = wire(main!, undefined);
  if (fixups !== undefined) wire(fixups, { $imports: between!["$imports"]! });
  return exports;
}

/** Tells a sample plugin that it has started. */
export async function activate({ exports }: EngineInstance): Promise<void> {
  const lifecycle = exports["tenon:plugin/lifecycle@0.1.0"] as
    | { activate(context: object): Promise<void> }
    | undefined;
  await lifecycle?.activate({
    plugin: "text/word-count",
    version: "1.0.0",
    host: "bench/1",
    api: "0.1.0",
    locale: "en",
    startedBy: "startup",
  });
}
