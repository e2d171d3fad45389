import type { Features } from "../features.ts";
import type { Caps } from "../caps/cap-row.ts";
import type { ResolvedComponent, CanonicalOptions } from "../validate/resolved.ts";
import {
  visitExports,
  copiesByCode,
  type Plan,
  type CoreRef,
  type HostFunc,
  type Item,
  type ModuleSource,
  type Need,
  type PlannedContext,
  type PlannedResource,
  type Step,
} from "./plan.ts";
import { TenonError } from "../../errors.ts";
import { Layouts, type View } from "../abi/layout.ts";
import { addViews, type Signature, signatureOf } from "../abi/signature.ts";
import type { Returns } from "../abi/async/task.ts";
import type { AbstractResource, Extern, FuncType, ValueType } from "../types.ts";
import { Equality } from "../validate/equality.ts";
import { Tally, Work } from "../caps/tally.ts";
import { Frame } from "./frame.ts";

/** A component together with the frame in which it was defined, for its outer aliases. */
export interface ComponentClosure {
  readonly component: ResolvedComponent;
  readonly outer: Frame | undefined;
}

/** What a component gets for an import. */
export type PlannedItem =
  | Exclude<Item, { sort: "component" | "instance" }>
  | { readonly sort: "instance"; readonly exports: ReadonlyMap<string, PlannedItem> }
  | { readonly sort: "component"; readonly closure: ComponentClosure };

/**
 * Plans a component. `components`: the components that it imports, by import name. Throws
 * `component-limit`, and `component-unlinkable` where a component does not fit.
 */
export function planComponent(
  component: ResolvedComponent,
  caps: Caps,
  components: ReadonlyMap<string, ResolvedComponent> = new Map(),
): Plan {
  return new Planner(caps, components).plan(component);
}

/** What each instance of a core module counts; see ResolvedItem. */
interface CoreModuleWeight {
  readonly startWork: number;
  readonly memories: number;
}

/** The plan while it is made. `Frame` adds one component instance to it. */
export class Planner {
  readonly tally: Tally;
  readonly #components: ReadonlyMap<string, ResolvedComponent>;
  readonly #instances: (number | undefined)[] = [];
  readonly #resources: PlannedResource[] = [];
  /** What instantiating each core module takes, by its place. */
  readonly #weights: Map<number, CoreModuleWeight> = new Map();
  readonly #contexts: (PlannedContext & { readonly views: View[] })[] = [];
  readonly #signatures: Map<FuncType, Signature> = new Map();
  readonly #layouts: Layouts = new Layouts((item) => this.payload(item));
  readonly #needs: Need[] = [];
  readonly #unsupported: Set<string> = new Set();
  readonly steps: Step[] = [];
  readonly #results: (ValueType | undefined)[] = [];
  readonly work: Work;
  readonly #threaded: Set<number> = new Set();
  readonly #blocking: Set<number> = new Set();
  #coreItems = 0;
  #coreInstances = 0;

  constructor(caps: Caps, components: ReadonlyMap<string, ResolvedComponent>) {
    this.tally = new Tally(caps);
    this.work = new Work(this.tally);
    this.#components = components;
  }

