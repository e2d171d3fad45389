import type { CrashFacts } from "../../capability/audit.ts";
import { ERROR_CODES } from "../../catalogues/error-codes.ts";
import { saidBy } from "../../component/engine.ts";
import { TenonError } from "../../errors.ts";
import { pluginWords } from "../../visible-text.ts";
import { HostFault, refusalOf } from "../gate/host-fault.ts";

/**
 * Why the host ended an instance. `aborted`: its caller aborted the call, and the guest did not end
 * it. `reset`: the plugin is stateless, and the state after a call could not be undone.
 */
export type EndReason =
  | "deadline"
  | "disabled"
  | "uninstalled"
  | "closed"
  | "idle"
  | "limit"
  | "upgraded"
  | "stopped"
  | "aborted"
  | "reset";

/** A reason of the host's own, whatever the guest did. */
export type ToldReason = Exclude<EndReason, "deadline">;

/** What an instance knows of a call that ended it. */
export interface CrashScene {
  /** See CrashFacts. */
  readonly said: string | undefined;
  readonly arguments: readonly string[] | undefined;
}

/** The most UTF-16 code units of the plugin's last words in the message of its crash. */
const QUOTED = 300;

/**
 * `plugin-crashed`: an instance ended by itself. `data.fault` says who caused it: `guest` (a trap,
 * or harm to its thread), `host` (a call was refused or is unavailable, and its type can't express
 * that) or `limit`. `data.kind` says, for a trap, which one it was (TrapKind); for a thread that
 * the plugin had for itself, `thread-memory` (its heap was used up), `thread-hang` (it did not
 * answer any more) or `thread-failed`; for its process, `process-memory`, `process-hang` and
 * `process-failed` in the same way. The rest of `data` is CrashFacts.
 */
export function crash(
  plugin: string,
  operation: string,
  error: unknown,
  scene: Partial<CrashScene> = {},
): TenonError {
  const cause = rootOf(error);
  const shown = cause instanceof HostFault ? (cause.cause ?? cause) : cause;
  const fault = isLimit(shown, plugin) ? "limit" : isHosts(error, cause) ? "host" : "guest";
  const { said, arguments: passed } = scene;
  const what =
    cause instanceof HostFault ? cause.message : cause instanceof Error ? cause.message : "";
  const last =
    said === undefined ? "" : `; it said last: ${pluginWords(said.slice(-QUOTED), QUOTED)}`;
  return new TenonError("plugin-crashed", `"${plugin}" was ended in ${operation}: ${what}${last}`, {
    plugin,
    operation,
    cause: shown,
    data: {
      fault,
      ...kindOf(error),
      ...(passed === undefined ? {} : { arguments: passed }),
      ...stackOf(error),
      ...(said === undefined ? {} : { said }),
    },
  });
}

/** What `crash` has put into the data of an error, or into that of its cause. */
export function crashFacts({ data }: TenonError): CrashFacts | undefined {
  const { kind, stack, said, arguments: passed } = data as CrashFacts;
  const facts = {
    ...(kind === undefined ? {} : { kind }),
    ...(passed === undefined ? {} : { arguments: passed }),
    ...(stack === undefined ? {} : { stack }),
    ...(said === undefined ? {} : { said }),
  };
  return Object.keys(facts).length === 0 ? undefined : facts;
}

/** A failure of the host's side of an interface that ended a guest. */
export interface InterfaceFault {
  /** `acme:app/clock@1.0.0` */
  readonly interface: string;
  /** `now`, `[method]timer.stop` */
  readonly function: string;
  /**
   * `threw`: the implementation threw, or its promise was rejected. `misfit`: its result was not of
   * the function's type. `left-alone`: the call was not made, because the interface had failed too
   * often.
   */
  readonly why: "threw" | "misfit" | "left-alone";
  /** Whether the gate has told the interface's breaker. */
  readonly told: boolean;
  readonly cause: unknown;
}

/**
 * `call-refused`: a call was not made, and its type can't say so to the guest. Undefined where that is
 * not what ended the instance.
 */
export function callRefused(
  plugin: string,
  operation: string,
  error: unknown,
): (TenonError & { readonly data: { readonly interface: string } }) | undefined {
  const root = rootOf(error);
  if (!(root instanceof HostFault)) return undefined;
  const { reason: why, cause } = root;
  if (why !== "refused" && why !== "unavailable") return undefined;
  const place = placeOf(root.operation);
  const because = why === "refused" ? `: ${saidBy(cause)}` : " on this host";
  return new TenonError(
    "call-refused",
    `"${plugin}" was ended in ${operation}: its call of ${root.operation} was ${why}${because}, which the function's type has no err for.`,
    { plugin, operation, cause, data: { ...place, why } },
  ) as ReturnType<typeof callRefused>;
}

