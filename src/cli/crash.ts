import type { CrashFacts } from "../index.ts";
import type { Terminal } from "./terminal.ts";

/** Lines of what the plugin said last, and functions of its stack, that a person is shown. */
const MOST_LINES = 20;

/** What is known of a plugin's crash, under the message of the error. All of it is the plugin's words. */
export function showCrash(data: Readonly<Record<string, unknown>>, err: Terminal): void {
  const { said, stack = [], arguments: passed = [] } = data as CrashFacts;
  if (said !== undefined) {
    err.line(err.style("dim", "it said last"));
    for (const line of said.split("\n").slice(-MOST_LINES)) err.line("  | ", line);
  }
  if (stack.length > 0) err.line(err.style("dim", "in"));
  for (const name of stack.slice(0, MOST_LINES)) err.line("  ", name);
  if (stack.length > MOST_LINES) err.line(`  and ${stack.length - MOST_LINES} more`);
  if (passed.length > 0) err.line(err.style("dim", "called with"));
  for (const shape of passed) err.line("  ", shape);
}
