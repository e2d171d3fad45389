import { showQuotes } from "../abi/trap.ts";
import { TenonError } from "../../errors.ts";
import type { CoreFunction } from "../abi/call-site.ts";
import type { AsciiDecoder } from "../abi/context.ts";
import type { GuestLimits } from "../abi/limits.ts";
import { ComponentInstance, IDLE, POISONED, ResourceState, Store } from "../abi/store.ts";
import { resourceDrop, resourceNew, resourceRep } from "./resource-builtins.ts";
import type { Tasks } from "./tasks.ts";
import type { Code } from "./code.ts";
import { type ClassPlans, exportRoot, type ExportSource, prepareClasses } from "./exports.ts";
import { Functions } from "./functions.ts";
import type { CompiledModule } from "../compiled/memory.ts";
import { type Given, named } from "./imports.ts";
import { type Instance, makeInstance } from "./instance.ts";
import type { Interruption } from "./interruption.ts";
import type { CoreArgument, HostFunc, ModuleSource, Plan, Step } from "./plan.ts";
import type { CoreState, Snapshots } from "./snapshot.ts";

export interface Ingredients {
  readonly code: Code;
  readonly classes: ClassPlans;
  readonly given: readonly Given[];
  /** The module in the form that runs here. */
  readonly module: (source: ModuleSource) => CompiledModule;
  /** The module unchanged, for the host. */
  readonly plainModule: (source: ModuleSource) => WebAssembly.Module;
  readonly limits: GuestLimits;
  readonly decodeAscii: AsciiDecoder | undefined;
  /** Undefined: the plan uses nothing of the asynchronous ABI. */
  readonly tasks: Tasks | undefined;
  /** Undefined: nothing stops the guest. */
  readonly interruption: ((store: Store) => Interruption) | undefined;
  /** Undefined: the instance is never restored. */
  readonly snapshots: Snapshots | undefined;
}

/** Runs a plan. Throws a TenonError. */
export function runPlan(ingredients: Ingredients): Instance {
  const making = new Making(ingredients);
  try {
    for (const step of making.plan.steps) {
      if (step.kind === "instantiate") {
        const { module, imports } = making.request(step);
        making.startNow(making.take(step, new WebAssembly.Instance(module, imports).exports));
      } else making.run(step);
    }
    return making.finish();
  } catch (thrown) {
    throw making.fail(thrown);
  }
}

/** Runs a plan on a thread that may not instantiate large modules synchronously. */
export async function runPlanAsync(ingredients: Ingredients): Promise<Instance> {
  const making = new Making(ingredients);
  try {
    for (const step of making.plan.steps) {
      if (step.kind === "instantiate") {
        const { module, imports } = making.request(step);
        const { exports } = await WebAssembly.instantiate(module, imports);
        await making.start(making.take(step, exports as WebAssembly.Exports));
      } else making.run(step);
      const others = making.rests();
      if (others !== undefined) await others;
    }
    return making.finish();
  } catch (thrown) {
    throw making.fail(thrown);
  }
}

interface CoreRequest {
  readonly module: WebAssembly.Module;
  readonly imports: WebAssembly.Imports;
}

class Making implements ExportSource {
  readonly plan: Plan;
  readonly store: Store;
  readonly classes: ClassPlans;
  readonly #ingredients: Ingredients;
  readonly #code: Code;
  readonly #functions: Functions;
  readonly #cores: WebAssembly.Exports[] = [];
  readonly #interruption: Interruption | undefined;
  /** The added parts of the core module that is being instantiated. */
  #added: CompiledModule["added"];
  #state: CompiledModule["state"];
  readonly #states: CoreState[] = [];

  constructor(ingredients: Ingredients) {
    const { code, classes, given, limits, interruption } = ingredients;
    this.plan = code.plan;
    this.classes = classes;
    this.#ingredients = ingredients;
    this.#code = code;
    this.store = new Store(limits);
    this.#interruption = interruption?.(this.store);
    this.#functions = new Functions(ingredients, this.store, this.#interruption);
    for (const parent of this.plan.instances) {
      const outer = parent === undefined ? undefined : this.store.instances[parent];
      this.store.instances.push(new ComponentInstance(this.store, outer));
    }
    for (const { name, instance } of this.plan.resources) {
      const by = instance === undefined ? undefined : this.store.instances[instance];
      this.store.resources.push(new ResourceState(this.store, name, by));
    }
    for (const [index, need] of this.plan.needs.entries()) {
      const found = given[index]!;
      if (need.kind === "class" && found.kind === "class") {
        const state = this.store.resources[need.resource.slot]!;
        state.hostClass = found.hostClass;
        state.dropName = named({
          ...need,
          path: [...need.path.slice(0, -1), `[resource-drop]${need.path.at(-1)}`],
        });
      }
    }
    prepareClasses(this, this.store.resources);
  }