  plan(component: ResolvedComponent): Plan {
    const frame = new Frame(this, { component, outer: undefined }, undefined, 0);
    const exports = frame.run((extern, resources) => this.#imported(frame, extern, resources));
    this.tally.raise("componentTypeWork", this.work.done, 0);
    const modules = this.steps.flatMap((step) =>
      step.kind === "instantiate" && step.module.kind === "embedded" ? [step.module.module] : [],
    );
    return {
      instances: this.#instances,
      resources: this.#resources,
      contexts: this.#contexts,
      steps: this.steps,
      needs: this.#needs,
      exports: exports as ReadonlyMap<string, Item>,
      modules: [...new Set(modules)],
      coreItems: this.#coreItems,
      coreInstances: this.#coreInstances,
      threaded: [...this.#threaded],
      blocking: this.#allBlocking(),
      unsupported: [...this.#unsupported],
    };
  }

  instance(parent: number | undefined): number {
    this.tally.add("componentLinkedInstances", 0);
    return this.#instances.push(parent) - 1;
  }

  /** A core module that may be instantiated: notes what that takes. */
  weigh(module: CoreModuleWeight & { readonly offset: number }): void {
    this.#weights.set(module.offset, module);
  }

  coreInstance(source: ModuleSource): number {
    this.tally.add("componentLinkedInstances", 0);
    if (source.kind === "embedded") {
      const { offset } = source.module;
      const { startWork, memories } = this.#weights.get(offset)!;
      this.tally.add("componentMemories", offset, memories);
      this.tally.add("componentStartWork", offset, startWork);
    }
    return this.#coreInstances++;
  }

  coreItem(): CoreRef {
    return this.#coreItems++;
  }

  resource(name: string | undefined, instance: number | undefined): PlannedResource {
    const planned = { slot: this.#resources.length, name, instance };
    this.#resources.push(planned);
    return planned;
  }

  signature(type: FuncType): Signature {
    let signature = this.#signatures.get(type);
    if (signature === undefined) {
      signature = signatureOf(this.#layouts, type);
      this.#signatures.set(type, signature);
    }
    return signature;
  }

  /** The result as the single parameter of a function without a result. */
  returned(result: ValueType | undefined): Signature {
    const params = result === undefined ? [] : [{ name: "v", type: result }];
    return signatureOf(this.#layouts, { async: false, params, result: undefined });
  }

  /** The parts in which `task.return` and the function that it ends must agree. */
  returns(
    result: ValueType | undefined,
    { stringEncoding: strings }: CanonicalOptions,
    memory: CoreRef | undefined,
  ): Returns {
    return { type: this.payload(result), strings, memory };
  }

  /** The number of a type among those that are compared when functions are called. */
  payload(type: ValueType | undefined): number {
    const found = this.#results.findIndex((one) => this.#same(one, type));
    return found < 0 ? this.#results.push(type) - 1 : found;
  }

  #same(one: ValueType | undefined, other: ValueType | undefined): boolean {
    const differ = new Error("the types differ");
    try {
      new Equality(this.work, () => differ).check(one, other);
      return true;
    } catch (thrown) {
      if (thrown === differ) return false;
      throw thrown;
    }
  }

  /** Notes that it matters which thread runs in this instance. */
  threaded(instance: number): void {
    this.#threaded.add(instance);
  }

  /** Notes that code of this instance may have to be suspended. */
  blocking(instance: number): void {
    this.#blocking.add(instance);
  }

  /** Whoever starts a call in such an instance is suspended where it fails. */
  #allBlocking(): readonly number[] {
    const calls = this.steps.flatMap((step) => {
      if (step.kind !== "lower" || step.lower.callee.kind !== "lift") return [];
      const { callee, instance } = step.lower;
      return callee.async ? [[instance, callee.instance] as const] : [];
    });
    let before = -1;
    while (before < this.#blocking.size) {
      before = this.#blocking.size;
      for (const [caller, callee] of calls) {
        if (this.#blocking.has(callee)) this.#blocking.add(caller);
      }
    }
    return [...this.#blocking];
  }

  /**
   * The context of a function. Functions of an instance that read and write alike share one,
   * together with those that do neither.
   */
  context(
    instance: number,
    options: CanonicalOptions,
    memory: CoreRef | undefined,
    realloc: CoreRef | undefined,
    { params, result }: Signature,
  ): number {
    if (options.wide) this.unsupported("memory64");
    const { stringEncoding: encoding } = options;
    let index = this.#contexts.findIndex(
      (one) =>
        one.instance === instance &&
        (memory === undefined || one.memory === memory) &&
        (realloc === undefined || one.realloc === realloc),
    );
    if (index < 0) {
      index = this.#contexts.push({ instance, memory, realloc, views: [] }) - 1;
      this.steps.push({ kind: "context", context: index });
    }
    const { views } = this.#contexts[index]!;
    const used = new Set(views);
    for (const layout of result === undefined ? params : [...params, result]) {
      addViews(layout, used);
    }
    if (encoding !== "utf8") used.add("u16");
    views.splice(0, views.length, ...used);
    return index;
  }

  unsupported(feature: string): void {
    this.#unsupported.add(feature);
  }

  /** An import of the outermost component, which the host must provide. */
  #imported(
    frame: Frame,
    extern: Extern,
    resources: readonly AbstractResource[],
  ): PlannedItem | undefined {
    for (const { resource, path } of resources) {
      const planned = this.resource(resource.name ?? path.at(-1), undefined);
      frame.bind(resource, planned);
      this.#needs.push({ kind: "class", path: [extern.name, ...path], resource: planned });
    }
    return this.#given(frame, extern, [extern.name]);
  }

  #given(frame: Frame, { type, name }: Extern, path: readonly string[]): PlannedItem | undefined {
    // An instance's type is written out each time that it is used, with the path to it.
    this.work.step(path.length);
    switch (type.kind) {
      case "func": {
        const need = this.#needs.push({ kind: "func", path }) - 1;
        const [head, ...rest] = path;
        const label = rest.length === 0 ? head! : `${head!}#${rest.join("#")}`;
        const { async } = type.type;
        const func: HostFunc = {
          kind: "host",
          need,
          name: label,
          type: frame.func(type.type),
          async,
        };
        return { sort: "func", func };
      }
      case "instance": {
        const exports = new Map<string, PlannedItem>();
        for (const inner of type.type.exports.values()) {
          const item = this.#given(frame, inner, [...path, inner.name]);
          if (item !== undefined) exports.set(inner.name, item);
        }
        return { sort: "instance", exports };
      }
      case "type": {
        const resource = type.type.kind === "resource" ? type.type.resource : undefined;
        return { sort: "type", resource: resource && frame.actual(resource) };
      }
      case "module": {
        const need = this.#needs.push({ kind: "module", path, type: type.type }) - 1;
        const module: ModuleSource = { kind: "given", need };
        return { sort: "module", module };
      }
      case "component": {
        const component = path.length === 1 ? this.#components.get(name) : undefined;
        if (component === undefined) throw missingComponent(path);
        return { sort: "component", closure: { component, outer: undefined } };
      }
      case "value":
        this.unsupported("value imports");
        return { sort: "value" };
    }
  }
}

function missingComponent(path: readonly string[]): TenonError {
  const missing = path.join("#");
  return new TenonError("component-unlinkable", `the component import ${missing} is missing`, {
    data: { missing: [missing] },
  });
}

/** The plan of one component, made when it is first needed. */
export class Plans {
  readonly #component: ResolvedComponent;
  readonly #caps: Caps;
  #made: Plan | undefined;

  /** `made`: the plan, where it has already been made. */
  constructor(component: ResolvedComponent, caps: Caps, made?: Plan | undefined) {
    this.#component = component;
    this.#caps = caps;
    this.#made = made;
  }

  /** Throws what planComponent throws. */
  get(): Plan {
    return (this.#made ??= planComponent(this.#component, this.#caps));
  }
}

/** The features that a plan needs where generated text runs it. */
export function featuresOfPlan(plan: Plan): readonly (keyof Features)[] {
  const found = new Set<keyof Features>(plan.threaded.length > 0 ? ["tasks"] : []);
  for (const step of plan.steps) {
    if (step.kind === "builtin" && copiesByCode(step.copy)) found.add("adapters");
    if (step.kind !== "lower") continue;
    const { callee, async } = step.lower;
    if (async || callee.async) found.add("tasks");
    if (callee.kind === "lift") found.add("adapters");
  }
  visitExports(plan.exports, ({ sort, ...item }) => {
    if (sort === "func" && "func" in item && item.func.kind === "lift" && item.func.task) {
      found.add("tasks");
    }
  });
  return [...found];
}
