import type { Sort, SortIndex } from "../decode/definitions.ts";
import type { CoreType } from "./core-types.ts";
import { invalid } from "../faults.ts";
import type {
  AbstractResource,
  ComponentType,
  CoreExternType,
  CoreFuncType,
  CoreModuleType,
  Extern,
  ExternType,
  FuncType,
  InstanceType,
  ResourceType,
  TypeExtern,
  ValueType,
} from "../types.ts";

export type CoreTypeEntry =
  | { readonly kind: "type"; readonly type: CoreType }
  | { readonly kind: "module"; readonly type: CoreModuleType };

export type CoreExports = ReadonlyMap<string, CoreExternType>;

/** Names that a scope imports, or exports, with what their rules ask to be known. */
export interface Names {
  readonly externs: Map<string, Extern>;
  /** The names as they must be unique, with the names as they are. */
  readonly unique: Map<string, string>;
  /**
   * Entries of the type index space that are visible from outside under a name: value types by
   * themselves, resource types by their entry.
   */
  readonly visible: Set<object>;
  /** The resource types named here, by entry. */
  readonly resources: Map<TypeExtern, string>;
  readonly resourceNames: Set<string>;
}

export type ScopeKind = "component" | "component-type" | "instance-type";

/** What each index space holds. */
interface Spaces {
  readonly module: CoreModuleType;
  readonly "core-type": CoreTypeEntry;
  readonly "core-instance": CoreExports;
  readonly "core-func": CoreExternType;
  readonly "core-table": CoreExternType;
  readonly "core-memory": CoreExternType;
  readonly "core-global": CoreExternType;
  readonly "core-tag": CoreExternType;
  readonly func: FuncType;
  readonly value: { readonly type: ValueType; used: boolean };
  readonly type: TypeExtern;
  readonly component: ComponentType;
  readonly instance: InstanceType;
}

/**
 * The index spaces of a component, a component type or an instance type while it is validated.
 * `…At` answers an entry or throws `component-invalid`.
 */
export class Scope {
  readonly kind: ScopeKind;
  readonly parent: Scope | undefined;
  readonly #spaces: Map<Sort, Spaces[Sort][]> = new Map();

  readonly imports: Names = names();
  readonly exports: Names = names();
  readonly importedResources: AbstractResource[] = [];
  /** Resource types that were introduced here: defined, or brought by an instance. */
  readonly definedResources: Set<ResourceType> = new Set();
  /** Resource types whose representation is known here. */
  readonly representations: Map<ResourceType, "i32" | "i64"> = new Map();
  /** Of `context.get` and `context.set`: all of a component's must have the same type. */
  contextType: string | undefined;

  constructor(kind: ScopeKind, parent: Scope | undefined) {
    this.kind = kind;
    this.parent = parent;
  }

  space<Of extends Sort>(sort: Of): Spaces[Of][] {
    let space = this.#spaces.get(sort);
    if (space === undefined) this.#spaces.set(sort, (space = []));
    return space as Spaces[Of][];
  }

  at<Of extends Sort>(sort: Of, index: number, offset: number): Spaces[Of] {
    const entry = this.space(sort)[index];
    if (entry === undefined) {
      throw invalid(offset, `unknown ${sort} ${index}: ${sort} index out of bounds`);
    }
    return entry;
  }

  add<Of extends Sort>(sort: Of, entry: Spaces[Of]): void {
    this.space(sort).push(entry);
  }

  coreFuncAt(index: number, offset: number): CoreFuncType {
    return (this.at("core-func", index, offset) as CoreExternType & { readonly kind: "func" }).type;
  }

  resourceAt(index: number, offset: number): TypeExtern & { readonly kind: "resource" } {
    const entry = this.at("type", index, offset);
    if (entry.kind !== "resource") {
      throw invalid(offset, `type index ${index} is not a resource type`);
    }
    return entry;
  }

  /** Each value is used exactly once. */
  useValue(index: number, offset: number): ValueType {
    const value = this.at("value", index, offset);
    if (value.used) throw invalid(offset, `value ${index} is used more than once`);
    value.used = true;
    return value.type;
  }

  /** The type of what is passed or exported. */
  externAt({ sort, index }: SortIndex, offset: number): ExternType {
    const type = sort === "value" ? this.useValue(index, offset) : this.at(sort, index, offset);
    return { kind: sort, type } as ExternType;
  }

  /** Appends to the index space of its sort. A value that is `used` can't be used again. */
  push({ kind, type }: ExternType, used = false): void {
    this.space(kind).push(kind === "value" ? { type, used } : type);
  }

  /** The scope `count` levels out. */
  outer(count: number, offset: number): Scope {
    if (count === 0) return this;
    let scope = this.parent;
    for (let level = 1; level < count && scope !== undefined; level++) scope = scope.parent;
    if (scope === undefined) throw invalid(offset, `invalid outer alias count of ${count}`);
    return scope;
  }
}

function names(): Names {
  return {
    externs: new Map(),
    unique: new Map(),
    visible: new Set(),
    resources: new Map(),
    resourceNames: new Set(),
  };
}
