import type { SortIndex } from "../decode/definitions.ts";
import type { CoreType } from "./core-types.ts";
import { invalid } from "../faults.ts";
import type {
  AbstractResource,
  ComponentType,
  CoreExternType,
  CoreFuncType,
  CoreModuleType,
  CoreSort,
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

/// Names that a scope imports, or exports, with what their rules ask to be known.
export interface Names {
  readonly externs: Map<string, Extern>;
  /// The names as they must be unique, with the names as they are.
  readonly unique: Map<string, string>;
  /// Entries of the type index space that have a name to be seen by from outside: value types by
  /// themselves, resource types by their entry.
  readonly visible: Set<object>;
  /// The resource types named here, by entry.
  readonly resources: Map<TypeExtern, string>;
  readonly resourceNames: Set<string>;
}

export type ScopeKind = "component" | "component-type" | "instance-type";

/// The index spaces of a component, a component type or an instance type while it is validated.
/// `…At` answers an entry or throws `component-invalid`.
export class Scope {
  readonly kind: ScopeKind;
  readonly parent: Scope | undefined;

  readonly coreTypes: CoreTypeEntry[] = [];
  readonly modules: CoreModuleType[] = [];
  readonly coreInstances: CoreExports[] = [];
  readonly core: { readonly [Sort in CoreSort]: CoreExternType[] } = {
    func: [],
    table: [],
    memory: [],
    global: [],
    tag: [],
  };
  readonly types: TypeExtern[] = [];
  readonly funcs: FuncType[] = [];
  readonly components: ComponentType[] = [];
  readonly instances: InstanceType[] = [];
  readonly values: { readonly type: ValueType; used: boolean }[] = [];

  readonly imports: Names = names();
  readonly exports: Names = names();
  readonly importedResources: AbstractResource[] = [];
  /// Resource types that came to be here: defined, or brought by an instance.
  readonly definedResources: Set<ResourceType> = new Set();
  /// Those of them whose representation is known here.
  readonly representations: Map<ResourceType, "i32" | "i64"> = new Map();
  /// Of `context.get` and `context.set`: all of a component's must have the same type.
  contextType: string | undefined;

  constructor(kind: ScopeKind, parent: Scope | undefined) {
    this.kind = kind;
    this.parent = parent;
  }

  typeAt(index: number, offset: number): TypeExtern {
    return this.types[index] ?? bounds("type", index, offset);
  }

  coreTypeAt(index: number, offset: number): CoreTypeEntry {
    return this.coreTypes[index] ?? bounds("type", index, offset);
  }

  coreFuncAt(index: number, offset: number): CoreFuncType {
    const type = this.core.func[index];
    return type?.kind === "func" ? type.type : bounds("function", index, offset);
  }

  coreAt(sort: CoreSort, index: number, offset: number): CoreExternType {
    return this.core[sort][index] ?? bounds(sort, index, offset);
  }

  coreInstanceAt(index: number, offset: number): CoreExports {
    return this.coreInstances[index] ?? bounds("core instance", index, offset);
  }

  funcAt(index: number, offset: number): FuncType {
    return this.funcs[index] ?? bounds("function", index, offset);
  }

  instanceAt(index: number, offset: number): InstanceType {
    return this.instances[index] ?? bounds("instance", index, offset);
  }

  moduleAt(index: number, offset: number): CoreModuleType {
    return this.modules[index] ?? bounds("module", index, offset);
  }

  componentAt(index: number, offset: number): ComponentType {
    return this.components[index] ?? bounds("component", index, offset);
  }

  resourceAt(index: number, offset: number): TypeExtern & { readonly kind: "resource" } {
    const entry = this.typeAt(index, offset);
    if (entry.kind !== "resource") {
      throw invalid(offset, `type index ${index} is not a resource type`);
    }
    return entry;
  }

  /// Each value is used exactly once.
  useValue(index: number, offset: number): ValueType {
    const value = this.values[index] ?? bounds("value", index, offset);
    if (value.used) throw invalid(offset, `value ${index} is used more than once`);
    value.used = true;
    return value.type;
  }

  /// The type of what is passed or exported.
  externAt({ sort, index }: SortIndex, offset: number): ExternType {
    switch (sort) {
      case "module":
        return { kind: sort, type: this.moduleAt(index, offset) };
      case "func":
        return { kind: sort, type: this.funcAt(index, offset) };
      case "value":
        return { kind: sort, type: this.useValue(index, offset) };
      case "type":
        return { kind: sort, type: this.typeAt(index, offset) };
      case "component":
        return { kind: sort, type: this.componentAt(index, offset) };
      case "instance":
        return { kind: sort, type: this.instanceAt(index, offset) };
      default:
        throw invalid(offset, `a ${sort} can't be passed or exported`);
    }
  }

  /// Appends to the index space of its sort. A value that is `used` can't be used again.
  push(extern: ExternType, used = false): void {
    switch (extern.kind) {
      case "module":
        this.modules.push(extern.type);
        break;
      case "func":
        this.funcs.push(extern.type);
        break;
      case "value":
        this.values.push({ type: extern.type, used });
        break;
      case "type":
        this.types.push(extern.type);
        break;
      case "component":
        this.components.push(extern.type);
        break;
      case "instance":
        this.instances.push(extern.type);
        break;
    }
  }

  /// The scope `count` levels out.
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

function bounds(what: string, index: number, offset: number): never {
  throw invalid(offset, `unknown ${what} ${index}: ${what} index out of bounds`);
}
