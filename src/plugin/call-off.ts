import { TenonError } from "../errors.ts";

/// Throws `command-cancelled` where the signal is aborted already.
export function assertWanted(
  signal: AbortSignal | undefined,
  plugin: string,
  command: string,
): void {
  if (signal?.aborted) throw cancelled(plugin, command);
}

/// The answer, or `command-cancelled` as soon as the signal says so; then the answer is dropped.
export async function unlessAborted(
  answer: Promise<unknown>,
  signal: AbortSignal,
  plugin: string,
  command: string,
): Promise<unknown> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(cancelled(plugin, command));
  signal.addEventListener("abort", abort, { once: true });
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function cancelled(plugin: string, command: string): TenonError {
  return new TenonError("command-cancelled", `${command} was called off.`, {
    plugin,
    operation: `command:${command}`,
  });
}
