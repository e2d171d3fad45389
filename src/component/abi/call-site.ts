// What the code of a function is bound to, for one instance. All instances share the code.
import { LATER } from "../marks.ts";
import { errOf, TenonError } from "../../errors.ts";
import { isThenable } from "../../realms.ts";
import { fits, misfit } from "./values/accepts.ts";
import { type Misfit, misfitError, unreadable } from "./values/misfit.ts";
import type { LiftLowerContext } from "./context.ts";
import type { Layout } from "./layout.ts";
import type { Signature } from "./signature.ts";
import { type ComponentInstance, type Store, type Underway, IDLE, POISONED } from "./store.ts";
import { hostFailure } from "./trap.ts";

const UNANNOUNCED =
  "it returned a promise, which its interface must announce with the rule `waits: true` (where the engine is used by itself, options.suspend)";

export type CoreFunction = (...args: readonly unknown[]) => unknown;
export type HostFunction = (...args: readonly unknown[]) => unknown;

/** Binds a function's code to one instance. */
export type Bind = (site: CallSite) => CoreFunction;

/** How a guest is entered that may be suspended: the call site's `core` only prepares the call. */
export interface CallEntry {
  go(): void;
}

/** Made by Functions (`link/functions.ts`). */
export interface CallSiteParts {
  readonly signature: Signature;
  readonly name: string;
  readonly m: LiftLowerContext;
  readonly k?: LiftLowerContext;
  readonly entered?: readonly ComponentInstance[];
  readonly core?: CoreFunction;
  readonly post?: CoreFunction | undefined;
  readonly host?: HostFunction;
  readonly self?: unknown;
  readonly entry?: CallEntry | undefined;
  /** Whether the function only begins a call, in a turn of the store. */
  readonly begins?: boolean;
  /** Takes the place of `CallSite.later`. */
  readonly later?: Later;
}

/** What happens to a promise of the host. */
export type Later = (
  site: CallSite,
  promise: PromiseLike<unknown>,
  answer: (value: unknown) => unknown,
  fault: (thrown: unknown) => unknown,
) => unknown;

export class CallSite {
  readonly store: Store;
  readonly signature: Signature;
  /** The export's name, or the import's `interface#function`. */
  readonly name: string;
  /** The context of the instance that is called, or of the one that calls. */
  readonly m: LiftLowerContext;
  /** For a call between two instances: the callee's context. */
  readonly k: LiftLowerContext;
  /** Nested instances that the call enters. */
  readonly entered: readonly ComponentInstance[];
  // JavaScript engines inline a call to a function that never changes. These two are assigned once,
  // and again only when the store ends.
  /** The guest's exported function. */
  core: CoreFunction;
  post: CoreFunction;
  /** The imported function; for a static function, `self` is its class. */
  readonly host: HostFunction;
  readonly self: unknown;
  /** Undefined: `core` returns the result, or a promise where the guest may be suspended. */
  readonly entry: CallEntry | undefined;
  readonly #begins: boolean;
  readonly #later: Later | undefined;

  constructor(parts: CallSiteParts) {
    const { signature, name, m, k = m, entered = [], core = gone, post = gone } = parts;
    this.store = m.store;
    this.signature = signature;
    this.name = name;
    this.m = m;
    this.k = k;
    this.entered = entered;
    this.core = core;
    this.post = post;
    this.host = parts.host ?? gone;
    this.self = parts.self;
    this.entry = parts.entry;
    this.#begins = parts.begins === true;
    this.#later = parts.later;
    m.store.releasables.push(this);
  }

  /** A call out of the guest has failed; its frames are still on the stack. */
  fail(thrown: unknown): TenonError {
    const failure = this.store.fail(thrown);
    this.#note(failure, "import");
    return failure;
  }

  /** A call from the host has failed. */
  failOutermost(thrown: unknown): TenonError {
    const failure = this.store.failOutermost(thrown);
    this.#note(failure, "export");
    return failure;
  }

