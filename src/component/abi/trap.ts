import { TenonError } from "../../errors.ts";
import { isError } from "../../realms.ts";
import { visibleText } from "../../visible-text.ts";
import { wasmStack } from "./wasm-stack.ts";

/**
 * Why a call trapped: `data.kind` of a `component-trap`. The first group are the `trap_if`s of
 * CanonicalABI.md, the second the traps of core WebAssembly; in the third, more than the guest is
 * involved.
 */
export type TrapKind =
  | "unaligned-pointer"
  | "pointer-out-of-bounds"
  | "string-out-of-bounds"
  | "string-too-long"
  | "list-out-of-bounds"
  | "list-too-long"
  | "realloc-unaligned"
  | "realloc-out-of-bounds"
  | "invalid-utf8"
  | "invalid-utf16"
  | "invalid-char"
  | "invalid-discriminant"
  | "unknown-handle"
  | "wrong-handle"
  | "handle-lent"
  | "handle-borrowed"
  | "borrows-remain"
  | "cannot-leave"
  | "cannot-enter"
  | "backpressure-overflow"
  | "not-returned"
  | "wrong-return"
  | "wrong-callback"
  | "cannot-block"
  | "set-in-use"
  | "waitable-in-use"
  | "subtask-in-use"
  | "wrong-cancel"
  | "end-in-use"
  | "same-instance"
  //
  | "unreachable"
  | "memory-out-of-bounds"
  | "table-out-of-bounds"
  | "indirect-call"
  | "integer-division"
  | "integer-overflow"
  | "null-reference"
  | "stack-overflow"
  | "uncaught-exception"
  | "other"
  //
  | "interrupted"
  | "host-exception"
  | "host-result";

export function trapped(kind: TrapKind, message: string): TenonError {
  return new TenonError("component-trap", message, { data: withStack({ kind }, new Error(kind)) });
}

/** Adds `stack`: the guest's functions that were on the stack of the error, innermost first. */
function withStack(data: Facts, error: unknown): Facts {
  const stack = wasmStack(error);
  return stack === undefined ? data : { ...data, stack };
}

type Facts = Readonly<Record<string, unknown>>;

export function trap(kind: TrapKind, message: string): never {
  throw trapped(kind, message);
}

export function overLimit(limit: string, message: string): never {
  throw new TenonError("component-limit", message, { data: { limit } });
}

/**
 * The error that the host's caller gets for a call that has failed. TenonErrors stay as they are.
 */
export function asFailure(raw: unknown): TenonError {
  const thrown = askable(raw);
  if (thrown instanceof TenonError) return thrown;
  const said = saidBy(thrown);
  const details = { cause: thrown, data: withStack({ kind: kindOf(thrown) }, thrown) };
  return new TenonError("component-trap", `the guest trapped: ${said}`, details);
}

/**
 * The error for what a host function threw that is not the `err` of its result. `name`: of the
 * function, where the caller does not add it.
 */
export function hostFailure(raw: unknown, name?: string): TenonError {
  const thrown = askable(raw);
  const kind = isStackOverflow(thrown) ? "stack-overflow" : "host-exception";
  const said = saidBy(thrown);
  const data = name === undefined ? { kind } : { kind, import: name };
  const details = { cause: thrown, data };
  return new TenonError("component-trap", `a host function threw: ${said}`, details);
}

/**
 * Returns what was thrown or, where that itself throws when it is looked at, an Error in its place:
 * a host can throw a Proxy.
 */
export function askable(thrown: unknown): unknown {
  try {
    // A Proxy may throw at `instanceof`.
    if (thrown instanceof Error || isError(thrown))
      void [thrown.name, thrown.message, thrown.cause];
    return thrown;
  } catch {
    return new Error(UNASKABLE);
  }
}

const UNASKABLE = "something that can't be shown";
/** The most keys of a thrown object that a message names. */
const SHOWN_KEYS = 8;

/**
 * The text of what was thrown, which may be anything, even something that throws when it is looked
 * at.
 */
export function saidBy(thrown: unknown): string {
  try {
    const said = String(isError(thrown) ? thrown.message : thrown);
    if (said !== "[object Object]") return said;
    const keys = Object.keys(thrown as object).slice(0, SHOWN_KEYS);
    return `an object that is no Error, with ${keys.length === 0 ? "no keys" : keys.join(", ")}`;
  } catch {
    return UNASKABLE;
  }
}

/**
 * JavaScript engines quote names from the binary in errors of linking and compiling: makes these
 * visible.
 */
export function showQuotes(thrown: unknown): void {
  if (!(thrown instanceof WebAssembly.LinkError || thrown instanceof WebAssembly.CompileError)) {
    if (!(thrown instanceof TypeError)) return;
  }
  const { message, stack } = thrown;
  thrown.message = visibleText(message, { limit: QUOTED, lines: true });
  if (stack !== undefined) thrown.stack = visibleText(stack, { limit: 4 * QUOTED, lines: true });
}

/** The most UTF-16 code units of an engine's message. */
const QUOTED = 4_096;

function kindOf(thrown: unknown): TrapKind {
  if (isStackOverflow(thrown)) return "stack-overflow";
  if (thrown instanceof WebAssembly.RuntimeError) return coreKind(thrown.message);
  if (WebAssembly.Exception !== undefined && thrown instanceof WebAssembly.Exception) {
    return "uncaught-exception";
  }
  return "other";
}

/** Engines differ in the error's class, but use only a few texts. */
function isStackOverflow(thrown: unknown): boolean {
  if (!isError(thrown)) return false;
  return (
    (thrown.name === "RangeError" && /call stack/i.test(thrown.message)) ||
    (thrown.name === "InternalError" && /recursion/.test(thrown.message))
  );
}

const CORE_KINDS: readonly (readonly [RegExp, TrapKind])[] = [
  [/unreachable/i, "unreachable"],
  [/indirect|signature|function type/i, "indirect-call"],
  [/table/i, "table-out-of-bounds"],
  [/out.of.bounds|data segment/i, "memory-out-of-bounds"],
  [/divi|remainder/i, "integer-division"],
  [/overflow|unrepresentable|float|conversion/i, "integer-overflow"],
  [/null/i, "null-reference"],
  [/stack/i, "stack-overflow"],
];

function coreKind(message: string): TrapKind {
  for (const [pattern, kind] of CORE_KINDS) if (pattern.test(message)) return kind;
  return "other";
}
