// The functions of one instance whose types are `async`.
import type { Blocking } from "../abi/async/block.ts";
import { HostCalls } from "../abi/async/host-calls.ts";
import { LiftedAsync } from "../abi/async/lifted.ts";
import { LoweredGuest, LoweredHost } from "../abi/async/lowered.ts";
import { Scheduler, type Yielding } from "../abi/async/scheduler.ts";
import {
  type CoreShape,
  type Enter,
  Gates,
  StackModules,
  suspendableEntry,
} from "../abi/async/stacks.ts";
import { Thread } from "../abi/async/thread.ts";
import { AsyncValues } from "../abi/async/values.ts";
import type { Elements } from "../abi/async/buffers.ts";
import { Layouts } from "../abi/layout.ts";
import { type Signature, signatureOf } from "../abi/signature.ts";
import { fits } from "../abi/values/accepts.ts";
import { copyBuiltin } from "./builtins/copies.ts";
import { waitableBuiltin } from "./builtins/waitables.ts";
import { isThenable } from "../../realms.ts";
import type { CallSite, CoreFunction } from "../abi/call-site.ts";
import type { LiftLowerContext } from "../abi/context.ts";
import type { ComponentInstance, Store } from "../abi/store.ts";
import { type BuiltinStep, makeBuiltin } from "./builtins/builtins.ts";
import type { Code } from "./code.ts";
import type { CoreRef, PlannedLift, PlannedLower } from "./plan.ts";
import { guarded } from "./resource-builtins.ts";

/** What AsyncFunctions needs of Functions (`functions.ts`). */
export interface CoreSource {
  readonly code: Code;
  readonly store: Store;
  readonly yielding: Yielding | undefined;
  item(ref: CoreRef): unknown;
  /** A core function that is called in the middle of lifting or lowering. */
  shielded(ref: CoreRef): CoreFunction;
  cx(context: number): LiftLowerContext;
}

export class AsyncFunctions {
  readonly #source: CoreSource;
  readonly #modules: StackModules;
  readonly #gates: Gates | undefined;
  readonly #lifted: Map<PlannedLift, LiftedAsync> = new Map();
  readonly #calls: HostCalls;

