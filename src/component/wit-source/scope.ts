import type {
  Extern,
  ExternType,
  FuncType,
  ResourceType,
  TypeExtern,
  ValueType,
} from "../types.ts";
import type { Depth } from "./depth.ts";
import type { FuncSyntax, InterfaceItem, Path, TypeItem, TypeSyntax, Use } from "./syntax.ts";
import { type Place, witInvalid } from "./tokens.ts";

/** The documentation comments of a world, by what they describe. */
export interface WitDocs {
  /** By an interface's InstanceType, an item's Extern, a field's NamedType or a case's VariantCase. */
  readonly things: Map<object, string>;
  /** By the list of names of an enum or of flags: one comment for each. */
  readonly names: Map<readonly string[], readonly string[]>;
}

/** The types that another interface has under its names. */
export type TypesOf = (path: Path) => ReadonlyMap<string, TypeExtern>;

type Entry =
  | { readonly tag: "item"; readonly item: TypeItem }
  | { readonly tag: "use"; readonly path: Path; readonly name: string; readonly place: Place }
  | { readonly tag: "resolving"; readonly place: Place }
  | { readonly tag: "known"; readonly type: TypeExtern };

/** The names of one interface, or of a world, and what they mean. Types may be used before they are defined. */
export class Scope {
  /** What the interface exports, in the order of the text. */
  readonly externs: Map<string, Extern> = new Map();
  readonly #entries: Map<string, Entry> = new Map();
  readonly #typesOf: TypesOf;
  readonly #docs: WitDocs;
  readonly #depth: Depth;
  #resources = 0;

  constructor(typesOf: TypesOf, docs: WitDocs, depth: Depth) {
    this.#typesOf = typesOf;
    this.#docs = docs;
    this.#depth = depth;
  }

  addAll(items: readonly InterfaceItem[]): void {
    for (const item of items) if (item.kind !== "func") this.declare(item);
    for (const item of items) this.define(item);
  }

  /** Makes names known, before anything that mentions them is looked at. */
  declare(item: Use | TypeItem): void {
    if (item.kind === "type") {
      this.#declare(item.name, item.place, { tag: "item", item });
      return;
    }
    for (const { name, as, place } of item.names) {
      this.#declare(as, place, { tag: "use", path: item.path, name, place });
    }
  }

  #declare(name: string, place: Place, entry: Entry): void {
    if (this.#entries.has(name)) throw witInvalid(place, `"${name}" is there already`);
    this.#entries.set(name, entry);
  }

  define(item: InterfaceItem): void {
    switch (item.kind) {
      case "func":
        this.#add(item.name, { kind: "func", type: this.func(item) }, item.docs, item.place);
        return;
      case "use":
        for (const { as, place } of item.names) {
          this.#add(as, { kind: "type", type: this.#entry(as, place) }, "", place);
        }
        return;
      case "type": {
        const type = this.#entry(item.name, item.place);
        this.#add(item.name, { kind: "type", type }, item.docs, item.place);
        if (item.body.kind !== "resource") return;
        for (const func of item.body.functions) this.define({ kind: "func", ...func });
      }
    }
  }

