import { TenonError } from "../errors.ts";
import { checkKnown, isOptions, shownValue } from "../options.ts";
import { FIRST_TARGET } from "../javascript/standard-targets.ts";
import { visibleText } from "../visible-text.ts";

/** What a tool is called with, as `this`, beside the program's arguments. */
export interface ToolCall {
  /** The tool's name, with those of its groups: `github.search`. */
  readonly tool: string;
  /** The run's name. */
  readonly run: string;
  /** Aborts when the run has ended, or the tool's own time is up. */
  readonly signal: AbortSignal;
}

/**
 * A function that a program may call. Its arguments are the program's: they may be any values. What
 * it returns crosses as data; what it throws is thrown in the program, with name and message, and
 * without its stack.
 */
// A tool's own parameters are narrower than what a program may pass.
export type ToolFunction = (this: ToolCall, ...args: never[]) => unknown;

/** A tool with rules of its own. */
export interface ToolOptions {
  /** What is called. */
  readonly call: ToolFunction;
  /**
   * Whether a person approves each call first, through `approve`. The program waits, and its time
   * stands still. Default: false.
   */
  readonly asks?: boolean;
  /** How often one run may call it; a call beyond is an error in the program. Default: no limit. */
  readonly calls?: number;
  /** Milliseconds that a call may take; then it is an error in the program. Default: no limit. */
  readonly timeMs?: number;
  /**
   * Whether the program gets the answer itself and no promise: the function must return at once,
   * and can't be asked for. Default: false.
   */
  readonly sync?: boolean;
}

/** Tools by the names that programs call them by. An object of tools is a group: `github.search`. */
export interface Tools {
  /** A function, one with rules of its own, or a group of both. */
  readonly [name: string]: ToolFunction | ToolOptions | Tools;
}

/** A tool with its number. */
export interface BoundTool extends ToolOptions {
  readonly name: string;
  readonly target: number;
}

/** All tools of a program, and the text of the module that binds them. */
export interface BoundTools {
  readonly all: readonly BoundTool[];
  /** Undefined where there are none. */
  readonly module: string | undefined;
}

/** The first target is for the values of `globals`. */
export const GLOBALS_TARGET: number = FIRST_TARGET;

const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const MOST_TOOLS = 10_000;
const MOST_LEVELS = 8;
const OPTIONS = ["call", "asks", "calls", "timeMs", "sync"];
/** What can't be the name of a variable, or stands for something that can't be replaced. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum " +
    "eval export extends false finally for function globalThis if implements import in Infinity " +
    "instanceof interface let NaN new null package private protected public return static super " +
    "switch this throw true try typeof undefined var void while with yield"
  ).split(" "),
);

/** Throws `usage` for what is no tool, and for names that no program could write. */
export function bindTools(tools: Tools, globals: Readonly<Record<string, unknown>>): BoundTools {
  const all: BoundTool[] = [];
  const lines: string[] = [];
  const names = Object.keys(globals);
  for (const name of names) assertName(name, "globals");
  for (const [i, name] of names.entries()) lines.push(set(name, `values[${i}]`));
  for (const [name, tool] of Object.entries(tools)) {
    if (Object.hasOwn(globals, name)) throw misnamed(name, "is a tool and one of globals");
    assertName(name, "tools");
    lines.push(set(name, bound(tool, name, all, 1)));
  }
  if (lines.length === 0) return { all, module: undefined };
  const values = names.length === 0 ? "" : `const values = call(${GLOBALS_TARGET}, []);\n`;
  const module = `import { call, start } from "tenon:internal";\n${values}${lines.join("\n")}\n`;
  return { all, module };
}

function set(name: string, value: string): string {
  const how = "writable: true, configurable: true, enumerable: true";
  return `Object.defineProperty(globalThis, ${JSON.stringify(name)}, { ${how}, value: ${value} });`;
}

/** The text of an expression that makes the tool, or the group. */
function bound(given: Tools[string], name: string, all: BoundTool[], level: number): string {
  const tool = toolOf(given, name);
  if (tool === undefined) return group(given as Tools, name, all, level);
  if (all.length >= MOST_TOOLS) throw misnamed(name, `is one tool more than ${MOST_TOOLS}`);
  const target = GLOBALS_TARGET + 1 + all.length;
  all.push({ ...tool, name, target });
  const how = tool.sync === true ? "call" : "start";
  // A method has the name of its key, and can't be called with `new`.
  const key = JSON.stringify(name.slice(name.lastIndexOf(".") + 1));
  return `({ [${key}](...args) { return ${how}(${target}, args); } })[${key}]`;
}

function group(tools: Tools, name: string, all: BoundTool[], level: number): string {
  if (level >= MOST_LEVELS) throw misnamed(name, `lies deeper than ${MOST_LEVELS} groups`);
  const parts = Object.entries(tools).map(([key, tool]) => {
    assertName(key, name);
    return `[${JSON.stringify(key)}]: ${bound(tool, `${name}.${key}`, all, level + 1)}`;
  });
  return `{ ${parts.join(", ")} }`;
}

/** Undefined: it is a group. */
function toolOf(given: unknown, name: string): ToolOptions | undefined {
  if (typeof given === "function") return { call: given as ToolFunction };
  if (!isOptions(given)) throw misnamed(name, `is no tool but ${shownValue(given)}`);
  const { call, asks = false, calls, timeMs, sync = false } = given as Partial<ToolOptions>;
  if (typeof call !== "function") return undefined;
  checkKnown(`the tool ${name}`, given, OPTIONS);
  if (typeof asks !== "boolean" || typeof sync !== "boolean") {
    throw misnamed(name, "has asks or sync that is neither true nor false");
  }
  if (asks && sync) throw misnamed(name, "can't be asked for and answer at once");
  for (const [option, value] of Object.entries({ calls, timeMs })) {
    if (value === undefined || (typeof value === "number" && value >= 0)) continue;
    throw misnamed(name, `has ${option} that is no number of 0 or more`);
  }
  return given as ToolOptions;
}

function assertName(name: string, of: string): void {
  if (name.length <= 200 && NAME.test(name) && !RESERVED.has(name)) return;
  throw misnamed(name, `of ${of} is no name that a program can write`);
}

function misnamed(name: string, what: string): TenonError {
  const shown = visibleText(name, { limit: 80 });
  return new TenonError("usage", `the tool "${shown}" ${what}`, { data: { tool: shown } });
}
