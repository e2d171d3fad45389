import { IDLE, POISONED, RUNNING } from "../store.ts";
import type { CallSite } from "../call-site.ts";
import { raise } from "../values/values.ts";
import type { Core } from "./codec.ts";
import { postReturn } from "./shared.ts";

interface Traits {
  /** The host gets the result returned or thrown. */
  readonly outcome: boolean;
  readonly postReturn: boolean;
  /** The number of core arguments. */
  readonly width: number;
}

/**
 * The steps of a call of a guest's function that do not depend on its type. The others are in
 * calls.ts, in this order.
 */
export class DirectLift {
  readonly site: CallSite;
  readonly m: CallSite["m"];
  readonly #traits: Traits;
  /**
   * Core arguments, used again for each call. Taken away while a getter of the host runs, because
   * that may call.
   */
  #spare: Core | undefined;
  #answer: unknown = undefined;
  #failed = false;

  constructor(site: CallSite, traits: Traits) {
    this.site = site;
    this.m = site.m;
    this.#traits = traits;
  }

  begin(): Core {
    // Filled with undefined, because an engine converts an array that begins with numbers when
    // something else is stored.
    const core: Core = this.#spare ?? Array(this.#traits.width).fill(undefined);
    this.#spare = undefined;
    return core;
  }

  /** Where a getter or proxy threw, `refuse` looks again and names the place. */
  threw(args: readonly unknown[], cause: unknown): never {
    return this.site.refuse(args, { cause });
  }

  enter(fine: boolean, a: unknown, b: unknown, c: unknown): void {
    const { site, m } = this;
    if (!fine) site.refuse([a, b, c]);
    if (m.store.state !== IDLE) m.store.refuseEntry();
    m.store.state = RUNNING;
    this.#failed = false;
  }

  returned(core: Core, answer: unknown): unknown {
    this.#spare = core;
    return this.called(answer);
  }

  called(answer: unknown): unknown {
    this.#answer = answer;
    const { store } = this.m;
    if (store.state >= POISONED) store.settle();
    return answer;
  }

  lifted(value: unknown): unknown {
    const { m } = this;
    if (this.#traits.outcome) this.#failed = m.n !== 0;
    if (this.#traits.postReturn) postReturn(this.site, m, this.#answer);
    if (m.store.state !== RUNNING) m.store.settle();
    return value;
  }

  failed(thrown: unknown): Error {
    this.m.store.state = POISONED;
    return this.site.failOutermost(thrown);
  }

  leave(value: unknown): unknown {
    this.m.store.state = IDLE;
    return this.#failed ? raise(value) : value;
  }
}
