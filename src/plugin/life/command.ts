import { pluginWords, visibleText } from "../../visible-text.ts";
import { TenonError, WitError } from "../../errors.ts";
import { nearest } from "../../near-names.ts";
import { wrongOption } from "../../options.ts";
import { contractName } from "../../interfaces/contract/contract.ts";
import type { Failure } from "../../interfaces/generated/host/commands.ts";
import { guestJsonText, readGuestJson } from "../../interfaces/contract/guest-json.ts";
import { cancelled } from "../calls/abortable.ts";
import type { GuestCall } from "../calls/call-group.ts";
import type { PluginInstance } from "../instance/instance.ts";
import type { Readied } from "./plugin-call.ts";
import type { CommandContribution } from "../manifest/manifest.ts";
import { schemaViolations } from "../manifest/json-schema.ts";

const COMMANDS = contractName("commands");
/** The limit of type `json`, in bytes: types.wit. */
const MAX_JSON = 1024 * 1024;
const MAX_MESSAGE = 4_000;
/** The most UTF-16 code units of a schema in a message. */
const SHOWN_SCHEMA = 500;

/**
 * The input as JSON text, checked against the command's schema. Throws `command-input` with
 * `data.problems`: a list of `{ path, message }`, where `path` is a JSON Pointer, and `data.schema`:
 * the schema that the input does not fit. Throws `usage` for what has no form in JSON, such as a
 * function.
 */
export function commandInput(
  plugin: string,
  { id, input: schema }: CommandContribution,
  input: unknown,
): string {
  let text: string | undefined;
  try {
    text = guestJsonText(input ?? null);
  } catch (cause) {
    const [why = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
    throw inputError(plugin, id, [{ path: "", message: `it is not JSON: ${why}` }], { cause });
  }
  if (text === undefined) throw wrongOption(`the input of ${id}`, "a JSON value", input);
  const read = readGuestJson(text, MAX_JSON);
  if (read.tag !== "value") {
    const message = read.tag === "too-large" ? `it is over ${read.limit} bytes` : read.reason;
    throw inputError(plugin, id, [{ path: "", message }]);
  }
  const problems = schema === undefined ? [] : schemaViolations(schema, read.value, text.length);
  if (problems.length > 0) throw inputError(plugin, id, problems, { schema });
  return text;
}

/**
 * A call of `commands.run`, which returns a JSON value; see `commandFailure`. `document` makes the
 * handle of the document that goes with it. Throws `command-failed`.
 */
export function commandCall(
  instance: PluginInstance,
  plugin: string,
  call: { readonly id: string; readonly input: string; document(): object | undefined },
  how: Pick<GuestCall, "deadlineMs" | "signal">,
): Readied<unknown> {
  const { id, input, document } = call;
  if (!instance.offers(COMMANDS)) throw brokenPromise(plugin, id);
  let lent: object | undefined;
  return {
    tag: "call",
    call: {
      operation: `command:${id}`,
      ...how,
      passed: () => [{ id, input, document: lent }],
      enter: (exports) =>
        (exports[COMMANDS] as { run(call: object): unknown }).run({
          id,
          input,
          document: (lent = document()),
        }),
    },
    read: (answer) => {
      const read = readGuestJson(String(answer), MAX_JSON);
      if (read.tag === "value") return read.value;
      const what = read.tag === "too-large" ? `JSON over ${read.limit} bytes` : read.reason;
      const shown = read.tag === "too-large" ? "" : `: ${pluginWords(String(answer))}`;
      const text = `"${plugin}" answered ${id} with ${what}${shown}.`;
      throw new TenonError("command-failed", text, { plugin, operation: `command:${id}` });
    },
  };
}

/**
 * The error of a command that failed: `command-*` for the plugin's own failures, or what ended the
 * instance.
 */
export function commandFailure(plugin: string, id: string, error: unknown): unknown {
  return error instanceof WitError ? commandError(plugin, id, error.payload) : error;
}

/** `known`: commands of which the one that was named may be a slip. */
export function unknownCommand(
  id: string,
  plugin?: string,
  known: readonly string[] = [],
): TenonError {
  const near = nearest(id, known);
  const hint = near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`;
  return new TenonError("command-unknown", `No plugin has the command ${visibleText(id)}.${hint}`, {
    operation: `command:${visibleText(id)}`,
    ...(plugin === undefined ? {} : { plugin }),
  });
}

/** The plugin does not have a command of its own manifest. */
function brokenPromise(plugin: string, id: string): TenonError {
  return new TenonError(
    "command-failed",
    `The manifest of "${plugin}" promises the command ${visibleText(id)}, and the plugin does not know it; its maker must add it, or take it out of the manifest.`,
    { plugin, operation: `command:${visibleText(id)}`, data: { why: "unknown-command" } },
  );
}

/**
 * The `failure` of commands.wit as an error. The plugin's text is made safe to show, and marked as
 * its words.
 */
function commandError(plugin: string, id: string, payload: unknown): TenonError {
  const failure = payload as Failure;
  const operation = `command:${id}`;
  switch (failure.tag) {
    case "unknown-command":
      return brokenPromise(plugin, id);
    case "invalid-input":
      return inputError(
        plugin,
        id,
        failure.val.slice(0, 100).map(({ path, message }) => ({
          path: visibleText(path),
          message: visibleText(message),
        })),
      );
    case "cancelled":
      return cancelled(plugin, id);
    case "failed": {
      const said = visibleText(failure.val, { limit: MAX_MESSAGE });
      return new TenonError("command-failed", `${id} failed; "${plugin}" says: ${said}`, {
        plugin,
        operation,
        data: { said },
      });
    }
  }
}

/** What the input is at fault with, and by what. */
interface InputFault {
  /** The command's input schema, where the input does not fit it. */
  readonly schema?: CommandContribution["input"];
  readonly cause?: unknown;
}

function inputError(
  plugin: string,
  id: string,
  problems: readonly { readonly path: string; readonly message: string }[],
  { schema, cause }: InputFault = {},
): TenonError {
  const [first = { path: "", message: "it is invalid" }] = problems;
  const subject = `the input${first.path === "" ? "" : ` at ${first.path}`}`;
  // Messages of the schema's checker begin with "it", which is what the path names.
  const what = first.message.startsWith("it ")
    ? first.message.replace(/^it/u, subject)
    : `${subject}: ${first.message}`;
  const by =
    schema === undefined ? "" : `. Its schema: ${JSON.stringify(schema).slice(0, SHOWN_SCHEMA)}`;
  return new TenonError("command-input", `${id} does not take this input: ${what}${by}`, {
    plugin,
    operation: `command:${id}`,
    data: { problems, ...(schema === undefined ? {} : { schema }) },
    cause,
  });
}
