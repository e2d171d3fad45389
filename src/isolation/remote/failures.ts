// The errors of calls to and from another thread.
import { saidBy } from "../../component/engine.ts";
import type { WireFunction } from "../../component/wire/index.ts";
import { TenonError } from "../../errors.ts";
import type { ErrorData } from "../wire/error-data.ts";

export function closed(): TenonError {
  return new TenonError("component-closed", "the instance was closed: instantiate it again");
}

export function poisoned(failure: TenonError): TenonError {
  return new TenonError(
    "component-poisoned",
    `an earlier call failed (${failure.message}): instantiate the component again`,
    { cause: failure, data: { ...failure.data, code: failure.code } },
  );
}

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
    `the host function ${title} returned a promise: its interface must give it the rule \`waits\``,
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
