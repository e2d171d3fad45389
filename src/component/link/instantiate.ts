import { TenonError } from "../../errors.ts";
import type { CallSiteParts, CoreFunction } from "../abi/call-site.ts";
import { type AsciiDecoder, LiftLowerContext, type Realloc } from "../abi/context.ts";
import type { Limits } from "../abi/limits.ts";
import { isOutcome } from "../abi/signature.ts";
import { ComponentInstance, ResourceState, Store } from "../abi/store.ts";
import { after, LiftedAsync, liftedSync, loweredAsync, onThread } from "../abi/task.ts";
import { raise } from "../abi/values.ts";
import { makeBuiltin, resourceDrop, resourceNew, resourceRep } from "./builtins.ts";
import type { Code, Style } from "./code.ts";
import { type ClassPlans, exportRoot, type ExportSource, prepareClasses } from "./exports.ts";
import type { CompiledModule } from "../compiled-module.ts";
import type { Given } from "./imports.ts";
import { type Instance, makeInstance } from "./instance.ts";
import { type Interrupt, Interruption } from "./interruption.ts";
import type {
  CoreArgument,
  CoreRef,
  HostFunc,
  ModuleSource,
  Plan,
  PlannedLift,
  PlannedLower,
  PlannedTask,
  Step,
} from "./plan.ts";

export interface Ingredients {
  readonly code: Code;
  readonly classes: ClassPlans;
  readonly given: readonly Given[];
  /// As it is to run here.
  readonly module: (source: ModuleSource) => CompiledModule;
  /// As it is, for the host.
  readonly plainModule: (source: ModuleSource) => WebAssembly.Module;
  readonly limits: Limits;
  readonly decodeAscii: AsciiDecoder | undefined;
  readonly interrupt: Interrupt | undefined;
}

/// Runs a plan. Throws a TenonError.
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