  #add(name: string, type: ExternType, docs: string, place: Place): void {
    if (this.externs.has(name)) throw witInvalid(place, `"${name}" is there already`);
    const extern = externOf(name, type);
    this.#docs.things.set(extern, docs);
    this.externs.set(name, extern);
  }

  get types(): ReadonlyMap<string, TypeExtern> {
    return new Map(
      [...this.externs].flatMap(([name, { type }]) =>
        type.kind === "type" ? [[name, type.type] as const] : [],
      ),
    );
  }

  func({ async, params, result, place }: FuncSyntax): FuncType {
    return {
      async,
      params: params.map(({ name, type }) => ({ name, type: this.#type(type, place) })),
      result: result && this.#type(result, place),
    };
  }

  #entry(name: string, place: Place): TypeExtern {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw witInvalid(place, `there is no type "${name}" here`);
    if (entry.tag === "known") return entry.type;
    if (entry.tag === "resolving") {
      throw witInvalid(entry.place, `the type "${name}" contains itself`);
    }
    const at = entry.tag === "item" ? entry.item.place : entry.place;
    this.#entries.set(name, { tag: "resolving", place: at });
    const type = this.#depth.within(at, () =>
      entry.tag === "item" ? this.#defined(entry.item) : this.#used(entry),
    );
    this.#entries.set(name, { tag: "known", type });
    return type;
  }

  #used({ path, name, place }: Extract<Entry, { tag: "use" }>): TypeExtern {
    const found = this.#typesOf(path).get(name);
    if (found === undefined) {
      throw witInvalid(place, `interface "${path.name}" has no type "${name}"`);
    }
    return found.kind === "value" ? this.#alias(found.type, place) : found;
  }

  #defined({ name, body, place }: TypeItem): TypeExtern {
    switch (body.kind) {
      case "alias": {
        const { type } = body;
        if (type.kind === "named") {
          const found = this.#entry(type.name, type.place);
          return found.kind === "value" ? this.#alias(found.type, place) : found;
        }
        return { kind: "value", type: this.#type(type, place), of: undefined };
      }
      case "resource": {
        const resource: ResourceType = { slot: this.#resources++, name };
        return { kind: "resource", resource };
      }
      default:
        return { kind: "value", type: this.#structure(body, place), of: undefined };
    }
  }

  #structure(
    { kind, parts }: Extract<TypeItem["body"], { parts: unknown }>,
    place: Place,
  ): ValueType {
    const noted = <Thing extends object>(docs: string, thing: Thing): Thing => {
      this.#docs.things.set(thing, docs);
      return thing;
    };
    switch (kind) {
      case "record": {
        const fields = parts.map(({ name, docs, type }) =>
          noted(docs, { name, type: this.#type(type!, place) }),
        );
        return this.#depth.noted(place, { kind, fields });
      }
      case "variant": {
        const cases = parts.map(({ name, docs, type }) =>
          noted(docs, { name, type: type && this.#type(type, place) }),
        );
        return this.#depth.noted(place, { kind, cases });
      }
      default: {
        const names = parts.map(({ name }) => name);
        this.#docs.names.set(
          names,
          parts.map(({ docs }) => docs),
        );
        return { kind, names };
      }
    }
  }

  /** `place`: that of the item in which the type is written. */
  #type(syntax: TypeSyntax, place: Place): ValueType {
    return this.#depth.within(place, () => {
      const type = this.#meant(syntax, (inner) => this.#type(inner, place));
      return "place" in syntax ? type : this.#depth.noted(place, type);
    });
  }

  #meant(syntax: TypeSyntax, inner: (type: TypeSyntax) => ValueType): ValueType {
    const optional = (type: TypeSyntax | undefined): ValueType | undefined => type && inner(type);
    switch (syntax.kind) {
      case "named": {
        const found = this.#entry(syntax.name, syntax.place);
        if (found.kind === "value") return found.type;
        if (found.kind === "resource") return { kind: "own", resource: found.resource };
        throw witInvalid(syntax.place, `"${syntax.name}" is no type of values`);
      }
      case "borrow": {
        const found = this.#entry(syntax.name, syntax.place);
        if (found.kind === "resource") return { kind: "borrow", resource: found.resource };
        throw witInvalid(syntax.place, `"${syntax.name}" is no resource`);
      }
      case "tuple":
        return { kind: "tuple", items: syntax.items.map((item) => inner(item)) };
      case "option":
        return { kind: "option", item: inner(syntax.item) };
      case "list":
        return { kind: "list", item: inner(syntax.item), length: syntax.length };
      case "map":
        return { kind: "map", key: inner(syntax.key), value: inner(syntax.value) };
      case "result":
        return { kind: "result", ok: optional(syntax.ok), err: optional(syntax.err) };
      case "stream":
      case "future":
        return { kind: syntax.kind, item: optional(syntax.item) };
      default:
        return syntax;
    }
  }

  /** A name of its own for a type that has one already. */
  #alias(of: ValueType, place: Place): TypeExtern {
    return { kind: "value", type: this.#depth.noted(place, { ...of }), of };
  }
}

export function externOf(name: string, type: ExternType, of?: string): Extern {
  return { name, type, implements: of, versionSuffix: undefined, externalId: undefined };
}