  /**
   * The host has entered the guest, which may be suspended. `end` finishes the call when the core
   * function has returned. Returns what the exported function returns.
   */
  answer(entered: unknown, end: Underway["end"]): unknown {
    const { store, entry } = this;
    const underway = { end, failOutermost: (thrown: unknown) => this.failOutermost(thrown) };
    if (entry !== undefined && store.answers !== undefined) {
      store.expect(underway, store.answers);
      entry.go();
      return LATER;
    }
    return new Promise((returned, threw) => {
      store.expect(underway, { returned, threw });
      if (entry !== undefined) return entry.go();
      Promise.resolve(entered).then(
        (core) => store.goesOn() && store.answered(core),
        (thrown: unknown) => store.threw(thrown),
      );
    });
  }

  /** For a function that may answer later: the call was refused before the guest was entered. */
  refused(error: unknown): unknown {
    if (this.entry !== undefined && this.store.answers !== undefined) throw error;
    return Promise.reject(error as Error);
  }

  /** Suspends the guest until the host's promise settles. */
  later(
    promise: PromiseLike<unknown>,
    answer: (value: unknown) => unknown,
    fault: (thrown: unknown) => unknown,
  ): unknown {
    if (this.#later !== undefined) return this.#later(this, promise, answer, fault);
    return this.store.unwound(
      promise.then(
        (value) => this.#resumed(answer, value),
        (thrown: unknown) => this.#resumed(fault, thrown),
      ),
    );
  }

  #resumed(go: (value: unknown) => unknown, value: unknown): unknown {
    if (this.store.state >= POISONED) {
      this.store.onUnwind?.();
      throw this.store.failure ?? this.store.ended();
    }
    try {
      this.store.resume();
      return go(value);
    } catch (thrown) {
      throw this.fail(thrown);
    }
  }

  /**
   * Throws the error for wrong arguments, or the reason why the instance can't be called. `thrown`:
   * what a getter or proxy of an argument threw at the first look.
   */
  refuse(args: readonly unknown[], thrown?: Misfit["thrown"]): never {
    if (this.store.state !== IDLE && !this.#begins) this.store.refuseEntry();
    for (const [at, layout] of this.signature.params.entries()) {
      const found = this.#misfit(layout, args[at]);
      if (found !== undefined) throw misfitError(`${this.name}: argument ${at}`, found);
    }
    throw misfitError(`${this.name}: argument 0`, thrown && unreadable("", thrown.cause));
  }

  /**
   * Throws the error for a host function's wrong result. `layout` undefined: the function has no
   * result.
   */
  refuseResult(layout: Layout | undefined, value: unknown): never {
    const thenable = isThenable(value);
    // Marks the promise as handled, because no one will wait for it.
    if (thenable) Promise.resolve(value).catch(() => {});
    const cause = thenable
      ? new TenonError("component-promise", UNANNOUNCED)
      : misfitError("the result", layout && this.#misfit(layout, value));
    const message = `the host function ${this.name} returned a wrong value: ${cause.message}`;
    throw new TenonError("component-trap", message, { cause, data: { kind: "host-result" } });
  }

  /**
   * The `err` that what a host function threw stands for. Throws the error for a fault: an Error
   * without a payload, or a value that is no Error and not of the type of the `err`.
   */
  err(thrown: unknown): unknown {
    const err = errOf(thrown);
    if (err === undefined) throw hostFailure(thrown);
    const layout = err.bare ? this.#armOf(false) : undefined;
    if (layout === undefined || fits(layout, err.payload, this.store.resources)) return err.payload;
    throw hostFailure(thrown);
  }

  /** Throws the error for a wrong result of a function that returns ok or err. */
  refuseOutcome(ok: boolean, value: unknown): never {
    return this.refuseResult(this.#armOf(ok), value);
  }

  #armOf(ok: boolean): Layout | undefined {
    const { result } = this.signature;
    return result?.form === "cases" ? result.cases[ok ? 0 : 1]?.layout : undefined;
  }

  #misfit(layout: Layout, value: unknown): ReturnType<typeof misfit> {
    return misfit(layout, value, this.store.resources);
  }

  #note(failure: TenonError, side: "export" | "import"): void {
    const data = failure.data as Record<string, unknown>;
    if (!Object.isFrozen(data)) data[side] ??= this.name;
  }

  release(): void {
    this.core = gone;
    this.post = gone;
  }
}

function gone(): never {
  throw new TenonError("component-closed", "the instance has ended");
}
