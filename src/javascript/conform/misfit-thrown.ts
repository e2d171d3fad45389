import { type Misfit, misfitError } from "../../component/wit-world.ts";
import type { TenonError } from "../../errors.ts";

/** Thrown where a value is not of its type. The path grows on the way up. */
export class MisfitThrown extends Error {
  #path = "";
  readonly #expected: string;
  readonly #value: unknown;

  constructor(expected: string, value: unknown) {
    super(expected);
    this.#expected = expected;
    this.#value = value;
  }

  within(step: string): this {
    // What is nested hundreds deep is not told in full.
    if (this.#path.length < 400) this.#path = step + this.#path;
    return this;
  }

  /** `what`: `open: argument 0 (name)`. */
  told(what: string): TenonError {
    const misfit: Misfit = { path: this.#path, expected: this.#expected, value: this.#value };
    return misfitError(what, misfit);
  }
}

/** Does something with a part of a value, and names the part where it does not fit. */
export function within<Value>(step: string | number, look: () => Value): Value {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof MisfitThrown)) throw error;
    throw error.within(typeof step === "number" ? `[${step}]` : `.${step}`);
  }
}
