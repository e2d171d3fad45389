import { TenonError, type TenonErrorCode } from "../errors.ts";
import { TooManyCalls } from "../javascript/realm/host-calls.ts";
import { GuestThrown, NeverSettles } from "../javascript/realm/targets.ts";
import { ValueError } from "../javascript/values/value-error.ts";
import { isError } from "../realms.ts";
import { visibleText } from "../visible-text.ts";
import { TooMuchOutput } from "./output.ts";
import { TooManyToolCalls } from "./tool-calls.ts";

/** What is known of the run that failed. */
export interface FailedRun {
  /** The run's name. */
  readonly name: string;
  /** Whether its own code ran for as long as it may. */
  readonly isCpuUsed: boolean;
  /** Whether its instance holds nearly all the memory that it may. */
  readonly isFull: boolean;
  /** What is in `data` of the error, whatever it is. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The error that the application gets for what ended a run. */
export function codeFailure(thrown: unknown, run: FailedRun): TenonError {
  if (isOutOfMemory(thrown, run)) {
    const message = `${run.name} needed more memory than it may have`;
    return new TenonError("code-memory", message, { operation: run.name, data: run.facts });
  }
  if (thrown instanceof GuestThrown) return ofProgram(thrown.value, run);
  const found = reason(thrown, run);
  if (found === undefined)
    return thrown instanceof TenonError ? withFacts(thrown, run) : crashed(thrown, run);
  const [code, message, data = {}] = found;
  return new TenonError(code, message, {
    operation: run.name,
    data: { ...data, ...run.facts },
    ...(code === "code-cancelled" ? {} : { cause: thrown }),
  });
}

/** Where memory is full, there is none for an error either: null is thrown, or a job is lost. */
function isOutOfMemory(thrown: unknown, { isFull }: FailedRun): boolean {
  if (!isFull) return false;
  return thrown instanceof NeverSettles || (thrown instanceof GuestThrown && thrown.value === null);
}

type Reason = readonly [
  code: TenonErrorCode,
  message: string,
  data?: Readonly<Record<string, unknown>>,
];

function reason(thrown: unknown, run: FailedRun): Reason | undefined {
  const { name } = run;
  if (thrown instanceof NeverSettles) {
    return ["code-stuck", `${name} awaits a promise that nothing will settle`];
  }
  if (thrown instanceof ValueError) return ["code-value", `${name}: ${thrown.message}`];
  if (thrown instanceof TooMuchOutput) return ["code-output", `${name} printed more than it may`];
  if (thrown instanceof TooManyToolCalls) {
    return ["code-calls", `${name} called tools more often than it may`, { limit: "calls" }];
  }
  if (thrown instanceof TooManyCalls) {
    return ["code-calls", `${name} has begun more than it may`, { limit: "callsInFlight" }];
  }
  if (!(thrown instanceof TenonError)) return undefined;
  if (thrown.code === "component-limit") {
    return ["code-memory", `${name} needed more memory than it may have`];
  }
  if (thrown.code !== "component-trap") return undefined;
  return reasonOfTrap(thrown, run);
}

function reasonOfTrap(trap: TenonError, run: FailedRun): Reason | undefined {
  const { name } = run;
  const { kind } = trap.data;
  if (kind === "interrupted") {
    return run.isCpuUsed
      ? ["code-cpu", `${name}'s own code ran for longer than it may`]
      : ["code-deadline", `${name} had not ended at its deadline`];
  }
  if (kind === "host-exception") return reason(trap.cause, run);
  if (run.isFull) return ["code-memory", `${name} needed more memory than it may have`];
  return ["code-crashed", `${name} brought down its runtime: ${trap.message}`, { kind }];
}

/** Errors of approvals, threads and platforms are said as they are. */
function withFacts(error: TenonError, run: FailedRun): TenonError {
  const inner = error.code === "component-trap" ? error.cause : undefined;
  if (inner instanceof TenonError) return inner;
  if (error.code === "component-trap") return crashed(error, run);
  if (error.code === "isolate-failed") {
    const data = { ...error.data, ...run.facts };
    return new TenonError(error.code, error.message, { operation: run.name, data, cause: error });
  }
  return error.code.startsWith("component-") ? crashed(error, run) : error;
}

function crashed(thrown: unknown, run: FailedRun): TenonError {
  const said = isError(thrown) ? thrown.message : String(thrown);
  return new TenonError("code-crashed", `${run.name} could not go on: ${said}`, {
    operation: run.name,
    data: run.facts,
    cause: thrown,
  });
}

/** The program threw: its words are made visible, and its stack is its own. */
function ofProgram(value: unknown, run: FailedRun): TenonError {
  const details = { operation: run.name, cause: value };
  if (!isError(value)) {
    const message = `${run.name} threw ${typeof value}: ${visibleText(shownValue(value))}`;
    return new TenonError("code-failed", message, { ...details, data: run.facts });
  }
  const name = visibleText(value.name, { limit: 100 });
  const message = visibleText(value.message, { limit: 2_000, lines: true });
  const stack = visibleText(value.stack ?? "", { limit: 8_000, lines: true });
  const data = { name, message, stack, ...placeOf(stack, run.name), ...run.facts };
  return new TenonError(codeOf(value, run), `${run.name}: ${name}: ${message}`, {
    ...details,
    data,
  });
}

function codeOf({ name, message, stack = "" }: Error, run: FailedRun): TenonErrorCode {
  if (name === "InternalError" && message === "out of memory") return "code-memory";
  if (name === "DataCloneError") return "code-value";
  if (name === "RangeError" && /^result\b/u.test(message)) return "code-value";
  // What was thrown by running code has the function that threw it on its stack.
  const first = stack.split("\n").find((line) => /^\s*at /u.test(line)) ?? "";
  return name === "SyntaxError" && first.trim().startsWith(`at ${run.name}:`)
    ? "code-syntax"
    : "code-failed";
}

/** The program's own line that is innermost on the stack. */
function placeOf(stack: string, name: string): { line?: number; column?: number } {
  for (const line of stack.split("\n")) {
    const at = line.lastIndexOf(`${name}:`);
    const found = at < 0 ? null : /^(\d+)(?::(\d+))?/u.exec(line.slice(at + name.length + 1));
    if (found === null) continue;
    return {
      line: Number(found[1]),
      ...(found[2] === undefined ? {} : { column: Number(found[2]) }),
    };
  }
  return {};
}

function shownValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
