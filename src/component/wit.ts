// A component's world as WIT text: WIT.md. Names are from the binary and have passed the kebab
// grammar, so only those that are words of WIT need escaping.

import type { ComponentType, Extern, InstanceType } from "./types.ts";
import { Body, identity, type Origins } from "./wit/body.ts";
import { escaped, split, Text } from "./wit/text.ts";

/**
 * Prints a world named `root` in a package `root:component`, followed by the interfaces that it
 * imports and exports, in their packages. What WIT can't express (components, core modules, values)
 * is in comments. Throws `component-limit` for a text over 16 MiB.
 */
export function printWorld(type: ComponentType): string {
  return new WorldPrinter().print(type);
}

class WorldPrinter {
  readonly #origins: Origins = new Map();
  /** Interfaces to print, by package and then by name. */
  readonly #packages: Map<string, Map<string, InstanceType>> = new Map();
  readonly #text: Text = new Text();

  print(type: ComponentType): string {
    const [imports, exports] = [[...type.imports.values()], [...type.exports.values()]];
    for (const extern of [...imports, ...exports]) this.#collect(extern);
    const text = this.#text;
    text.line("package root:component;").line("");
    text.block("world root", () => {
      const body = new Body(text, this.#origins, undefined);
      const all = [
        ...imports.map((extern) => ["import", extern] as const),
        ...exports.map((extern) => ["export", extern] as const),
      ];
      body.types(all.map(([, extern]) => extern));
      for (const [keyword, extern] of all) this.#worldItem(keyword, extern, body);
    });
    for (const [name, interfaces] of this.#packages) {
      text.block(`package ${name}`, () => {
        for (const [label, instance] of interfaces) {
          const from = fullName(name, label);
          text.block(`interface ${escaped(label)}`, () => {
            new Body(text, this.#origins, from).interface(instance);
          });
        }
      });
    }
    return text.toString();
  }

  #collect(extern: Extern): void {
    const name = interfaceName(extern);
    if (extern.type.kind !== "instance" || name === undefined) return;
    const [owner, label] = split(name);
    const known = this.#packages.get(owner) ?? new Map<string, InstanceType>();
    this.#packages.set(owner, known);
    if (!known.has(label)) known.set(label, extern.type.type);
    for (const [typeName, { type }] of extern.type.type.exports) {
      if (type.kind !== "type") continue;
      const entry = identity(type.type);
      if (entry !== undefined && !this.#origins.has(entry)) {
        this.#origins.set(entry, { from: name, name: typeName });
      }
    }
  }

  #worldItem(keyword: string, extern: Extern, body: Body): void {
    const { name, type } = extern;
    switch (type.kind) {
      case "instance": {
        const of = interfaceName(extern);
        if (of === undefined) {
          this.#text.block(`${keyword} ${escaped(name)}: interface`, () => {
            new Body(this.#text, this.#origins, undefined).interface(type.type);
          });
        } else {
          const label = extern.implements === undefined ? "" : `${escaped(name)}: `;
          this.#text.line(`${keyword} ${label}${of};`);
        }
        return;
      }
      case "func":
        if (!name.startsWith("[")) {
          this.#text.line(`${keyword} ${escaped(name)}: ${body.func(type.type)};`);
        }
        return;
      case "type":
        return;
      default:
        this.#text.line(`// ${keyword} ${name}: ${type.kind}`);
    }
  }
}

/** The interface that an instance follows, with its whole version. */
function interfaceName({ name, implements: of, versionSuffix }: Extern): string | undefined {
  if (of !== undefined) return of;
  return name.includes(":") ? name + (versionSuffix ?? "") : undefined;
}

function fullName(owner: string, label: string): string {
  const at = owner.indexOf("@");
  return at < 0 ? `${owner}/${label}` : `${owner.slice(0, at)}/${label}${owner.slice(at)}`;
}
