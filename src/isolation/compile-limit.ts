// How long a component may take to be compiled.
import { TenonError } from "../errors.ts";
import type { Timers } from "../platform/clock.ts";

/** Milliseconds that a component may take to compile, where nobody says otherwise. */
export const DEFAULT_COMPILE_MS = 3_000;

export interface CompileLimit {
  readonly timers: Timers;
  /**
   * Milliseconds that a component may take, including decoding it and adding checks to its code.
   */
  readonly compileMs: number;
}

/**
 * Waits for a compilation. Rejects with `component-limit` where it takes too long, and calls `giveUp`
 * then. It is a limit of its own, because the watch of a thread notices only a compilation that keeps
 * the thread busy.
 */
export async function withinCompileMs<Value>(
  compiled: Promise<Value>,
  { timers, compileMs }: CompileLimit,
  giveUp: () => void,
): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const limit = timers.after(compileMs, () => {
    late.reject(compileRefusal(`took longer than ${compileMs} ms`, compileMs));
    giveUp();
  });
  try {
    return await Promise.race([compiled, late.promise]);
  } finally {
    limit[Symbol.dispose]();
    compiled.catch(() => {});
  }
}

/** The error for a component that can't be compiled within its limits. */
export function compileRefusal(why: string, compileMs: number): TenonError {
  return new TenonError(
    "component-limit",
    `The component ${why} to be compiled. Its author can make its largest functions smaller.`,
    { data: { limit: "compile", value: compileMs } },
  );
}

/** Whether a component was refused because of what it took to compile. */
export function isRefusal(error: unknown): error is TenonError {
  return (
    error instanceof TenonError &&
    error.code === "component-limit" &&
    error.data["limit"] === "compile"
  );
}