/**
 * What is the application's or the platform's doing, and no interface's: an interface that is not what
 * it declares, a page that lacks something. Undefined where it is another's.
 */
export function othersFault(
  plugin: string,
  operation: string,
  error: unknown,
): TenonError | undefined {
  const cause = shownCause(error);
  if (!(cause instanceof TenonError) || cause.code === "component-type") return undefined;
  const { fault } = ERROR_CODES[cause.code];
  if (fault !== "application" && fault !== "platform") return undefined;
  const { code, message, data } = cause;
  return new TenonError(code, message, { plugin, operation, cause: error, data });
}

/** Undefined where no interface caused it, but the guest, a limit of its own, or a refusal. */
export function interfaceFault(error: unknown, plugin: string): InterfaceFault | undefined {
  const cause = shownCause(error);
  if (isLimit(cause, plugin)) return undefined;
  const root = rootOf(error);
  if (root instanceof HostFault) {
    const { reason, operation } = root;
    if (reason === "refused" || reason === "unavailable") return undefined;
    return { ...placeOf(operation), why: reason, told: true, cause };
  }
  if (!isHosts(error, root)) return undefined;
  const { import: place } = (error as TenonError).data;
  if (typeof place !== "string") return undefined;
  const isWrong = isMisuse(cause) || isUnannounced(cause);
  const why = isWrong || kindOf(error).kind === "host-result" ? "misfit" : "threw";
  return { ...placeOf(place), why, told: false, cause };
}

/** Whether a function returned a promise that may not. */
function isUnannounced(cause: unknown): boolean {
  return cause instanceof TenonError && cause.code === "component-promise";
}

/** `interface#function`. */
function placeOf(operation: string): Pick<InterfaceFault, "interface" | "function"> {
  const at = operation.indexOf("#");
  return { interface: operation.slice(0, at), function: operation.slice(at + 1) };
}

/**
 * `interface-failed`: the host's side of an interface ended an instance. It does not count as a
 * crash of the plugin.
 */
export function interfaceFailed(
  plugin: string,
  operation: string,
  { cause, interface: name, function: called, why }: InterfaceFault,
): TenonError {
  const did = { threw: "threw", misfit: "returned a wrong value", "left-alone": "is left alone" };
  return new TenonError(
    "interface-failed",
    `The host's ${name}#${called} ${did[why]}, which ended "${plugin}" in ${operation}: ${saidBy(cause)}`,
    { plugin, operation, cause, data: { interface: name, function: called, why } },
  );
}

/**
 * `interface-failed`, for a call whose deadline passed in a function of the application's, or while
 * it waited for one.
 */
export function interfaceLate(
  plugin: string,
  operation: string,
  late: string,
  ms: number,
): TenonError & { readonly data: { readonly interface: string } } {
  return new TenonError(
    "interface-failed",
    `The host's ${late} had not answered when the ${ms} ms of ${operation} were over, which ended "${plugin}"; it is not the plugin's fault.`,
    { plugin, operation, data: { ...placeOf(late), why: "late", deadlineMs: ms } },
  ) as ReturnType<typeof interfaceLate>;
}

/**
 * `interface-failed`, for a plugin that is not started while the interface that ended it is left
 * alone.
 */
export function leftAlone(
  plugin: string,
  operation: string,
  name: string,
  wait: number,
): TenonError {
  const waitMs = Math.ceil(wait);
  return new TenonError(
    "interface-failed",
    `The host's ${name} ended "${plugin}" too often in a row; it is started again in ${waitMs} ms at the earliest.`,
    { plugin, operation, data: { interface: name, why: "left-alone", waitMs } },
  );
}

/**
 * `isolate-failed`: the instance's thread was ended because of another plugin. Undefined where this
 * plugin may have caused it.
 */
export function swept(plugin: string, operation: string, error: unknown): TenonError | undefined {
  if (!(error instanceof TenonError) || error.code !== "isolate-failed") return undefined;
  if (error.data["alone"] === true) return undefined;
  const { why, again } = error.data;
  const data = why === undefined ? {} : { why, again };
  return new TenonError("isolate-failed", error.message, { plugin, operation, cause: error, data });
}

/** Whether a thread was lost with a call, or a start, that can be repeated on another. */
export function isAgain(error: unknown): boolean {
  const cause =
    error instanceof TenonError && error.code === "plugin-activation" ? error.cause : error;
  return (
    cause instanceof TenonError && cause.code === "isolate-failed" && cause.data["again"] === true
  );
}

