import { checkSignal } from "../../options.ts";
import { TenonError } from "../../errors.ts";

/**
 * Returns the result, or rejects with `call-aborted` as soon as the signal is aborted. Work that
 * has begun goes on.
 */
export async function abortable<Value>(
  signal: AbortSignal | undefined,
  operation: string,
  begin: () => Promise<Value>,
): Promise<Value> {
  checkSignal(signal);
  if (signal === undefined) return begin();
  const aborted = (): TenonError =>
    new TenonError("call-aborted", `The call of ${operation} was aborted.`, {
      operation,
      cause: signal.reason,
    });
  if (signal.aborted) throw aborted();
  return (await unlessAborted(begin(), signal, aborted)) as Value;
}

/** Throws `command-cancelled` where the signal is already aborted. */
export function assertWanted(
  signal: AbortSignal | undefined,
  plugin: string,
  command: string,
): void {
  checkSignal(signal);
  if (signal?.aborted) throw cancelled(plugin, command, signal);
}

/**
 * Returns the result, or rejects with the error of `aborted` as soon as the signal is aborted; the
 * result is then dropped.
 */
export async function unlessAborted(
  answer: Promise<unknown>,
  signal: AbortSignal,
  aborted: () => TenonError,
): Promise<unknown> {
  const { promise: never, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(aborted());
  signal.addEventListener("abort", abort, { once: true });
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, never]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/**
 * `signal`: the caller's, where the caller aborted. Its reason becomes the cause, so that a timeout
 * and a person's click can be distinguished.
 */
export function cancelled(plugin: string, command: string, signal?: AbortSignal): TenonError {
  return new TenonError("command-cancelled", `${command} was cancelled.`, {
    plugin,
    operation: `command:${command}`,
    cause: signal?.reason,
  });
}
