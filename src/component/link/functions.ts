// The functions of one instance as guests and the host call them, and the core items that they are
// made of.
import type { CallSite, CallSiteParts, CoreFunction } from "../abi/call-site.ts";
import { type AsciiDecoder, LiftLowerContext, type Realloc } from "../abi/context.ts";
import { isOutcome } from "../abi/signature.ts";
import type { Store } from "../abi/store.ts";
import type { LiftedAsync } from "../abi/async/task.ts";
import { raise } from "../abi/values/values.ts";
import type { Code, Style } from "./code.ts";
import type { Given } from "./imports.ts";
import type { Interruption } from "./interruption.ts";
import type { CoreRef, HostFunc, PlannedLift, PlannedLower, PlannedTask } from "./plan.ts";
import { ParkedStack } from "./parked-stack.ts";
import type { Tasks } from "./tasks.ts";

/** Made by `runPlan` (`instantiate.ts`). */
export interface FunctionParts {
  readonly code: Code;
  readonly given: readonly Given[];
  readonly decodeAscii: AsciiDecoder | undefined;
  /** Undefined: the plan uses nothing of the asynchronous ABI. */
  readonly tasks: Tasks | undefined;
}

export class Functions {
  readonly #parts: FunctionParts;
  readonly #code: Code;
  readonly #store: Store;
  readonly #interruption: Interruption | undefined;
  /** Core functions, memories, tables, globals and tags. */
  readonly #items: unknown[];
  readonly #contexts: LiftLowerContext[] = [];
  #stack: ParkedStack | undefined = undefined;

  constructor(parts: FunctionParts, store: Store, interruption: Interruption | undefined) {
    this.#parts = parts;
    this.#code = parts.code;
    this.#store = store;
    this.#interruption = interruption;
    this.#items = Array(parts.code.plan.coreItems).fill(undefined);
  }