  request({ module, imports }: Extract<Step, { kind: "instantiate" }>): CoreRequest {
    const given = nameless<Record<string, unknown>>();
    for (const { name, from } of imports) given[name] = this.#argument(from);
    const compiled = this.#ingredients.module(module);
    if (compiled.size !== undefined && this.#interruption !== undefined) {
      this.store.holdings.take(compiled.size, false);
    }
    this.#added = compiled.added;
    this.#state = compiled.state;
    if (compiled.added !== undefined) {
      given[compiled.added.namespace] = this.#interruption!.imports(compiled.added);
    }
    return { module: compiled.module, imports: given as WebAssembly.Imports };
  }

  #argument(from: CoreArgument["from"]): Record<string, unknown> {
    if (typeof from === "number") return this.#cores[from]!;
    const items = nameless<unknown>();
    for (const [name, ref] of from) items[name] = this.#functions.item(ref);
    return items;
  }

  /** Returns the start function of a module that has not run it itself. */
  take(
    { into }: Extract<Step, { kind: "instantiate" }>,
    exports: WebAssembly.Exports,
  ): CoreFunction | undefined {
    this.#cores[into] = exports;
    this.#states.push(this.#state && [exports, this.#state]);
    if (this.store.state >= POISONED) throw this.store.failure ?? this.store.ended();
    if (this.#added === undefined) return undefined;
    return this.#interruption!.attach(exports, this.#added);
  }

  startNow(start: CoreFunction | undefined): void {
    if (start === undefined) return;
    this.#interruption!.shielded(start)();
    this.store.settle();
  }

  /** The start function may be suspended. */
  async start(start: CoreFunction | undefined): Promise<void> {
    if (start === undefined || !this.#code.suspends) return this.startNow(start);
    await this.store.wait(WebAssembly.promising(start)());
    this.store.settle();
  }

  /** See Interruption.rests. */
  rests(): Promise<void> | undefined {
    return this.#interruption?.rests();
  }

  run(step: Exclude<Step, { kind: "instantiate" }>): void {
    const functions = this.#functions;
    switch (step.kind) {
      case "take":
        functions.keep(step.into, this.#export(step.from, step.name));
        return;
      case "context":
        functions.context(step.context);
        return;
      case "destructor":
        this.store.resources[step.resource]!.destructor = functions.coreFunc(
          step.func,
          this.plan.resources[step.resource]!.instance!,
        );
        return;
      case "lower":
        functions.keep(step.into, functions.lower(step.lower));
        return;
      default:
        functions.keep(step.into, this.#builtin(step));
    }
  }

  #builtin(step: Extract<Step, { kind: "builtin" | `resource-${string}` }>): unknown {
    if (step.kind === "builtin") return this.#functions.builtin(step);
    const inst = this.store.instances[step.instance]!;
    return RESOURCE_BUILTINS[step.kind](inst, this.store.resources[step.resource]!);
  }

  #export(from: number, name: string): unknown {
    const found = this.#cores[from]![name];
    if (found !== undefined) return found;
    // For a module that the host gave, only its imports are known.
    throw new TenonError("component-unlinkable", `a core module given as import lacks ${name}`, {
      data: { missing: [name], wrong: [] },
    });
  }

  lift(...parts: Parameters<Functions["lift"]>): CoreFunction {
    return this.#functions.lift(...parts);
  }

  host(func: HostFunc): unknown {
    const given = this.#ingredients.given[func.need]!;
    return given.kind === "func" ? given.func : undefined;
  }

  module({ module }: { readonly module: ModuleSource }): WebAssembly.Module {
    return this.#ingredients.plainModule(module);
  }

  fail(thrown: unknown): TenonError {
    return this.store.failOutermost(startFailure(thrown));
  }

  finish(): Instance {
    this.store.settle();
    this.store.state = IDLE;
    this.store.scheduler?.look();
    const { snapshots } = this.#ingredients;
    const exports = exportRoot(this, this.plan);
    return makeInstance(this.store, exports, this.#cores, {
      states: this.#states,
      snapshots,
      counted: this.#interruption !== undefined,
    });
  }
}

const RESOURCE_BUILTINS = {
  "resource-new": resourceNew,
  "resource-drop": resourceDrop,
  "resource-rep": resourceRep,
} as const;

/** The error of instantiating a core module: a trap of its start function, or a refusal to link. */
function startFailure(thrown: unknown): unknown {
  showQuotes(thrown);
  if (thrown instanceof WebAssembly.LinkError || thrown instanceof TypeError) {
    const message = `a core module can't be linked: ${thrown.message}`;
    return new TenonError("component-unlinkable", message, { cause: thrown });
  }
  if (thrown instanceof RangeError && !/call stack/i.test(thrown.message)) {
    const message = `no memory for an instance: ${thrown.message}`;
    return new TenonError("component-limit", message, { cause: thrown, data: { limit: "memory" } });
  }
  return thrown;
}

/** A record for names from the binary, which may be `__proto__`. */
function nameless<Value>(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}
