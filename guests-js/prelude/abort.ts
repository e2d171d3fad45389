// AbortController and AbortSignal.
import {
  apply,
  arrayPush,
  defineGlobal,
  promiseThen,
  setAdd,
  setDelete,
  setForEach,
} from "./primordials.ts";
import { asInterface, Event, EventTarget } from "./events.ts";
import { TARGETS } from "./native.ts";

/** Only this file makes signals: with this as the first argument. */
const MAKE = Symbol("make");

let abortSignal: (signal: AbortSignal, reason: unknown) => void;
let listen: (signal: AbortSignal, then: () => void) => () => void;

class AbortSignal extends EventTarget {
  static {
    abortSignal = (signal, reason) => signal.#abort(reason);
    listen = (signal, then) => {
      setAdd(signal.#algorithms, then);
      return () => setDelete(signal.#algorithms, then);
    };
  }

  #aborted = false;
  #reason: unknown = undefined;
  #onabort: ((event: Event) => unknown) | null = null;
  #dependents: AbortSignal[] = [];
  #sources: AbortSignal[] | undefined;
  #algorithms = new Set<() => void>();

  constructor(key: typeof MAKE) {
    if (key !== MAKE) throw new TypeError("Illegal constructor");
    super();
  }

  get aborted(): boolean {
    return this.#aborted;
  }
  get reason(): unknown {
    return this.#reason;
  }
  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }
  get onabort(): ((event: Event) => unknown) | null {
    return this.#onabort;
  }
  set onabort(handler: ((event: Event) => unknown) | null) {
    const isFirst = this.#onabort === null;
    this.#onabort = typeof handler === "function" ? handler : null;
    if (isFirst && this.#onabort !== null) {
      this.addEventListener("abort", this.#handle);
    } else if (this.#onabort === null) this.removeEventListener("abort", this.#handle);
  }
  readonly #handle = (event: Event): unknown =>
    this.#onabort === null ? undefined : apply(this.#onabort, this, [event]);

  static abort(...reason: unknown[]): AbortSignal {
    const signal = new AbortSignal(MAKE);
    signal.#aborted = true;
    signal.#reason = reasonOf(reason);
    return signal;
  }

  static timeout(ms: number): AbortSignal {
    const delay = Number(ms);
    if (!(delay >= 0 && delay <= Number.MAX_SAFE_INTEGER)) {
      throw new TypeError("A timeout is a number of milliseconds.");
    }
    const signal = new AbortSignal(MAKE);
    const slept = native.start(TARGETS.sleep, [Math.min(Math.trunc(delay), 0x7fffffff)]);
    promiseThen(slept, () =>
      abortSignal(signal, new DOMException("The operation timed out.", "TimeoutError")),
    );
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const given = [...signals];
    if (given.some((one) => !(one instanceof AbortSignal))) {
      throw new TypeError("Something that was given is no AbortSignal.");
    }
    const made = new AbortSignal(MAKE);
    const aborted = given.find((one) => one.#aborted);
    if (aborted !== undefined) {
      made.#aborted = true;
      made.#reason = aborted.#reason;
      return made;
    }
    const sources = new Set(given.flatMap((one) => one.#sources ?? [one]));
    made.#sources = [...sources];
    for (const source of sources) source.#dependents.push(made);
    return made;
  }

  #abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    const following: AbortSignal[] = [];
    for (let at = 0; at < this.#dependents.length; at += 1) {
      const one = this.#dependents[at]!;
      if (one.#aborted) continue;
      one.#aborted = true;
      one.#reason = reason;
      arrayPush(following, one);
    }
    this.#tell();
    for (let at = 0; at < following.length; at += 1) following[at]!.#tell();
  }

  #tell(): void {
    const algorithms = this.#algorithms;
    this.#algorithms = new Set();
    this.#dependents = [];
    setForEach(algorithms, (algorithm) => (algorithm as () => void)());
    this.dispatchEvent(new Event("abort"));
  }
}

function reasonOf(given: unknown[]): unknown {
  return given[0] === undefined
    ? new DOMException("The operation was aborted.", "AbortError")
    : given[0];
}

class AbortController {
  readonly #signal = new AbortSignal(MAKE);

  get signal(): AbortSignal {
    return this.#signal;
  }
  abort(...reason: unknown[]): void {
    abortSignal(this.#signal, reasonOf(reason));
  }
}

export type { AbortSignal };

/** Whether it is a signal of ours. */
export function isSignal(value: unknown): value is AbortSignal {
  return value instanceof AbortSignal;
}

/** A signal that nothing aborts. */
export function neverAborted(): AbortSignal {
  return new AbortSignal(MAKE);
}

/** Calls a function once when a signal aborts. Answers with what makes it forget that. */
export function whenAborted(signal: AbortSignal, then: () => void): () => void {
  return listen(signal, then);
}

export function defineAbort(): void {
  for (const type of [AbortController, AbortSignal]) {
    asInterface(type);
    defineGlobal(type.name, type);
  }
}