  get #tasks(): Tasks {
    return this.#parts.tasks!;
  }

  item(ref: CoreRef): unknown {
    return this.#items[ref];
  }

  keep(ref: CoreRef, item: unknown): void {
    this.#items[ref] = item;
  }

  context(index: number): void {
    const { instance, memory, realloc, views } = this.#code.plan.contexts[index]!;
    this.#contexts[index] = new LiftLowerContext(
      this.#store.instances[instance]!,
      this.memory(memory),
      realloc === undefined ? undefined : (this.coreFunc(realloc, instance) as Realloc),
      this.#parts.decodeAscii,
      views,
    );
  }

  memory(ref: CoreRef | undefined): WebAssembly.Memory | undefined {
    return ref === undefined ? undefined : (this.#items[ref] as WebAssembly.Memory);
  }

  /** A core function that the canonical ABI itself calls. */
  coreFunc(ref: CoreRef, instance: number): CoreFunction {
    const func = this.#shielded(ref);
    if (!this.#code.plan.threaded.includes(instance)) return func;
    return this.#tasks.onThread(this.#store.instances[instance]!, func);
  }

  lower(lower: PlannedLower): unknown {
    const { callee } = lower;
    const code = this.#code;
    const suspends = callee.kind === "host" ? code.maySuspend(callee) : code.suspends;
    const func =
      callee.kind === "host" ? this.#lowerHost(lower, callee) : this.#lowerGuest(lower, callee);
    const whole = lower.async ? this.#tasks.loweredAsync(this.#store, func) : func;
    return suspends ? new WebAssembly.Suspending(whole) : whole;
  }

  #lowerHost(lower: PlannedLower, callee: HostFunc): CoreFunction {
    const { signature } = lower;
    const m = this.#contexts[lower.context]!;
    const given = this.#parts.given[callee.need]!;
    const implementation = given.kind === "func" ? { host: given.func, self: given.self } : {};
    const site = new this.#code.Site({ signature, name: callee.name, m, ...implementation });
    return this.#code.lower(lower, site);
  }

  #lowerGuest(lower: PlannedLower, callee: PlannedLift): CoreFunction {
    const code = this.#code;
    const { signature } = lower;
    const entered = code
      .entered(callee.instance, lower.instance)
      .map((instance) => this.#store.instances[instance]!);
    const between = {
      name: "a function of another component",
      m: this.#contexts[lower.context]!,
      k: this.#contexts[callee.context]!,
    };
    const task = callee.task && this.#task(callee, callee.task, code.suspends, code.suspends);
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
      return this.#tasks.after(func(...args), () => (spills ? undefined : answer));
    };
  }

  #coreOf(lift: PlannedLift, suspends: boolean): Pick<CallSiteParts, "core" | "post"> {
    const { postReturn } = lift;
    const core = this.#promising(lift.core, suspends);
    const post = postReturn === undefined ? undefined : this.#shielded(postReturn);
    return this.#code.plan.threaded.includes(lift.instance)
      ? this.#tasks.liftedSync(this.#store.instances[lift.instance]!, lift.async, core, post)
      : { core, post };
  }

  #task(
    lift: PlannedLift,
    { returns, callback }: PlannedTask,
    suspends: boolean,
    mayWait: boolean,
  ): LiftedAsync {
    return new this.#tasks.LiftedAsync(this.#contexts[lift.context]!, {
      returns,
      core: this.#promising(lift.core, suspends),
      callback: callback === undefined ? undefined : this.#promising(callback, suspends),
      suspends,
      mayWait,
      yielding: this.#interruption,
    });
  }

  #promising(ref: CoreRef, suspends: boolean): CoreFunction {
    return suspends
      ? (WebAssembly.promising(this.#items[ref] as CoreFunction) as CoreFunction)
      : this.#shielded(ref);
  }

  /** A function of the guest that is called in the middle of lifting or lowering. */
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
    const entered = this.#store.instances[lift.instance]!.lineage().slice(0, -1);
    const m = this.#contexts[lift.context]!;
    const suspends = this.#code.suspends && style !== "constructor";
    const { signature } = lift;
    const parts = { signature, name, m, entered };
    if (suspends && this.#code.parked.has(lift)) {
      return this.#code.lift(lift, style, this.#parkedSite(lift, parts), told);
    }
    if (lift.task !== undefined) return this.#liftAsync(lift, lift.task, style, parts);
    const site = new this.#code.Site({ ...parts, ...this.#coreOf(lift, suspends) });
    if (!lift.async) return this.#code.lift(lift, style, site, told);
    const func = this.#code.lift(lift, style, site);
    return async function (this: unknown, ...args) {
      return func.apply(this, args as []);
    };
  }

  /** The call site of a function that is called on the instance's parked stack. */
  #parkedSite(lift: PlannedLift, parts: CallSiteParts): CallSite {
    const entry = (this.#stack ??= new ParkedStack(this.#store, this.#interruption, () => ({
      module: this.#code.parked.module,
      functions: this.#code.parked.cores.map((core) => this.#items[core]),
    })));
    const place = this.#code.parked.place(lift);
    const { postReturn } = lift;
    const post = postReturn === undefined ? undefined : this.#shielded(postReturn);
    const core: CoreFunction = (...args) => (site.core = entry.prepares(place))(...args);
    const site = new this.#code.Site({ ...parts, entry, core, post });
    return site;
  }

  #liftAsync(
    lift: PlannedLift,
    planned: PlannedTask,
    style: Style,
    parts: CallSiteParts,
  ): CoreFunction {
    const code = this.#code;
    const { result } = lift.signature;
    const task = this.#task(lift, planned, code.suspends, true);
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
}

interface Outcome {
  readonly tag: "ok" | "err";
  readonly val: unknown;
}

function returnOrRaise({ tag, val }: Outcome): unknown {
  return tag === "ok" ? val : raise(val);
}
