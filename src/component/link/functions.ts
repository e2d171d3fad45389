// The functions of one instance as guests and the host call them, and the core items that they are
// made of.
import type { CallSite, CallSiteParts, CoreFunction } from "../abi/call-site.ts";
import { type AsciiDecoder, LiftLowerContext, type Realloc } from "../abi/context.ts";
import type { Store } from "../abi/store.ts";
import type { Code, Style } from "./code.ts";
import type { Given } from "./imports.ts";
import type { Interruption } from "./interruption.ts";
import type { AsyncFunctions } from "./async-functions.ts";
import type { CoreRef, HostFunc, PlannedLift, PlannedLower, Step } from "./plan.ts";
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
  readonly #async: AsyncFunctions | undefined;

  constructor(parts: FunctionParts, store: Store, interruption: Interruption | undefined) {
    this.#parts = parts;
    this.#code = parts.code;
    this.#store = store;
    this.#interruption = interruption;
    this.#items = Array(parts.code.plan.coreItems).fill(undefined);
    this.#async = parts.code.plan.threaded.length > 0 ? this.#beginAsync() : undefined;
  }

  #beginAsync(): AsyncFunctions {
    return this.#parts.tasks!.begin({
      code: this.#code,
      store: this.#store,
      yielding: this.#interruption,
      item: (ref) => this.#items[ref],
      shielded: (ref) => this.#shielded(ref),
      cx: (context) => this.#contexts[context]!,
    });
  }

  builtin(step: Extract<Step, { kind: "builtin" }>): unknown {
    const inst = this.#store.instances[step.instance]!;
    return this.#async!.builtin(inst, step, this.memory(step.memory));
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
    return this.#async!.onThread(this.#store.instances[instance]!, func);
  }

  lower(lower: PlannedLower): unknown {
    const { callee } = lower;
    const code = this.#code;
    if (callee.async) return this.#lowerAsync(lower);
    const suspends = callee.kind === "host" ? code.maySuspend(callee) : code.suspends;
    const func =
      callee.kind === "host" ? this.#lowerHost(lower, callee) : this.#lowerGuest(lower, callee);
    const whole = lower.async ? this.#parts.tasks!.loweredAsync(func) : func;
    return suspends ? new WebAssembly.Suspending(whole) : whole;
  }

  #lowerAsync(lower: PlannedLower): unknown {
    const { callee } = lower;
    const made = this.#async!;
    if (callee.kind === "host") {
      return made.lowerHost(lower, callee.name, (later) => this.#lowerHost(lower, callee, later));
    }
    const { core } = made.lifted(callee);
    const between = this.#between(lower, callee);
    const { Site } = this.#code;
    const start = this.#code.lower(lower, new Site({ ...between, core }));
    return made.lowerGuest(lower, start, this.#code.resolve(lower, new Site(between)));
  }

  #between({ signature, context }: PlannedLower, callee: PlannedLift): CallSiteParts {
    return {
      signature,
      name: "a function of another component",
      m: this.#contexts[context]!,
      k: this.#contexts[callee.context]!,
    };
  }

  #lowerHost(lower: PlannedLower, callee: HostFunc, later?: CallSiteParts["later"]): CoreFunction {
    const { signature } = lower;
    const m = this.#contexts[lower.context]!;
    const given = this.#parts.given[callee.need]!;
    const implementation = given.kind === "func" ? { host: given.func, self: given.self } : {};
    const waits = later === undefined ? {} : { later };
    const site = new this.#code.Site({
      signature,
      name: callee.name,
      m,
      ...implementation,
      ...waits,
    });
    return this.#code.lower(lower, site);
  }

  #lowerGuest(lower: PlannedLower, callee: PlannedLift): CoreFunction {
    const code = this.#code;
    const entered = code
      .entered(callee.instance, lower.instance)
      .map((instance) => this.#store.instances[instance]!);
    const core = this.#coreOf(callee, code.suspends);
    return code.lower(lower, new code.Site({ ...this.#between(lower, callee), entered, ...core }));
  }

  #coreOf(lift: PlannedLift, suspends: boolean): Pick<CallSiteParts, "core" | "post"> {
    const { postReturn } = lift;
    const core = this.#promising(lift.core, suspends);
    const post = postReturn === undefined ? undefined : this.#shielded(postReturn);
    return this.#code.plan.threaded.includes(lift.instance)
      ? this.#async!.liftedSync(this.#store.instances[lift.instance]!, core, post)
      : { core, post };
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
    if (lift.task !== undefined) return this.#liftAsync(lift, style, parts);
    const site = new this.#code.Site({ ...parts, ...this.#coreOf(lift, suspends) });
    return this.#code.lift(lift, style, site, told);
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

  #liftAsync(lift: PlannedLift, style: Style, { name, m }: CallSiteParts): CoreFunction {
    const made = this.#async!;
    const { Site } = this.#code;
    const { core } = made.lifted(lift);
    const { signature, task } = lift;
    const site = new Site({ signature, name, m, core, begins: true });
    return made.hostFunction(lift, this.#code.lift(lift, style, site), (host) => {
      return new Site({ signature: task!.returned, name, m, host });
    });
  }
}
