import { join, extname } from "node:path";
import { pathToFileURL } from "node:url";
import {
  askingPolicy,
  type Consent,
  createHost,
  firstOf,
  type Host,
  jsonLinesAudit,
  type PluginStatus,
  pluginWords,
  type Policy,
  type PolicyRequest,
  rememberedPolicy,
  staticPolicy,
  TenonError,
} from "../index.ts";
import { appendTo, grantFile, nodePlatform } from "../platform/node/index.ts";
import { auditFile } from "./audit.ts";
import { grantsFile, type GrantOption } from "./grants.ts";
import { askPerson } from "./person.ts";
import type { Terminal } from "./terminal.ts";
import { terminalUi } from "./terminal-ui.ts";

export interface RunRequest {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly sidecar: string | undefined;
  readonly command: string;
  readonly input: unknown;
  readonly document: { readonly path: string; readonly text: string } | undefined;
  readonly allow: readonly GrantOption[];
  readonly deny: readonly GrantOption[];
  readonly state: string;
  readonly folder: string | undefined;
  /** Whether there is a person who can be asked. */
  readonly interactive: boolean;
  readonly version: string;
  /** Milliseconds that the plugin's start, and its command, may each take. */
  readonly deadline: number;
}

export interface Refusal {
  readonly capability: string;
  readonly sentence: string;
  readonly option: string;
}

export interface RunReport {
  readonly outcome:
    | { readonly tag: "answer"; readonly value: unknown }
    | {
        readonly tag: "error";
        readonly code: string | undefined;
        readonly message: string;
        readonly data: Readonly<Record<string, unknown>>;
      };
  /** The document's text, where the command has changed it. */
  readonly document: string | undefined;
  readonly refusals: readonly Refusal[];
  readonly figures: {
    readonly plugin: string;
    readonly startedMs: number;
    readonly calls: number;
    readonly hostCalls: number;
    readonly ms: number;
    readonly memoryBytes: number;
  };
}

/**
 * Runs one command of one plugin, as a stranger's, in a host of its own. Shows the plugin's
 * messages and questions on `terminal`.
 */
export async function runPlugin(request: RunRequest, terminal: Terminal): Promise<RunReport> {
  const audit = jsonLinesAudit(appendTo(join(request.state, auditFile)));
  await using host = createHost({
    application: `tenon-cli/${request.version}`,
    platform: nodePlatform({
      state: request.state,
      ui: terminalUi(terminal, request.interactive),
      ...(request.folder === undefined ? {} : { workspace: request.folder }),
    }),
    policy: policy(request, terminal),
    audit,
    limits: {
      activateMs: request.deadline,
      commandMs: request.deadline,
      maxDeadlineMs: request.deadline,
    },
  });
  let startedMs = 0;
  const refused = new Set<string>();
  host.on((event) => {
    if (event.tag === "started") startedMs = event.ms;
    if (event.tag === "refused") refused.add(event.capability);
    if (event.tag === "log") terminal.line(`${event.record.level}  ${event.record.message}`);
  });
  const outcome = await executed(host, request);
  await audit.flush().catch((error: unknown) => terminal.line(String(error)));
  const [status] = host.plugins();
  return {
    outcome: outcome.result,
    document: outcome.document,
    refusals: status === undefined ? [] : refusalsOf(status, refused),
    figures: {
      plugin: status?.name ?? "",
      startedMs,
      calls: status?.calls ?? 0,
      hostCalls: status?.hostCalls ?? 0,
      ms: status?.ms ?? 0,
      memoryBytes: status?.memoryBytes ?? 0,
    },
  };
}

interface Executed {
  readonly result: RunReport["outcome"];
  readonly document: string | undefined;
}

async function executed(host: Host, request: RunRequest): Promise<Executed> {
  try {
    const { bytes, sidecar } = request;
    const status = await host.install(bytes, sidecar === undefined ? {} : { manifest: sidecar });
    const document =
      request.document === undefined
        ? undefined
        : host.documents.open(
            pathToFileURL(request.document.path).href,
            request.document.text,
            languageOf(request.document.path),
          );
    const value = await host.execute(
      commandOf(status, request.command),
      request.input,
      document === undefined ? {} : { document },
    );
    const after = document?.text;
    return {
      result: { tag: "answer", value },
      document: after === request.document?.text ? undefined : after,
    };
  } catch (error) {
    return { result: failure(error), document: undefined };
  }
}

function failure(error: unknown): RunReport["outcome"] {
  if (error instanceof TenonError) {
    return { tag: "error", code: error.code, message: error.message, data: error.data };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { tag: "error", code: undefined, message: text, data: {} };
}

/** The command's full id: the user may leave out the prefix. */
function commandOf(status: PluginStatus, command: string): string {
  const found = status.commands.find(({ id }) => id === command || id.endsWith(`.${command}`));
  if (found !== undefined) return found.id;
  const known = status.commands.map(({ id }) => id).join(", ");
  throw new TenonError("command-unknown", `${status.name} has no such command; it has ${known}`, {
    plugin: status.name,
  });
}

/** The options decide first, then remembered decisions, then the person. */
function policy(request: RunRequest, terminal: Terminal): Policy {
  const rules = staticPolicy({
    allow: request.allow.map(({ capability, scope }) => ({ capability, scope })),
    deny: request.deny.map(({ capability, scope }) => ({
      capability,
      scope,
      reason: "--deny says so",
    })),
  });
  const person = request.interactive
    ? askingPolicy((question) => ask(question, terminal), { optional: "ask" })
    : staticPolicy({});
  const store = grantFile(join(request.state, grantsFile));
  return firstOf(rules, rememberedPolicy(store, person, Date));
}

const choices = ["yes", "no", "always", "never"] as const;

async function ask(question: PolicyRequest, terminal: Terminal): Promise<Consent> {
  const text = [
    `${question.plugin} ${question.sentence}${question.optional ? " (works without)" : ""}`,
    `  it says: ${pluginWords(question.reason)}`,
  ];
  const value = await askPerson({ kind: "consent", text, choices }, terminal);
  const answer = typeof value === "number" ? choices[value] : undefined;
  return answer === "yes" ? "session" : (answer ?? "no");
}

/** What was refused, and what the plugin needs and was not granted. */
function refusalsOf(status: PluginStatus, refused: ReadonlySet<string>): RunReport["refusals"] {
  return status.standing
    .filter((asked) => asked.status !== "granted")
    .filter(({ capability, optional }) => refused.has(capability) || !optional)
    .map(({ capability, sentence, scope }) => ({
      capability,
      sentence: `${status.name} ${sentence}`,
      option: `--allow ${capability}, or part of it with --allow '${capability}=${JSON.stringify(scope)}'`,
    }));
}

function languageOf(path: string): string {
  const known: Readonly<Record<string, string>> = {
    ".md": "markdown",
    ".json": "json",
    ".rs": "rust",
    ".ts": "typescript",
    ".js": "javascript",
    ".html": "html",
  };
  return known[extname(path)] ?? "plain";
}
