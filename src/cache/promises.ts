import { TenonError } from "../errors.ts";
import type { Timers } from "./clock.ts";

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === "function";
}

/** What `answer` settles with, or `cache-timeout` after `timeout` milliseconds, where there are timers. */
export function inTime<Answer>(
  answer: Promise<Answer>,
  timeout: number,
  timers: Timers | undefined,
  what: string,
): Promise<Answer> {
  if (timers === undefined) return answer;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const late = new TenonError("cache-timeout", `${what} took longer than ${timeout} ms`);
  const timer = timers.after(timeout, () => reject(late));
  const settle = async (): Promise<void> => {
    try {
      resolve(await answer);
    } catch (error) {
      reject(error);
    }
    timer[Symbol.dispose]();
  };
  void settle();
  return promise;
}
