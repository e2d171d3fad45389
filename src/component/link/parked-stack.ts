// The stack on which the calls of one instance run where they may be suspended.
//
// Entering a guest with `WebAssembly.promising` makes a stack and a promise for each call. Here a
// loop is entered that way once. It waits, suspended, for the next call, makes it, and reports its
// result. Between the loop's entry and the guest there is only WebAssembly, so the guest can be
// suspended. A call that is prepared while the last one's result is handled follows it at once.
import type { CallEntry, CoreFunction } from "../abi/call-site.ts";
import type { Store } from "../abi/store.ts";
import type { Interruption } from "./interruption.ts";
import { END, RUN, type StackImports } from "./stack-module.ts";

type Wake = () => void;

/** Made by Functions (`functions.ts`). */
export interface ParkedStackParts {
  readonly module: WebAssembly.Module;
  /** The functions that it calls, by index. */
  readonly functions: readonly unknown[];
}

export class ParkedStack implements CallEntry {
  readonly #store: Store;
  readonly #make: () => ParkedStackParts;
  #exports: Readonly<Record<string, CoreFunction>> | undefined = undefined;
  /** Undefined while it runs. */
  #wake: Wake | undefined = undefined;
  #ended = false;
  readonly #interruption: Interruption | undefined;
  /** True where a call was prepared while the stack was suspended. */
  #waits = false;

  /** `make` is called for the first call. */
  constructor(store: Store, interruption: Interruption | undefined, make: () => ParkedStackParts) {
    this.#store = store;
    this.#interruption = interruption;
    this.#make = make;
    store.releasables.push(this);
  }

  /** Returns the function that prepares the call of function `place`. */
  prepares(place: number): CoreFunction {
    return (this.#exports ??= this.#begin())[place]!;
  }

  #begin(): Readonly<Record<string, CoreFunction>> {
    const { module, functions } = this.#make();
    const store = this.#store;
    const done: StackImports["done"] = (result) => store.answered(result);
    const own: StackImports = {
      park: new WebAssembly.Suspending(
        () => new Promise<void>((resolve) => (this.#wake = resolve)),
      ),
      begin: () => this.#enter(),
      done,
    };
    const imports: Record<string, unknown> = { park: own.park, begin: own.begin };
    for (const type of ["i32", "i64", "f32", "f64", undefined]) imports[`done ${type}`] = own.done;
    for (const [place, func] of functions.entries()) imports[place] = func;
    const { exports } = new WebAssembly.Instance(module, { i: imports } as WebAssembly.Imports);
    this.#wake = () => this.#run(exports[RUN] as CoreFunction);
    return exports as Record<string, CoreFunction>;
  }

  #run(loop: CoreFunction): void {
    (WebAssembly.promising(loop) as () => Promise<void>)().catch((thrown: unknown) => {
      this.#exports = undefined;
      this.#store.threw(thrown);
    });
  }

  #enter(): number {
    if (!this.#store.goesOn()) return 1;
    if (this.#waits) this.#interruption?.enters();
    this.#waits = false;
    return 0;
  }

  /** Lets the prepared function be called. */
  go(): void {
    const wake = this.#wake;
    if (wake === undefined) return;
    this.#wake = undefined;
    this.#waits = true;
    this.#interruption?.waits();
    wake();
  }

  /** Lets the loop end, unless a guest is on the stack that will not be resumed. */
  release(): void {
    if (this.#ended || this.#exports === undefined) return;
    this.#ended = true;
    this.#exports[END]!();
    this.#wake?.();
  }
}
