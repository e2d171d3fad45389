import { saidBy } from "../../component/engine.ts";
import { TenonError } from "../../errors.ts";
import { type ErrorData, errorOf } from "../wire/error-data.ts";
import { causeNamed } from "./failures.ts";

/**
 * The failures of an instance's host functions. The guest's thread is told only their numbers; the
 * error of the call has the failure as its cause.
 */
export class HostFaults {
  readonly #faults: Map<string, unknown> = new Map();

  note(thrown: unknown): string {
    const number = `host fault ${this.#faults.size + 1}`;
    this.#faults.set(number, thrown);
    return number;
  }

  /** Turns an error with a number back into the original failure. */
  errorOf(data: ErrorData): TenonError {
    const error = errorOf(data);
    const number = causeNamed(data);
    if (number === undefined || !this.#faults.has(number)) return error;
    const cause = this.#faults.get(number);
    const message = error.message.replace(number, () => saidBy(cause));
    return new TenonError(error.code, message, { cause, data: error.data });
  }
}
