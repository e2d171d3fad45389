// What a guest's thread does of the host's interfaces by itself.
import type { Clock } from "./clock.ts";
import type { Entropy } from "./entropy.ts";

/**
 * Who answers in place of the host's implementation on the thread of a stranger's guest. `clock` and `random`:
 * the thread's own power, with the functions of `tenon:plugin/clock` and `tenon:plugin/random`; where the
 * host's power is not one that the thread has, too, the host is asked. `module`: code of the application's.
 */
export type LocalAnswers =
  | { readonly tag: "clock"; readonly clock: Clock }
  | { readonly tag: "random"; readonly entropy: Entropy }
  | LocalModule;

/**
 * An ES module of the application's that each guest thread imports, the one time that it is needed: a file
 * beside the application's own, or an input of its bundler's. It exports `localAnswers` (see LocalAnswersOf).
 */
export interface LocalModule {
  readonly tag: "module";
  readonly module: URL;
  /** What `localAnswers` is given, structurally cloned for each instance. Default: undefined. */
  readonly data?: unknown;
}

/**
 * The export `localAnswers` of such a module. It is called once for each instance and answers functions by their
 * names in JavaScript, which may throw a `WitError` of the class that it is handed for an `err` and are quick:
 * while one runs, no deadline ends the guest, and its neighbours on the thread wait.
 */
export type LocalAnswersOf = (
  data: unknown,
  powers: { readonly WitError: new (payload: unknown) => Error },
) => Readonly<Record<string, (...args: never[]) => unknown>>;

/** Items of each list, and UTF-16 units of each string, that the host looks at. */
export interface MostTold {
  readonly items: number;
  readonly units: number;
}