/** The error of a call whose instance the host has ended in the meantime. */
export function ended(reason: ToldReason, plugin: string, operation: string): TenonError {
  const details = { plugin, operation };
  switch (reason) {
    case "uninstalled":
      return new TenonError("plugin-unknown", `"${plugin}" was uninstalled.`, details);
    case "aborted":
      return new TenonError(
        "call-aborted",
        `"${plugin}" went on with ${operation} after its caller had aborted it, and was ended.`,
        details,
      );
    case "closed":
      return new TenonError("host-closed", "The host was closed.", details);
    case "stopped":
      return new TenonError("plugin-disabled", `"${plugin}" was stopped.`, details);
    case "disabled":
    case "upgraded":
    case "idle":
    case "limit":
    case "reset":
      return new TenonError("plugin-disabled", `"${plugin}" was stopped (${reason}).`, details);
  }
}

/** The error of a call that can't wait, while another one is under way. */
export function suspended(operation: string): TenonError {
  return new TenonError(
    "component-suspended",
    `${operation}: the instance is in the middle of another call; await that one first`,
    { operation },
  );
}

/** The error of a call of something that an ended instance has handed out. */
export function handedOut(why: TenonError): TenonError {
  const { code, message, plugin, operation, data } = why;
  return new TenonError(
    code,
    `${message.replace(/[^.!?]$/u, "$&.")} What it had handed out ended with it.`,
    {
      ...(plugin === undefined ? {} : { plugin }),
      ...(operation === undefined ? {} : { operation }),
      data,
      cause: why,
    },
  );
}

/**
 * Whether the caller passed a value that the function does not accept: the guest was not called.
 */
export function isMisuse(error: unknown): error is TenonError {
  return error instanceof TenonError && error.code === "component-type";
}

/**
 * Whether it is a trap, a fault, a limit or a missed deadline, in a start or later; not a failure
 * that the plugin returned, nor a decision of the host.
 */
export function crashedByItself(error: TenonError): boolean {
  const cause = error.code === "plugin-activation" ? error.cause : error;
  return (
    cause instanceof TenonError &&
    (cause.code === "plugin-crashed" ||
      cause.code === "plugin-deadline" ||
      (cause.code.startsWith("limit-") && cause.code !== "limit-instances"))
  );
}

/**
 * The original cause of a call's end, without what engines and the gate have wrapped around it. The
 * crash names it.
 */
export function shownCause(error: unknown): unknown {
  const cause = rootOf(error);
  return cause instanceof HostFault ? (cause.cause ?? cause) : cause;
}

function rootOf(error: unknown): unknown {
  let at = error;
  while (at instanceof TenonError && at.code.startsWith("component-") && at.cause !== undefined) {
    at = at.cause;
  }
  return refusalOf(at) ?? at;
}

/** Whether the guest ran out of time, and its engine stopped it. */
export function isInterrupted(error: unknown): boolean {
  return error instanceof TenonError && error.data["kind"] === "interrupted";
}

function kindOf(error: unknown): { readonly kind?: unknown } {
  if (!(error instanceof TenonError)) return {};
  const { kind } = error.data;
  return kind === undefined ? {} : { kind };
}

function stackOf(error: unknown): Pick<CrashFacts, "stack"> {
  for (let at = error; at instanceof TenonError; at = at.cause) {
    const { stack } = at.data;
    if (Array.isArray(stack)) return { stack: stack as readonly string[] };
  }
  return {};
}

function isHosts(error: unknown, cause: unknown): boolean {
  if (cause instanceof HostFault) return true;
  // An interface that the application defined does not do what it declares.
  if (cause instanceof TenonError && cause.code === "usage") return true;
  const { kind } = kindOf(error);
  return kind === "host-result" || kind === "host-exception";
}

/**
 * Whether it is a limit of this plugin: a host function may throw the error of another plugin's
 * call.
 */
function isLimit(error: unknown, plugin: string): boolean {
  return (
    error instanceof TenonError &&
    (error.plugin ?? plugin) === plugin &&
    (error.code === "component-limit" || error.code === "plugin-limit")
  );
}

export function pluginError(
  code:
    | "plugin-disabled"
    | "plugin-quarantined"
    | "plugin-busy"
    | "plugin-crashed"
    | "plugin-failing",
  plugin: string,
  text: string,
  data: Readonly<Record<string, unknown>> = {},
): TenonError {
  return new TenonError(code, `"${plugin}" ${text}.`, { plugin, data });
}
