import type {
  Extern,
  FuncType,
  InstanceType,
  NamedType,
  ResourceType,
  TypeExtern,
  ValueType,
} from "../types.ts";
import { parseExternName } from "../validate/names.ts";
import { escaped, split, type Text } from "./text.ts";

/** Where a type was named: the full name of the interface. */
export interface Origin {
  readonly from: string;
  readonly name: string;
}

export type Origins = Map<ValueType | ResourceType, Origin>;

/** The items of one interface, or of the world. */
export class Body {
  readonly #text: Text;
  readonly #origins: Origins;
  readonly #from: string | undefined;
  /** Names of types here. */
  readonly #names: Map<ValueType | ResourceType, string> = new Map();
  readonly #taken: Set<string> = new Set();

  constructor(text: Text, origins: Origins, from: string | undefined) {
    this.#text = text;
    this.#origins = origins;
    this.#from = from;
  }

  interface({ exports }: InstanceType): void {
    this.types([...exports.values()]);
    for (const { name, type } of exports.values()) {
      if (type.kind === "func") {
        if (!name.startsWith("[")) this.#text.line(`${escaped(name)}: ${this.func(type.type)};`);
      } else if (type.kind !== "type") {
        this.#text.line(`// ${name}: ${type.kind}`);
      }
    }
  }

