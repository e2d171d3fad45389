import { defineGlobal } from "./primordials.ts";
import { TARGETS } from "./native.ts";
import { format } from "./inspect.ts";

const counts = new Map<string, number>();
const started = new Map<string, number>();
let indent = "";

type Level = "log" | "info" | "warn" | "error" | "debug" | "trace";

function say(level: Level, args: readonly unknown[]): void {
  const text = format(args);
  const shown = indent === "" ? text : indent + text.split("\n").join(`\n${indent}`);
  native.call(TARGETS.console, [level, shown]);
}

function label(given: unknown): string {
  return given === undefined ? "default" : String(given);
}

const methods = {
  log: (...args: unknown[]) => say("log", args),
  info: (...args: unknown[]) => say("info", args),
  warn: (...args: unknown[]) => say("warn", args),
  error: (...args: unknown[]) => say("error", args),
  debug: (...args: unknown[]) => say("debug", args),
  dir: (value: unknown) => say("log", [value]),
  table: (value: unknown) => say("log", [value]),
  trace(...args: unknown[]) {
    const stack = new Error("").stack ?? "";
    const text = args.length === 0 ? "Trace" : `Trace: ${format(args)}`;
    say("trace", [`${text}\n${stack.slice(stack.indexOf("\n") + 1)}`]);
  },
  assert(holds: unknown, ...args: unknown[]) {
    if (holds) return;
    say("error", args.length === 0 ? ["Assertion failed"] : [`Assertion failed: ${format(args)}`]);
  },
  group(...args: unknown[]) {
    if (args.length > 0) say("log", args);
    if (indent.length < 40) indent += "  ";
  },
  groupEnd() {
    indent = indent.slice(2);
  },
  count(name: unknown) {
    const count = (counts.get(label(name)) ?? 0) + 1;
    counts.set(label(name), count);
    say("info", [`${label(name)}: ${count}`]);
  },
  countReset(name: unknown) {
    counts.delete(label(name));
  },
  time(name: unknown) {
    started.set(label(name), native.call(TARGETS.now, []) as number);
  },
  timeEnd(name: unknown) {
    const begin = started.get(label(name));
    if (begin === undefined) return;
    started.delete(label(name));
    const ms = (native.call(TARGETS.now, []) as number) - begin;
    say("info", [`${label(name)}: ${ms.toFixed(3)} ms`]);
  },
};

export function defineConsole(): void {
  defineGlobal("console", methods);
}