/// Runs a plan where a thread may not instantiate large modules synchronously.
export async function runPlanAsync(ingredients: Ingredients): Promise<Instance> {
  const making = new Making(ingredients);
  try {
    for (const step of making.plan.steps) {
      if (step.kind === "instantiate") {
        const { module, imports } = making.request(step);
        const { exports } = await WebAssembly.instantiate(module, imports);
        await making.start(making.take(step, exports as WebAssembly.Exports));
      } else making.run(step);
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
  /// Core functions, memories, tables, globals and tags.
  readonly #items: unknown[];
  readonly #cores: WebAssembly.Exports[] = [];
  readonly #contexts: LiftLowerContext[] = [];
  readonly #interruption: Interruption | undefined;
  /// Of the core module that is being instantiated.
  #added: CompiledModule["added"];

  constructor(ingredients: Ingredients) {
    const { code, classes, given, limits, interrupt } = ingredients;
    this.plan = code.plan;
    this.classes = classes;
    this.#ingredients = ingredients;
    this.#code = code;
    this.#items = Array(this.plan.coreItems).fill(undefined);
    this.store = new Store(limits);
    if (interrupt !== undefined) this.#interruption = new Interruption(interrupt, this.store);
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
        this.store.resources[need.resource.slot]!.hostClass = found.hostClass;
      }
    }
    prepareClasses(this, this.store.resources);
  }

  request({ module, imports }: Extract<Step, { kind: "instantiate" }>): CoreRequest {
    const given = nameless<Record<string, unknown>>();
    for (const { name, from } of imports) given[name] = this.#argument(from);
    const compiled = this.#ingredients.module(module);
    this.#added = compiled.added;
    if (compiled.added !== undefined) {
      given[compiled.added.namespace] = this.#interruption!.imports(compiled.added);
    }
    return { module: compiled.module, imports: given as WebAssembly.Imports };
  }

  #argument(from: CoreArgument["from"]): Record<string, unknown> {
    if (typeof from === "number") return this.#cores[from]!;
    const items = nameless<unknown>();
    for (const [name, ref] of from) items[name] = this.#items[ref];
    return items;
  }

  /// Answers the start function of a module that did not run it itself.
  take(
    { into }: Extract<Step, { kind: "instantiate" }>,
    exports: WebAssembly.Exports,
  ): CoreFunction | undefined {
    this.#cores[into] = exports;
    if (this.store.state >= 4) throw this.store.failure ?? this.store.ended();
    if (this.#added === undefined) return undefined;
    return this.#interruption!.attach(exports, this.#added);
  }

  startNow(start: CoreFunction | undefined): void {
    if (start === undefined) return;
    this.#interruption!.shielded(start)();
    this.store.settle();
  }

  /// It may be set aside.
  async start(start: CoreFunction | undefined): Promise<void> {
    if (start === undefined || !this.#code.suspends) return this.startNow(start);
    await this.store.wait(WebAssembly.promising(start)());
    this.store.settle();
  }

  run(step: Exclude<Step, { kind: "instantiate" }>): void {
    const { instances, resources } = this.store;
    switch (step.kind) {
      case "take":
        this.#items[step.into] = this.#export(step.from, step.name);
        return;
      case "context":
        this.#contexts[step.context] = this.#context(step.context);
        return;
      case "destructor":
        resources[step.resource]!.destructor = this.#func(
          step.func,
          this.plan.resources[step.resource]!.instance!,
        );
        return;
      case "lower":
        this.#items[step.into] = this.#lower(step.lower);
        return;
      case "resource-new":
        this.#items[step.into] = resourceNew(instances[step.instance]!, resources[step.resource]!);
        return;
      case "resource-drop":
        this.#items[step.into] = resourceDrop(instances[step.instance]!, resources[step.resource]!);
        return;
      case "resource-rep":
        this.#items[step.into] = resourceRep(instances[step.instance]!, resources[step.resource]!);
        return;
      case "builtin":
        this.#items[step.into] = makeBuiltin(
          instances[step.instance]!,
          step,
          this.#memory(step.memory),
        );
    }
  }

  #export(from: number, name: string): unknown {
    const found = this.#cores[from]![name];
    if (found !== undefined) return found;
    // A module that the host gave is known by its imports alone.
    throw new TenonError("component-unlinkable", `a core module given as import lacks ${name}`, {
      data: { missing: [name], wrong: [] },
    });
  }

  #context(index: number): LiftLowerContext {
    const { instance, memory, realloc, views } = this.plan.contexts[index]!;
    return new LiftLowerContext(
      this.store.instances[instance]!,
      this.#memory(memory),
      realloc === undefined ? undefined : (this.#func(realloc, instance) as Realloc),
      this.#ingredients.decodeAscii,
      views,
    );
  }

  #memory(ref: CoreRef | undefined): WebAssembly.Memory | undefined {
    return ref === undefined ? undefined : (this.#items[ref] as WebAssembly.Memory);
  }

  /// A core function that the canonical ABI calls by itself.
  #func(ref: CoreRef, instance: number): CoreFunction {
    const func = this.#shielded(ref);
    if (!this.plan.threaded.includes(instance)) return func;
    return onThread(this.store.instances[instance]!, func);
  }

  #lower(lower: PlannedLower): unknown {
    const { callee } = lower;
    const code = this.#code;
    const suspends = callee.kind === "host" ? code.maySuspend(callee) : code.suspends;
    const func =
      callee.kind === "host" ? this.#lowerHost(lower, callee) : this.#lowerGuest(lower, callee);
    const whole = lower.async ? loweredAsync(this.store, func) : func;
    return suspends ? new WebAssembly.Suspending(whole) : whole;
  }

  #lowerHost(lower: PlannedLower, callee: HostFunc): CoreFunction {
    const { signature } = lower;
    const m = this.#contexts[lower.context]!;
    const given = this.#ingredients.given[callee.need]!;
    const implementation = given.kind === "func" ? { host: given.func, self: given.self } : {};
    const site = new this.#code.Site({ signature, name: callee.name, m, ...implementation });
    return this.#code.lower(lower, site);
  }

  #lowerGuest(lower: PlannedLower, callee: PlannedLift): CoreFunction {
    const code = this.#code;
    const { signature } = lower;
    const entered = code
      .entered(callee.instance, lower.instance)
      .map((instance) => this.store.instances[instance]!);
    const between = {
      name: "a function of another component",
      m: this.#contexts[lower.context]!,
      k: this.#contexts[callee.context]!,
    };
    const task = callee.task && this.#task(callee, callee.task, code.suspends);
    const core = task ?? this.#coreOf(callee, code.suspends);
    const func = code.lower(lower, new code.Site({ ...between, signature, entered, ...core }));
    if (task === undefined) return func;
    const resolve = code.resolve(lower, new code.Site({ ...between, signature }));
    const { flat, spills } = signature;
    const place = flat?.length ?? 1;
    return (...args) => {
      let answer: unknown;
      task.begin((results) => {
        answer = resolve(args[place], ...results);
      });
      return after(func(...args), () => (spills ? undefined : answer));
    };
  }

  #coreOf(lift: PlannedLift, suspends: boolean): Pick<CallSiteParts, "core" | "post"> {
    const { postReturn } = lift;
    const core = this.#promising(lift.core, suspends);
    const post = postReturn === undefined ? undefined : this.#shielded(postReturn);
    return this.plan.threaded.includes(lift.instance)
      ? liftedSync(this.store.instances[lift.instance]!, lift.async, core, post)
      : { core, post };
  }

  #task(lift: PlannedLift, { returns, callback }: PlannedTask, suspends: boolean): LiftedAsync {
    return new LiftedAsync(
      this.#contexts[lift.context]!,
      returns,
      this.#promising(lift.core, suspends),
      callback === undefined ? undefined : this.#promising(callback, suspends),
      suspends,
    );
  }

  #promising(ref: CoreRef, suspends: boolean): CoreFunction {
    return suspends
      ? (WebAssembly.promising(this.#items[ref] as CoreFunction) as CoreFunction)
      : this.#shielded(ref);
  }

  /// A function of the guest that is called in the middle of other things.
  #shielded(item: number): CoreFunction {
    const func = this.#items[item] as CoreFunction;
    return this.#interruption?.shielded(func) ?? func;
  }

  lift(
    lift: PlannedLift,
    style: Style,
    name: string,
    told?: (made: CoreFunction) => void,
  ): CoreFunction {
    const entered = this.store.instances[lift.instance]!.lineage().slice(0, -1);
    const m = this.#contexts[lift.context]!;
    const suspends = this.#code.suspends && style !== "constructor";
    const { signature } = lift;
    const parts = { signature, name, m, entered };
    if (lift.task !== undefined) return this.#liftAsync(lift, lift.task, style, parts);
    const site = new this.#code.Site({ ...parts, ...this.#coreOf(lift, suspends) });
    if (!lift.async) return this.#code.lift(lift, style, site, told);
    const func = this.#code.lift(lift, style, site);
    return async function (this: unknown, ...args) {
      return func.apply(this, args as []);
    };
  }

  #liftAsync(
    lift: PlannedLift,
    planned: PlannedTask,
    style: Style,
    parts: CallSiteParts,
  ): CoreFunction {
    const code = this.#code;
    const { result } = lift.signature;
    const task = this.#task(lift, planned, code.suspends);
    const start = code.lift(lift, style, new code.Site({ ...parts, core: task.core }));
    let answer: unknown;
    const host = (value: unknown) => {
      answer = value;
    };
    const { signature: _, ...rest } = parts;
    const site = new code.Site({ ...rest, signature: planned.returned, host });
    const resolve = code.returning(lift, site);
    return async function (this: unknown, ...args) {
      task.begin((results) => resolve(...results));
      await start.apply(this, args as []);
      const value = answer;
      answer = undefined;
      return isOutcome(result) ? returnOrRaise(value as Outcome) : value;
    };
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
    this.store.state = 0;
    return makeInstance(this.store, exportRoot(this, this.plan), this.#cores);
  }
}

interface Outcome {
  readonly tag: "ok" | "err";
  readonly val: unknown;
}

function returnOrRaise({ tag, val }: Outcome): unknown {
  return tag === "ok" ? val : raise(val);
}

/// What instantiating a core module threw: a trap of its start function, or a refusal to link.
function startFailure(thrown: unknown): unknown {
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

/// A record for names out of the binary, `__proto__` among them.
function nameless<Value>(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}
