import { afterAll } from "vitest";
import type { TenonError } from "../../src/errors.ts";
import {
  type CodeRunner,
  type CodeRunnerOptions,
  createCodeRunner,
} from "../../src/platform/node/code/index.ts";

/** Where programs run in these tests. */
export const PLACES = ["caller", "thread"] as const;

/** With a process for each, which takes half a second to start. */
export const ALL_PLACES = [...PLACES, "process"] as const;

/** A runner for the tests of one `describe`. */
export function runnerFor(options: CodeRunnerOptions): CodeRunner {
  const runner = createCodeRunner(options);
  afterAll(() => runner[Symbol.asyncDispose]());
  return runner;
}

/** What it rejects with. Fails where it does not. */
export async function failureOf(run: Promise<unknown>): Promise<TenonError> {
  try {
    await run;
  } catch (thrown) {
    return thrown as TenonError;
  }
  throw new Error("it did not fail");
}
