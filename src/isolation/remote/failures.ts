// The errors of calls to and from another thread.
import { saidBy } from "../../component/engine.ts";
import { TenonError } from "../../errors.ts";
import { type ErrorData, errorOf } from "../wire/error-data.ts";
import type { WireFunction } from "../../component/wire/index.ts";

/** For example, there was no memory to read it. */
export function unreadable(thrown: unknown): TenonError {
  return new TenonError("isolate-failed", `The plugin's answer can't be read: ${saidBy(thrown)}`, {
    cause: thrown,
  });
}

/** Nothing of the call was sent. */
export function unwritten(thrown: unknown): TenonError {
  return thrown instanceof TenonError
    ? thrown
    : new TenonError("isolate-failed", `The call can't be written: ${saidBy(thrown)}`, {
        cause: thrown,
      });
}

/** Marks the promise as handled, because no one will wait for it. */
export function unexpectedPromise(
  { title }: WireFunction,
  promise: PromiseLike<unknown>,
): TenonError {
  Promise.resolve(promise).catch(() => {});
  return new TenonError(
    "component-promise",
    `the host function ${title} returned a promise: its interface must announce that with the rule \`waits: true\``,
  );
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { readonly then?: unknown }).then === "function"
  );
}

export function causeNamed({ cause }: ErrorData): string | undefined {
  if (cause === undefined) return undefined;
  return "code" in cause ? causeNamed(cause) : cause.message;
}

/** A guest ends with one; more are made by a process that goes on all the same. */
const MOST_FAULTS = 64;

/**
 * The failures of an instance's host functions. The guest's thread is told only their numbers; the
 * error of the call has the failure as its cause.
 */
export class HostFaults {
  readonly #faults: Map<string, unknown> = new Map();
  #last = 0;

  note(thrown: unknown): string {
    const number = `host fault ${++this.#last}`;
    this.#faults.set(number, thrown);
    if (this.#faults.size > MOST_FAULTS)
      this.#faults.delete(`host fault ${this.#last - MOST_FAULTS}`);
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
