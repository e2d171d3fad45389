// One component instance while it is planned: its index spaces and its resource types.
// Explainer.md, "Instance Definitions"; resolved.ts tells how a component is executed.
import { elementOf, mayBlock, plannedCopy } from "./planned-copies.ts";
import { loweredAsync, movesEnds, type Signature } from "../abi/signature.ts";
import { Substitution } from "../substitute.ts";
import type { AbstractResource, Extern, FuncType, ResourceType, ValueType } from "../types.ts";
import type {
  Builtin,
  Bundled,
  CanonicalOptions,
  CoreBundled,
  Reference,
  ResolvedItem,
} from "../validate/resolved.ts";
import type {
  CoreArgument,
  CoreRef,
  Func,
  ModuleSource,
  PlannedCopy,
  PlannedLift,
  PlannedResource,
  PlannedTask,
  Step,
} from "./plan.ts";
import type { ComponentClosure, PlannedItem, Planner } from "./planner.ts";

type CoreInstance = number | ReadonlyMap<string, CoreRef>;
type Exports = ReadonlyMap<string, PlannedItem>;
type ItemOf<Kind extends ResolvedItem["kind"]> = Extract<ResolvedItem, { kind: Kind }>;

/** Returns the item for an import. */
export type Importer = (
  extern: Extern,
  resources: readonly AbstractResource[],
) => PlannedItem | undefined;

