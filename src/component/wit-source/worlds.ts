import { TenonError } from "../../errors.ts";
import type { ComponentType, Extern, InstanceType, TypeExtern } from "../types.ts";
import { Depth } from "./depth.ts";
import { Includes } from "./includes.ts";
import { type Parsed, parseFiles } from "./parse.ts";
import { externOf, Scope, type WitDocs } from "./scope.ts";
import type { Described, InterfaceItem, PackageSyntax, Path, WorldItem } from "./syntax.ts";
import { type Place, witInvalid } from "./tokens.ts";

/** A world as a component of it would have it, with the comments of its WIT. */
export interface WitWorld {
  /** The label: `planner`. */
  readonly name: string;
  readonly docs: WitDocs;
  /** The documentation comment of the world. */
  readonly doc: string;
  readonly type: ComponentType;
}

type Side = "import" | "export";

/** An interface that was named somewhere. */
interface Found {
  readonly package: PackageSyntax;
  readonly interface: Described<InterfaceItem>;
  /** `ns:pkg/name@1.0.0`. */
  readonly name: string;
}

/**
 * Reads a world from WIT text: files by their paths, relative to the folder that holds them; those
 * in `deps/` are packages that it needs. `name` is a world of the folder's package, or
 * `ns:pkg/world@1.0.0`; it can be left out where the package has one world. Items marked
 * `@unstable` are left out.
 *
 * Throws `wit-invalid` for text that breaks the rules, with `data.file`, `data.line` and
 * `data.column`, and `wit-world` where there is no such world, or more than one to choose from;
 * `data.worlds` lists them.
 */
export function readWitWorld(files: ReadonlyMap<string, string>, name?: string): WitWorld {
  const parsed = parseFiles(files);
  const [owner, world] = chosen(parsed, name);
  return new WorldReader(parsed).read(owner, world);
}

function chosen(
  { packages, root }: Parsed,
  name: string | undefined,
): readonly [PackageSyntax, Described<WorldItem>] {
  const slash = name?.indexOf("/") ?? -1;
  const at = name?.indexOf("@") ?? -1;
  const owner =
    name === undefined || slash < 0
      ? root
      : packages.get(name.slice(0, slash) + (at < 0 ? "" : name.slice(at)));
  const label = name?.slice(slash + 1, at < 0 ? undefined : at);
  const worlds = [...(owner?.worlds.keys() ?? [])];
  const [only] = worlds;
  const found = owner?.worlds.get(label ?? (worlds.length === 1 ? only! : ""));
  if (owner !== undefined && found !== undefined) return [owner, found];
  const all = [...(owner ?? root).worlds.keys()];
  if (all.length === 0) {
    const message = `package ${(owner ?? root).name} has no world`;
    throw new TenonError("wit-world", message, { data: { worlds: all } });
  }
  const list = all.map((one) => `"${one}"`).join(", ");
  const said =
    name === undefined
      ? `package ${root.name} has ${all.length} worlds: name one of them`
      : `there is no world "${name}" in package ${(owner ?? root).name}`;
  throw new TenonError("wit-world", `${said} (its worlds: ${list})`, { data: { worlds: all } });
}

class WorldReader {
  readonly #parsed: Parsed;
  readonly #docs: WitDocs = { things: new Map(), names: new Map() };
  readonly #imports: Map<string, Extern> = new Map();
  readonly #exports: Map<string, Extern> = new Map();
  /** Names of the interfaces that the world exports. */
  readonly #exported: Set<string> = new Set();
  readonly #instances: Map<string, InstanceType | "resolving"> = new Map();
  readonly #typesIn: Map<InstanceType, ReadonlyMap<string, TypeExtern>> = new Map();
  readonly #depth: Depth = new Depth();

  constructor(parsed: Parsed) {
    this.#parsed = parsed;
  }