  constructor(source: CoreSource) {
    const { code, store, yielding } = source;
    this.#source = source;
    store.scheduler = new Scheduler(store, yielding);
    this.#modules = code.stackModules ??= new StackModules();
    this.#gates =
      WebAssembly.Suspending === undefined ? undefined : new Gates(this.#modules, store);
    this.#calls = new HostCalls(store);
    store.asyncValues = new AsyncValues(store);
  }

  lifted(lift: PlannedLift): LiftedAsync {
    let found = this.#lifted.get(lift);
    if (found === undefined) this.#lifted.set(lift, (found = this.#lift(lift)));
    return found;
  }

  #lift(lift: PlannedLift): LiftedAsync {
    const { returns, callback, coreResult } = lift.task!;
    const { code } = this.#source;
    const blocks = code.suspends || code.plan.blocking.includes(lift.instance);
    const suspendable = blocks && this.#gates !== undefined;
    const enter = (ref: CoreRef, shape: CoreShape): Enter => this.#enter(ref, shape, suspendable);
    return new LiftedAsync(this.#source.cx(lift.context), {
      returns,
      core: enter(lift.core, { params: lift.signature.flat ?? ["i32"], result: coreResult }),
      callback: callback === undefined ? undefined : enter(callback, CALLBACK),
      post: lift.postReturn === undefined ? undefined : this.#source.shielded(lift.postReturn),
      suspendable,
    });
  }

  #enter(ref: CoreRef, shape: CoreShape, suspendable: boolean): Enter {
    if (suspendable) {
      const module = this.#modules.entry(shape);
      return suspendableEntry(this.#source.store, module, this.#source.item(ref));
    }
    const func = this.#source.shielded(ref);
    return (_, args) => func(...args);
  }

  /** A guest's function for a guest. */
  lowerGuest(lower: PlannedLower, start: CoreFunction, resolve: CoreFunction): unknown {
    const callee = this.lifted(lower.callee as PlannedLift);
    const place = lower.signature.flat?.length ?? 1;
    const parts = this.#parts(lower, "a call of a function of another component");
    return this.#gated(parts, new LoweredGuest(callee, parts, start, resolve, place).call);
  }

  /** A function of the host for a guest. `make` makes what lifts and lowers. */
  lowerHost(
    lower: PlannedLower,
    name: string,
    make: (later: LoweredHost["later"]) => CoreFunction,
  ): unknown {
    const parts = this.#parts(lower, `a call of ${name}`);
    const lowered = new LoweredHost(parts);
    lowered.func = make(lowered.later);
    return this.#gated(parts, lowered.call);
  }

  #parts(lower: PlannedLower, what: string) {
    const { signature, async } = lower;
    const { flat, spills, coreResult } = signature;
    const params = flat ?? ["i32"];
    const result = async ? "i32" : spills ? undefined : coreResult;
    const shape: CoreShape = { params: spills ? [...params, "i32"] : params, result };
    const inst = this.#source.store.instances[lower.instance]!;
    return { inst, m: this.#source.cx(lower.context), async, shape, what, gates: this.#gates };
  }

  #gated({ inst, shape }: Blocking, call: CoreFunction): unknown {
    const func = guarded(inst, call);
    return this.#gates === undefined ? func : this.#gates.gate(shape, func);
  }

  builtin(
    inst: ComponentInstance,
    step: BuiltinStep,
    memory: WebAssembly.Memory | undefined,
  ): unknown {
    return makeBuiltin(inst, step, memory, this.#gates, (parts) => {
      return waitableBuiltin(parts) ?? copyBuiltin(parts, () => this.#elements(step));
    });
  }

  #elements(step: BuiltinStep): Elements {
    const { code, store } = this.#source;
    const { context, item, size, align, numeric } = step.copy!;
    const cx = this.#source.cx(context);
    const site = new code.Site({ signature: NOTHING, name: step.builtin.name, m: cx });
    const made: (CoreFunction | undefined)[] = [undefined, undefined];
    return {
      cx,
      payload: step.payload!,
      size,
      align,
      numeric,
      codec: (host) => (made[host ? 1 : 0] ??= code.items(step, host, site)),
      fits: (value) => item === undefined || fits(item, value, store.resources),
    };
  }

  /** A guest's function for the host. See HostCalls. */
  hostFunction(
    lift: PlannedLift,
    start: CoreFunction,
    resolve: (take: (value: unknown) => void) => CallSite,
  ): CoreFunction {
    return this.#calls.func(lift.signature, this.lifted(lift), start, (take) =>
      this.#source.code.returning(lift, resolve(take)),
    );
  }

  /** A core function that runs on a thread of its own, which must not wait. */
  onThread(inst: ComponentInstance, func: CoreFunction): CoreFunction {
    return onThread(inst, func, () => new Thread(inst, undefined, false));
  }

  /**
   * A function whose type is not `async`, in an instance where threads matter. `post` runs on the
   * thread of its call.
   */
  liftedSync(
    inst: ComponentInstance,
    core: CoreFunction,
    post: CoreFunction | undefined,
  ): { readonly core: CoreFunction; readonly post: CoreFunction | undefined } {
    let last: Thread | undefined;
    const make = (): Thread => (last = new Thread(inst, undefined, this.#source.code.suspends));
    return {
      core: onThread(inst, core, make),
      post: post && onThread(inst, post, () => last ?? make()),
    };
  }
}

const NOTHING: Signature = (() => {
  const layouts = new Layouts();
  return signatureOf(layouts, { async: false, params: [], result: undefined });
})();

const CALLBACK: CoreShape = { params: ["i32", "i32", "i32"], result: "i32" };

function onThread(inst: ComponentInstance, func: CoreFunction, make: () => Thread): CoreFunction {
  const { store } = inst;
  return (...args) => {
    const before = store.thread;
    store.thread = make();
    return after(func(...args), (result) => {
      store.thread = before;
      return result;
    });
  };
}

/** Calls `go` now or, where the value is a promise, once it resolves. */
export function after(value: unknown, go: (value: unknown) => unknown): unknown {
  return isThenable(value) ? value.then(go) : go(value);
}
