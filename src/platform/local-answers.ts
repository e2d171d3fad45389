// Calls of host functions that are answered on the guest's thread, without the host.
import type { Clock } from "./clock.ts";
import type { Entropy } from "./entropy.ts";

/**
 * What answers in place of the host's implementation, on the thread of a stranger's guest. `clock`
 * and `random`: the thread's own clock and entropy, for the functions of `tenon:plugin/clock` and
 * `tenon:plugin/random`; where the host's object is not one that the thread has as well, the host
 * is asked. `module`: code of the application's.
 */
export type LocalAnswers =
  | { readonly tag: "clock"; readonly clock: Clock }
  | { readonly tag: "random"; readonly entropy: Entropy }
  | LocalModule;

/**
 * An ES module of the application's: a file beside its own, or an input of its bundler's. Each
 * guest thread imports it once, when it is first needed. It exports `localAnswers` (see
 * LocalAnswersOf).
 */
export interface LocalModule {
  readonly tag: "module";
  /** The URL of the module that the thread imports. */
  readonly module: URL;
  /**
   * Passed to `localAnswers` as its first argument, structurally cloned for each instance. Default:
   * undefined.
   */
  readonly data?: unknown;
}

/**
 * The type of the export `localAnswers` of such a module. It is called once for each instance and
 * returns functions by their names in JavaScript. A function returns the `err` case by throwing a
 * `WitError` of the class that it is handed. Functions must be quick: while one runs, no deadline
 * ends the guest, and the other guests of the thread wait.
 */
export type LocalAnswersOf = (
  data: unknown,
  powers: { readonly WitError: new (payload: unknown) => Error },
) => Readonly<Record<string, (...args: never[]) => unknown>>;