  /** Prints the types among `externs`, each resource with its functions. */
  types(externs: readonly Extern[]): void {
    const named = externs.flatMap(({ name, type }) =>
      type.kind === "type" ? [{ name, entry: type.type }] : [],
    );
    for (const { name } of named) this.#taken.add(name);
    for (const { name, entry } of named) this.#alias(name, entry);
    for (const { name, entry } of named) {
      const type = identity(entry);
      if (type === undefined) this.#text.line(`// type ${name}: ${entry.kind}`);
      else if (this.#names.get(type) === undefined) this.#names.set(type, name);
    }
    const members = membersOf(externs);
    for (const { name, entry } of named) this.#definition(name, entry, members.get(name) ?? []);
  }

  /** A name for a type of another interface becomes a `use`. */
  #alias(name: string, entry: TypeExtern): void {
    const type = identity(entry);
    const target = entry.kind === "value" ? entry.of : type;
    const origin = target && this.#origins.get(target);
    if (type === undefined || origin === undefined || origin.from === this.#from) return;
    this.#use(origin, name);
    this.#names.set(type, name);
    if (target !== undefined && !this.#names.has(target)) this.#names.set(target, name);
    this.#used.add(name);
  }

  readonly #used: Set<string> = new Set();

  #use({ from, name }: Origin, as: string): void {
    const [owner, label] = split(from);
    const near = this.#from !== undefined && split(this.#from)[0] === owner;
    const renamed = name === as ? escaped(name) : `${escaped(name)} as ${escaped(as)}`;
    this.#text.line(`use ${near ? escaped(label) : from}.{${renamed}};`);
  }

  #definition(name: string, entry: TypeExtern, members: readonly Extern[]): void {
    if (this.#used.has(name)) return;
    const type = identity(entry);
    if (type === undefined) return;
    const known =
      entry.kind === "value" ? entry.of && this.#names.get(entry.of) : this.#names.get(type);
    if (known !== undefined && known !== name) {
      this.#text.line(`type ${escaped(name)} = ${escaped(known)};`);
    } else if (entry.kind === "resource") {
      this.#resource(name, members);
    } else if (entry.kind === "value") {
      this.#typedef(name, entry.type);
    }
  }

  #resource(name: string, members: readonly Extern[]): void {
    if (members.length === 0) {
      this.#text.line(`resource ${escaped(name)};`);
      return;
    }
    this.#text.block(`resource ${escaped(name)}`, () => {
      for (const { name, type } of members) {
        if (type.kind === "func") this.#text.line(`${this.#member(name, type.type)};`);
      }
    });
  }

  #member(name: string, func: FuncType): string {
    const form = parseExternName(name);
    switch (form?.kind) {
      case "constructor": {
        const fallible = func.result?.kind === "result" ? ` -> ${this.type(func.result)}` : "";
        return `constructor(${this.#params(func.params)})${fallible}`;
      }
      case "method":
        return `${escaped(form.label)}: ${this.func({ ...func, params: func.params.slice(1) })}`;
      case "static":
        return `${escaped(form.label)}: ${this.func(func, "static ")}`;
      default:
        return "";
    }
  }

  #typedef(name: string, type: ValueType): void {
    const head = `${type.kind} ${escaped(name)}`;
    switch (type.kind) {
      case "record":
        return this.#list(
          head,
          type.fields.map((field) => this.#named(field)),
        );
      case "variant":
        return this.#list(
          head,
          type.cases.map(({ name, type }) =>
            type === undefined ? escaped(name) : `${escaped(name)}(${this.type(type)})`,
          ),
        );
      case "enum":
      case "flags":
        return this.#list(head, type.names.map(escaped));
      default:
        this.#text.line(`type ${escaped(name)} = ${this.#structure(type)};`);
    }
  }

  #list(head: string, items: readonly string[]): void {
    this.#text.block(head, () => {
      for (const item of items) this.#text.line(`${item},`);
    });
  }

  func({ async, params, result }: FuncType, prefix = ""): string {
    const answer = result === undefined ? "" : ` -> ${this.type(result)}`;
    return `${prefix}${async ? "async " : ""}func(${this.#params(params)})${answer}`;
  }

  #params(params: readonly NamedType[]): string {
    return params.map((param) => this.#named(param)).join(", ");
  }

  #named({ name, type }: NamedType): string {
    return `${escaped(name)}: ${this.type(type)}`;
  }

  /** A type where it is used: its name, if it has one. */
  type(type: ValueType): string {
    const name = this.#names.get(type);
    return name === undefined ? this.#structure(type) : escaped(name);
  }

  #structure(type: ValueType): string {
    this.#text.reserve();
    switch (type.kind) {
      case "tuple":
        return `tuple<${type.items.map((item) => this.type(item)).join(", ")}>`;
      case "option":
        return `option<${this.type(type.item)}>`;
      case "result":
        return this.#result(type.ok, type.err);
      case "list": {
        const length = type.length === undefined ? "" : `, ${type.length}`;
        return `list<${this.type(type.item)}${length}>`;
      }
      case "map":
        return `map<${this.type(type.key)}, ${this.type(type.value)}>`;
      case "own":
        return this.#resourceName(type.resource);
      case "borrow":
        return `borrow<${this.#resourceName(type.resource)}>`;
      case "stream":
      case "future":
        return type.item === undefined ? type.kind : `${type.kind}<${this.type(type.item)}>`;
      // WIT has these only with a name. One without a name is from a component that no toolchain
      // makes.
      case "record":
        return `record { ${type.fields.map((field) => this.#named(field)).join(", ")} }`;
      case "variant":
        return `variant { ${type.cases.map((one) => escaped(one.name)).join(", ")} }`;
      case "enum":
      case "flags":
        return `${type.kind} { ${type.names.map(escaped).join(", ")} }`;
      default:
        return type.kind;
    }
  }

  #result(ok: ValueType | undefined, err: ValueType | undefined): string {
    if (err === undefined) return ok === undefined ? "result" : `result<${this.type(ok)}>`;
    return `result<${ok === undefined ? "_" : this.type(ok)}, ${this.type(err)}>`;
  }

  #resourceName(resource: ResourceType): string {
    return escaped(this.#names.get(resource) ?? resource.name ?? "resource");
  }
}

/**
 * The key of a type: its node or resource type. WIT has none for functions, instances and
 * components.
 */
export function identity(entry: TypeExtern): ValueType | ResourceType | undefined {
  if (entry.kind === "resource") return entry.resource;
  return entry.kind === "value" ? entry.type : undefined;
}

/** Constructors, methods and static functions by their resource's name. */
function membersOf(externs: readonly Extern[]): ReadonlyMap<string, readonly Extern[]> {
  const members = new Map<string, Extern[]>();
  for (const extern of externs) {
    const form = parseExternName(extern.name);
    if (form === undefined || !("resource" in form)) continue;
    const list = members.get(form.resource) ?? [];
    list.push(extern);
    members.set(form.resource, list);
  }
  return members;
}