export class Frame {
  readonly #planner: Planner;
  readonly #closure: ComponentClosure;
  readonly #depth: number;
  readonly #instance: number;
  readonly #resources: Map<ResourceType, PlannedResource> = new Map();
  readonly #substitution: Substitution;
  readonly #core: Record<CoreBundled["sort"], CoreRef[]> = {
    func: [],
    table: [],
    memory: [],
    global: [],
    tag: [],
  };
  readonly #coreInstances: CoreInstance[] = [];
  /** What has already been taken out of a core instance, by its sort, index and name. */
  readonly #taken: Map<string, CoreRef> = new Map();
  readonly #modules: ModuleSource[] = [];
  readonly #funcs: Func[] = [];
  readonly #components: ComponentClosure[] = [];
  readonly #instances: Exports[] = [];

  constructor(
    planner: Planner,
    closure: ComponentClosure,
    parent: number | undefined,
    depth: number,
  ) {
    planner.tally.raise("componentDepth", depth, 0);
    this.#planner = planner;
    this.#closure = closure;
    this.#depth = depth;
    this.#instance = planner.instance(parent);
    this.#substitution = new Substitution((resource) => this.actual(resource));
  }

  bind(resource: ResourceType, actual: PlannedResource): void {
    this.#resources.set(resource, actual);
  }

  actual(resource: ResourceType): PlannedResource {
    return this.#resources.get(resource)!;
  }

  func(type: FuncType): FuncType {
    return this.#substitution.func(type);
  }

  /** Executes the component, and returns its exports. */
  run(importer: Importer): Exports {
    const exports = new Map<string, PlannedItem>();
    for (const item of this.#closure.component.items) {
      switch (item.kind) {
        case "import": {
          const { extern, resources } = item;
          const given = importer(extern, resources);
          if (given !== undefined) this.#push(given);
          break;
        }
        case "export": {
          const found = this.#find(item.item);
          this.#bindAll(item.resources, new Map([[item.extern.name, found]]), item.extern.name);
          exports.set(item.extern.name, found);
          if (found.sort !== "type") this.#push(found);
          break;
        }
        default:
          this.#define(item);
      }
    }
    return exports;
  }

  #define(item: Exclude<ResolvedItem, ItemOf<"import" | "export">>): void {
    switch (item.kind) {
      case "core-module":
        this.#planner.weigh(item);
        this.#modules.push({ kind: "embedded", module: item });
        return;
      case "core-instantiate":
        this.#coreInstances.push(this.#coreInstantiate(item));
        return;
      case "core-bundle": {
        const items = item.exports.map(({ name, sort, index }) => {
          return [name, this.#core[sort][index]!] as const;
        });
        this.#coreInstances.push(new Map(items));
        return;
      }
      case "alias-core-export":
        this.#core[item.sort].push(this.#take(item));
        return;
      case "component":
        this.#components.push({ component: item.component, outer: this });
        return;
      case "instantiate":
        this.#instantiate(item);
        return;
      case "bundle":
        this.#instances.push(this.#bundle(item.exports));
        return;
      case "alias-export": {
        const found = this.#instances[item.instance]!.get(item.name);
        if (found !== undefined && found.sort !== "type") this.#push(found);
        return;
      }
      case "alias-outer":
        this.#aliasOuter(item);
        return;
      case "resource":
        this.#resource(item);
        return;
      case "lift":
        this.#funcs.push(this.#lift(item));
        return;
      case "lower":
        this.#lower(item);
        return;
      case "resource-new":
      case "resource-drop":
      case "resource-rep": {
        const resource = this.actual(item.resource).slot;
        this.#makeCore({ kind: item.kind, instance: this.#instance, resource });
        return;
      }
      case "builtin":
        this.#builtin(item.builtin);
        return;
      case "start":
      case "value":
        this.#planner.unsupported("values and start functions");
    }
  }

  #coreInstantiate({ module, args }: ItemOf<"core-instantiate">): number {
    const imports = args.map(({ name, instance }): CoreArgument => {
      return { name, from: this.#coreInstances[instance]! };
    });
    const source = this.#modules[module]!;
    const into = this.#planner.coreInstance(source);
    this.#planner.steps.push({ kind: "instantiate", module: source, imports, into });
    return into;
  }

  #take({ sort, instance, name }: ItemOf<"alias-core-export">): CoreRef {
    const from = this.#coreInstances[instance]!;
    if (typeof from !== "number") return from.get(name)!;
    const key = `${from} ${name}`;
    let into = this.#taken.get(key);
    if (into === undefined) {
      into = this.#planner.coreItem();
      this.#planner.steps.push({ kind: "take", from, name, sort, into });
      this.#taken.set(key, into);
    }
    return into;
  }

  #instantiate({ component, args, resources }: ItemOf<"instantiate">): void {
    const given = this.#bundle(args);
    const inner = new Frame(
      this.#planner,
      this.#components[component]!,
      this.#instance,
      this.#depth + 1,
    );
    const exports = inner.run((extern, opened) => {
      inner.#bindAll(opened, given, extern.name);
      const found = given.get(extern.name);
      return found?.sort === "type" ? undefined : found;
    });
    this.#instances.push(exports);
    for (const { resource, path } of resources) {
      const actual = resourceAt(exports, path);
      if (actual !== undefined) this.bind(resource, actual);
    }
  }

  /** Binds the resource types that come with `items`. Paths start below `root`. */
  #bindAll(resources: readonly AbstractResource[], items: Exports, root: string): void {
    for (const { resource, path } of resources) {
      const actual = resourceAt(items, [root, ...path]);
      if (actual !== undefined) this.bind(resource, actual);
    }
  }

  #aliasOuter({ sort, count, index }: ItemOf<"alias-outer">): void {
    // oxlint-disable-next-line typescript/no-this-alias -- the walk outwards starts here
    let frame: Frame = this;
    for (let left = count; left > 0; left--) frame = frame.#closure.outer!;
    if (sort === "module") this.#modules.push(frame.#modules[index]!);
    else this.#components.push(frame.#components[index]!);
  }

  #resource({ resource, rep, destructor }: ItemOf<"resource">): void {
    if (rep === "i64") this.#planner.unsupported("64-bit resource representations");
    const planned = this.#planner.resource(resource.name, this.#instance);
    this.bind(resource, planned);
    if (destructor === undefined) return;
    const func = this.#core.func[destructor]!;
    this.#planner.steps.push({ kind: "destructor", resource: planned.slot, func });
  }

  #lift({ func, type, options }: ItemOf<"lift">): PlannedLift {
    const actual = this.func(type);
    const signature = this.#planner.signature(actual);
    if (type.async || movesEnds(signature)) this.#planner.threaded(this.#instance);
    return {
      kind: "lift",
      async: type.async,
      task: type.async ? this.#task(actual, options, signature) : undefined,
      instance: this.#instance,
      context: this.#context(options, signature),
      core: this.#core.func[func]!,
      postReturn: this.#optionalFunc(options.postReturn),
      type: actual,
      signature,
      options,
    };
  }

  #lower({ func, options }: ItemOf<"lower">): void {
    const callee = this.#funcs[func]!;
    const signature = this.#planner.signature(callee.type);
    if (callee.async || movesEnds(signature)) {
      this.#planner.threaded(this.#instance);
      if (callee.async && !options.async) this.#planner.blocking(this.#instance);
    }
    const lower = {
      instance: this.#instance,
      context: this.#context(options, signature),
      callee,
      signature: options.async ? loweredAsync(signature) : signature,
      options,
      async: options.async,
    };
    this.#makeCore({ kind: "lower", lower });
  }

  #task({ result }: FuncType, options: CanonicalOptions, signature: Signature): PlannedTask {
    const memory = this.#optionalMemory(options.memory);
    const callback = this.#optionalFunc(options.callback);
    const returned = this.#planner.returned(result);
    if (options.async) {
      const returns = this.#planner.returns(result, options, memory);
      return {
        callback,
        returns,
        returned,
        coreResult: callback === undefined ? undefined : "i32",
      };
    }
    const { spills, coreResult } = signature;
    const flat = spills ? undefined : returned.flat;
    return { callback, returns: undefined, returned: { ...returned, flat }, coreResult };
  }

  /** CanonicalABI.md, "Canonical Definitions". */
  #builtin(builtin: Builtin): void {
    const { name, type, options } = builtin;
    this.#planner.threaded(this.#instance);
    if (mayBlock(builtin)) this.#planner.blocking(this.#instance);
    const memory = this.#optionalMemory(builtin.memory ?? options?.memory);
    const returns =
      name === "task.return" && options !== undefined
        ? this.#planner.returns(this.#substitution.optional(type), options, memory)
        : undefined;
    const item = elementOf(builtin);
    const element = item && this.#substitution.optional(item.type);
    this.#makeCore({
      kind: "builtin",
      instance: this.#instance,
      builtin,
      memory,
      returns,
      payload: item && this.#planner.payload(element),
      copy: item && options && this.#copy(element, options),
    });
  }

  #copy(element: ValueType | undefined, options: CanonicalOptions): PlannedCopy {
    const signature = this.#planner.returned(element);
    return plannedCopy(signature, options, this.#context(options, signature));
  }

  #context(options: CanonicalOptions, signature: Signature): number {
    const memory = this.#optionalMemory(options.memory);
    const realloc = this.#optionalFunc(options.realloc);
    return this.#planner.context(this.#instance, options, memory, realloc, signature);
  }

  #optionalFunc(index: number | undefined): CoreRef | undefined {
    return index === undefined ? undefined : this.#core.func[index];
  }

  #optionalMemory(index: number | undefined): CoreRef | undefined {
    return index === undefined ? undefined : this.#core.memory[index];
  }

  /** Adds a step that makes a core function. */
  #makeCore(step: DistributiveOmit<Extract<Step, { into: CoreRef }>, "into">): void {
    const into = this.#planner.coreItem();
    this.#planner.steps.push({ ...step, into } as Step);
    this.#core.func.push(into);
  }

  #bundle(list: readonly Bundled[]): Exports {
    return new Map(list.map((one) => [one.name, this.#find(one)]));
  }

  #find(reference: Reference): PlannedItem {
    switch (reference.sort) {
      case "func":
        return { sort: "func", func: this.#funcs[reference.index]! };
      case "instance":
        return { sort: "instance", exports: this.#instances[reference.index]! };
      case "module":
        return { sort: "module", module: this.#modules[reference.index]! };
      case "component":
        return { sort: "component", closure: this.#components[reference.index]! };
      case "type": {
        const { resource } = reference;
        return { sort: "type", resource: resource && this.actual(resource) };
      }
      case "value":
        return { sort: "value" };
    }
  }

  #push(item: PlannedItem): void {
    switch (item.sort) {
      case "func":
        this.#funcs.push(item.func);
        return;
      case "instance":
        this.#instances.push(item.exports);
        return;
      case "module":
        this.#modules.push(item.module);
        return;
      case "component":
        this.#components.push(item.closure);
        return;
      default:
    }
  }
}

type DistributiveOmit<Type, Key extends PropertyKey> = Type extends unknown
  ? Omit<Type, Key>
  : never;

function resourceAt(items: Exports, path: readonly string[]): PlannedResource | undefined {
  const [name, ...rest] = path;
  const item = name === undefined ? undefined : items.get(name);
  if (item?.sort === "instance") return resourceAt(item.exports, rest);
  return item?.sort === "type" && rest.length === 0 ? item.resource : undefined;
}