  read(owner: PackageSyntax, world: Described<WorldItem>): WitWorld {
    const items = new Includes((from, path) => this.#world(from, path)).of(owner, world);
    for (const { from, item } of items) {
      if (item.kind === "export" && item.what.kind === "path") {
        this.#exported.add(this.#find(from, item.what.path).name);
      }
    }
    const scope = new Scope((path) => this.#types(owner, path, "import"), this.#docs, this.#depth);
    for (const { item } of items) {
      if (item.kind === "use" || item.kind === "type") scope.declare(item);
    }
    for (const { item } of items) {
      if (item.kind === "use" || item.kind === "type") scope.define(item);
    }
    for (const side of ["import", "export"] as const) {
      for (const { from, item } of items) if (item.kind === side) this.#item(from, item, scope);
      if (side === "import") {
        for (const [name, extern] of scope.externs) this.#imports.set(name, extern);
      }
    }
    const { name, docs: doc } = world;
    const type: ComponentType = {
      imports: this.#imports,
      exports: this.#exports,
      importedResources: [],
      exportedResources: [],
    };
    return { name, doc, docs: this.#docs, type };
  }

  #item(from: PackageSyntax, item: Extract<WorldItem, { kind: Side }>, scope: Scope): void {
    const { kind: side, what, docs } = item;
    const target = side === "import" ? this.#imports : this.#exports;
    const add = (extern: Extern): void => {
      this.#docs.things.set(extern, docs);
      target.set(extern.name, extern);
    };
    switch (what.kind) {
      case "func":
        this.#fresh(target, item.name!, item.place);
        add(externOf(item.name!, { kind: "func", type: scope.func(what.func) }));
        return;
      case "inline": {
        this.#fresh(target, item.name!, item.place);
        const inner = new Scope((path) => this.#types(from, path, side), this.#docs, this.#depth);
        inner.addAll(what.items);
        const type = instanceOf(inner);
        this.#docs.things.set(type, docs);
        add(externOf(item.name!, { kind: "instance", type }));
        return;
      }
      case "path": {
        const found = this.#find(from, what.path);
        const type = this.#instance(found, side);
        const name = item.name ?? found.name;
        if (item.name !== undefined) this.#fresh(target, name, item.place);
        const of = item.name === undefined ? undefined : found.name;
        add(externOf(name, { kind: "instance", type }, of));
      }
    }
  }

  #fresh(target: ReadonlyMap<string, Extern>, name: string, place: Place): void {
    if (target.has(name)) throw witInvalid(place, `"${name}" is there already`);
  }

  /** The types of an interface for one that uses them, which makes the world import it. */
  #types(from: PackageSyntax, path: Path, side: Side): ReadonlyMap<string, TypeExtern> {
    const found = this.#find(from, path);
    const at = side === "export" && this.#exported.has(found.name) ? "export" : "import";
    const type = this.#instance(found, at, path.place);
    if (at === "import" && !this.#imports.has(found.name)) {
      this.#imports.set(found.name, externOf(found.name, { kind: "instance", type }));
    }
    let types = this.#typesIn.get(type);
    if (types === undefined) this.#typesIn.set(type, (types = typesIn(type)));
    return types;
  }

  #instance(found: Found, side: Side, place: Place = found.interface.place): InstanceType {
    const key = `${side} ${found.name}`;
    const known = this.#instances.get(key);
    if (known === "resolving") {
      throw witInvalid(place, `interface "${found.interface.name}" uses itself`);
    }
    if (known !== undefined) return known;
    this.#instances.set(key, "resolving");
    const scope = new Scope(
      (path) => this.#types(found.package, path, side),
      this.#docs,
      this.#depth,
    );
    this.#depth.within(place, () => scope.addAll(found.interface.items));
    const type = instanceOf(scope);
    this.#docs.things.set(type, found.interface.docs);
    this.#instances.set(key, type);
    return type;
  }

  #find(from: PackageSyntax, path: Path): Found {
    const [owner, name] = this.#place(from, path);
    const found = owner?.interfaces.get(name);
    if (owner === undefined || found === undefined) {
      throw this.#missing("interface", from, path, owner);
    }
    return { package: owner, interface: found, name: fullName(owner.name, name) };
  }

  #world(from: PackageSyntax, path: Path): readonly [PackageSyntax, Described<WorldItem>] {
    const [owner, name] = this.#place(from, path);
    const found = owner?.worlds.get(name);
    if (owner === undefined || found === undefined) throw this.#missing("world", from, path, owner);
    return [owner, found];
  }

  #place(from: PackageSyntax, path: Path): readonly [PackageSyntax | undefined, string] {
    // A name that a `use` brings in may be the name of what it uses.
    const followed = new Set<string>();
    let { package: owner, name } = path;
    while (owner === undefined && !followed.has(name)) {
      followed.add(name);
      const next = from.uses.get(name);
      if (next === undefined) break;
      ({ package: owner, name } = next);
    }
    return [owner === undefined ? from : this.#packageNamed(owner), name];
  }

  /** A package by its name; without a version, the only one of that name. */
  #packageNamed(name: string): PackageSyntax | undefined {
    const exact = this.#parsed.packages.get(name);
    if (exact !== undefined || name.includes("@")) return exact;
    const same = [...this.#parsed.packages.values()].filter((one) =>
      one.name.startsWith(`${name}@`),
    );
    return same.length === 1 ? same[0] : undefined;
  }

  #missing(
    what: string,
    from: PackageSyntax,
    path: Path,
    owner: PackageSyntax | undefined,
  ): TenonError {
    return owner === undefined
      ? witInvalid(path.place, `there is no package ${path.package}: put its WIT into deps/`)
      : witInvalid(path.place, `package ${(owner ?? from).name} has no ${what} "${path.name}"`);
  }
}

function instanceOf(scope: Scope): InstanceType {
  const resources = [...scope.types].flatMap(([name, type]) =>
    type.kind === "resource" ? [{ resource: type.resource, path: [name] }] : [],
  );
  return { exports: scope.externs, resources };
}

function typesIn({ exports }: InstanceType): ReadonlyMap<string, TypeExtern> {
  return new Map(
    [...exports].flatMap(([name, { type }]) =>
      type.kind === "type" ? [[name, type.type] as const] : [],
    ),
  );
}

function fullName(owner: string, label: string): string {
  const at = owner.indexOf("@");
  return at < 0 ? `${owner}/${label}` : `${owner.slice(0, at)}/${label}${owner.slice(at)}`;
}
