import type { Work } from "../caps/tally.ts";
import type { FactTable } from "./facts.ts";
import { type Handle, Substitution } from "../substitute.ts";
import type {
  AbstractResource,
  ComponentType,
  Extern,
  ExternType,
  FuncType,
  InstanceType,
  ResourceType,
  TypeExtern,
  ValueType,
} from "../types.ts";

/**
 * Substitution through whole externs, as instantiating or importing them needs it: other resource
 * types, and other index space entries where an argument took an import's place. Parts that do not
 * change keep their identity, and parts that are shared stay shared.
 */
export class Remapping extends Substitution {
  readonly #resources: Map<ResourceType, ResourceType>;
  readonly #done: Map<object, object> = new Map();
  readonly #facts: FactTable;
  readonly #work: Work;
  #renames = false;

  constructor(resources: Map<ResourceType, ResourceType>, facts: FactTable, work: Work) {
    super((resource) => resources.get(resource) ?? resource);
    this.#resources = resources;
    this.#facts = facts;
    this.#work = work;
  }

  get idle(): boolean {
    return this.#resources.size === 0 && !this.#renames;
  }

  map(from: ResourceType, to: ResourceType): void {
    this.#resources.set(from, to);
  }

  /** An import's type gives way to an argument's. */
  renameEntry(from: TypeExtern, to: TypeExtern): void {
    this.#renames = true;
    this.#done.set(from, to);
    if (from.kind === "value" && to.kind === "value") this.rename(from.type, to.type);
  }

  override value(type: ValueType): ValueType {
    this.#work.step();
    if (!this.#renames && !this.#facts.of(type).handle) return type;
    const done = super.value(type);
    if (done !== type && this.#facts.lacks(done)) this.#facts.derive(done, type);
    return done;
  }

  protected override handle(type: Handle): ValueType {
    const alias = this.#facts.of(type).alias;
    const entry = alias && this.entry(alias);
    if (entry === alias || entry?.kind !== "resource") return type;
    const done: ValueType = { kind: type.kind, resource: entry.resource };
    this.#facts.derive(done, type, entry);
    return done;
  }

  extern(extern: Extern): Extern {
    const type = this.externType(extern.type);
    return type === extern.type ? extern : { ...extern, type };
  }

  externType(type: ExternType): ExternType {
    this.#work.step();
    const inner = this.#inner(type);
    return inner === type.type ? type : ({ kind: type.kind, type: inner } as ExternType);
  }

  #inner(type: ExternType): ExternType["type"] {
    switch (type.kind) {
      case "module":
        return type.type;
      case "value":
        return this.value(type.type);
      case "type":
        return this.entry(type.type);
      case "func":
        return this.func(type.type);
      case "instance":
        return this.instance(type.type);
      case "component":
        return this.component(type.type);
    }
  }

  /** An entry of a type index space. */
  entry(entry: TypeExtern): TypeExtern {
    return this.#once(entry, (entry) => {
      switch (entry.kind) {
        case "resource": {
          const resource = this.#resources.get(entry.resource);
          return resource === undefined ? entry : { kind: entry.kind, resource };
        }
        case "value": {
          const type = this.value(entry.type);
          const of = this.optional(entry.of);
          return type === entry.type && of === entry.of ? entry : { kind: entry.kind, type, of };
        }
        default:
          return this.externType(entry) as TypeExtern;
      }
    });
  }

  override func(type: FuncType): FuncType {
    return this.#once(type, (type) => super.func(type));
  }

  instance(type: InstanceType): InstanceType {
    return this.#once(type, (type) => {
      const exports = this.externs(type.exports);
      const resources = this.#abstract(type.resources);
      const same = exports === type.exports && resources === type.resources;
      return same ? type : { exports, resources };
    });
  }

  component(type: ComponentType): ComponentType {
    return this.#once(type, (type) => {
      const imports = this.externs(type.imports);
      const exports = this.externs(type.exports);
      return imports === type.imports && exports === type.exports
        ? type
        : {
            imports,
            exports,
            importedResources: this.#abstract(type.importedResources),
            exportedResources: this.#abstract(type.exportedResources),
          };
    });
  }

  externs(externs: ReadonlyMap<string, Extern>): ReadonlyMap<string, Extern> {
    const mapped = new Map<string, Extern>();
    let changed = false;
    for (const [name, extern] of externs) {
      const done = this.extern(extern);
      changed ||= done !== extern;
      mapped.set(name, done);
    }
    return changed ? mapped : externs;
  }

  #abstract(list: readonly AbstractResource[]): readonly AbstractResource[] {
    if (!list.some(({ resource }) => this.#resources.has(resource))) return list;
    return list.map(({ resource, path }) => ({
      resource: this.#resources.get(resource) ?? resource,
      path,
    }));
  }

  #once<Type extends object>(from: Type, map: (from: Type) => Type): Type {
    const known = this.#done.get(from);
    if (known !== undefined) return known as Type;
    this.#work.step();
    const to = map(from);
    this.#done.set(from, to);
    if (to !== from) this.#facts.derive(to, from);
    return to;
  }
}
