import { saidBy } from "../../component/engine.ts";
import { TenonError } from "../../errors.ts";
import { type ErrorData, errorOf } from "../wire/error-data.ts";
import { causeNamed } from "./failures.ts";

/**
 * What an instance's host functions failed with. The guest's thread is told a number, and what the call
 * then fails with has it as its cause.
 */
export class HostFaults {
  readonly #faults: Map<string, unknown> = new Map();

  note(thrown: unknown): string {
    const number = `host fault ${this.#faults.size + 1}`;
    this.#faults.set(number, thrown);
    return number;
  }

  /** What the guest was told by number comes back as what it was. */
  errorOf(data: ErrorData): TenonError {
    const error = errorOf(data);
    const number = causeNamed(data);
    if (number === undefined || !this.#faults.has(number)) return error;
    const cause = this.#faults.get(number);
    const message = error.message.replace(number, () => saidBy(cause));
    return new TenonError(error.code, message, { cause, data: error.data });
  }
}
