import { join, extname } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type AuditTrail,
  firstOf,
  type GivenLimits,
  type GrantStore,
  type Host,
  type HostEvent,
  type InstallOptions,
  jsonLinesAudit,
  type PluginStatus,
  type Policy,
  rememberedPolicy,
  staticPolicy,
  TenonError,
} from "../index.ts";
import { appendTo, grantFile, nodePlatform } from "../platform/node/index.ts";
import { auditFile } from "./audit.ts";
import { grantsFile, type GrantOption } from "./grants.ts";
import type { OwnHost } from "./host-module.ts";
import { knownKeys } from "./packages/keys.ts";
import { madeHost } from "./made-host.ts";
import { nearest } from "../near-names.ts";
import { type PendingGrants, pendingGrants } from "./pending-grants.ts";
import type { Person } from "./person.ts";
import { reviewingPolicy } from "./review.ts";
import type { Refusal, RunReport, StorageFault } from "./run-report.ts";
import type { Terminal } from "./terminal.ts";
import { terminalUi } from "./terminal-ui.ts";

export interface RunRequest {
  readonly file: string;
  /** A component's bytes, or the path of a source. */
  readonly plugin: Uint8Array | string;
  readonly sidecar: string | undefined;
  readonly signature?: Uint8Array | undefined;
  /** The folder of a plugin that is the person's own. Undefined: it is another's. */
  readonly place?: string | undefined;
  readonly command: string;
  readonly input: unknown;
  readonly document: { readonly path: string; readonly text: string } | undefined;
  readonly allow: readonly GrantOption[];
  readonly deny: readonly GrantOption[];
  /** What the application's own host is made with; `module` is the file that says so. */
  readonly own: OwnHost;
  readonly module: string | undefined;
  /** Whether an older version than the last that ran may run. */
  readonly downgrade: boolean;
  readonly state: string;
  readonly folder: string | undefined;
  /** Who can be asked; undefined where nobody can. */
  readonly person: Person | undefined;
  /** Whether the plugin's messages that ask nothing are left out. */
  readonly quiet: boolean;
  /** The least level of what the plugin logs that is shown; undefined: nothing is. */
  readonly logLevel: LogLevel | undefined;
  readonly version: string;
  /**
   * Milliseconds that the plugin's start, and its command, may each take. Undefined: what the host's
   * own limits say.
   */
  readonly deadline: number | undefined;
}

export type LogLevel = Extract<HostEvent, { tag: "log" }>["record"]["level"];

/** From the least to the most urgent. */
export const logLevels: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error"];

/**
 * Runs one command of one plugin, as a stranger's, in a host of its own. Shows the plugin's
 * messages and questions on `terminal`.
 */
export async function runPlugin(request: RunRequest, terminal: Terminal): Promise<RunReport> {
  const audit = saidOnce(jsonLinesAudit(appendTo(join(request.state, auditFile))), terminal);
  const grants = pendingGrants(grantFile(join(request.state, grantsFile)));
  const made = {
    application: `tenon-cli/${request.version}`,
    keys: knownKeys(request),
    ...request.own,
    platform: nodePlatform({
      state: request.state,
      ui: terminalUi(terminal, request.person, request.quiet),
      ...(request.folder === undefined ? {} : { workspace: request.folder }),
    }),
    policy: await policy(request, grants),
    audit,
    limits: limitsFor(request),
  };
  await using host = madeHost(made, request.module, request);
  let startedMs = 0;
  const refused = new Set<string>();
  const storage: StorageFault[] = [];
  host.on((event) => {
    if (event.tag === "started") startedMs = event.ms;
    if (event.tag === "refused") refused.add(event.capability);
    if (event.tag === "storage-failed") {
      const { code, message, data } = event.error;
      terminal.failure(code, message);
      storage.push({ message, isData: data["kind"] === undefined });
    }
    if (event.tag === "log" && isShown(event.record.level, request.logLevel)) {
      terminal.line(`${event.record.level}  ${event.record.message}`);
    }
  });
  const outcome = atQuestion(await executed(host, request), request);
  if (request.person?.left.aborted === true) await dropped(grants, audit);
  else await kept(grants, terminal);
  await audit.flush();
  const [status] = host.plugins();
  return {
    outcome: outcome.result,
    document: outcome.document,
    refusals: status === undefined ? [] : refusalsOf(status, refused, request),
    storage,
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

/** The limits of the host, of which a deadline on the command line takes the place of those for calls. */
function limitsFor({ own, deadline }: RunRequest): GivenLimits {
  if (deadline === undefined) return own.limits ?? {};
  const calls = { activateMs: deadline, commandMs: deadline, maxDeadlineMs: deadline };
  const eventMs = own.limits?.eventMs;
  const events = eventMs === undefined ? {} : { eventMs: Math.min(eventMs, deadline) };
  return { ...own.limits, ...calls, ...events };
}

/** Keeps what was decided for good in this run. What can't be kept is said; the run is over. */
async function kept(grants: PendingGrants, terminal: Terminal): Promise<void> {
  try {
    await grants.keep();
  } catch (error) {
    const message = `what was decided for good could not be kept: ${(error as Error).message}`;
    terminal.failure("storage-failed", message);
  }
}

/** Has the trail say of each answer that is not kept that it does not hold. */
async function dropped(grants: PendingGrants, audit: AuditTrail): Promise<void> {
  for (const { plugin, identity, capability } of await grants.drop()) {
    const reason = "the run was ended at a later question: no answer of it is kept";
    const entry = {
      plugin,
      maker: identity,
      capability,
      operation: "install",
      decision: "revoked",
      reason,
    } as const;
    audit.write({ at: Date.now(), ...entry });
  }
}

/** Says once that the trail can't be written: the plugin goes on. */
function saidOnce(audit: AuditTrail, terminal: Terminal): AuditTrail {
  let said = false;
  return {
    write: (entry) => audit.write(entry),
    flush: () =>
      audit.flush().catch((error: TenonError) => {
        if (!said) terminal.failure(error.code, error.message);
        said = true;
      }),
  };
}

interface Executed {
  readonly result: RunReport["outcome"];
  readonly document: string | undefined;
}

async function executed(host: Host, request: RunRequest): Promise<Executed> {
  try {
    const signal = request.person?.left;
    const replace = request.downgrade ? { replace: "any" as const } : {};
    const how = { ...besideIt(request), ...replace, signal };
    const status = await host.install(request.plugin, how);
    const document =
      request.document === undefined
        ? undefined
        : host.documents.open(
            pathToFileURL(request.document.path).href,
            request.document.text,
            languageOf(request.document.path),
          );
    const value = await host.execute(commandOf(status, request.command), request.input, {
      ...(document === undefined ? {} : { document }),
      signal,
    });
    const after = document?.text;
    return {
      result: { tag: "answer", value },
      document: after === request.document?.text ? undefined : after,
    };
  } catch (error) {
    return { result: failure(inWordsOfTheCommand(error, request)), document: undefined };
  }
}

/** What to do about an error is another option here than in a program. */
function inWordsOfTheCommand(error: unknown, request: RunRequest): unknown {
  const { file, module } = request;
  if (!(error instanceof TenonError)) return error;
  const { code, message, data, plugin = "the plugin" } = error;
  const said = (text: string): TenonError => new TenonError(code, text, { data, cause: error });
  if (code === "plugin-downgrade") {
    const { from, to } = data as { readonly from: string; readonly to: string };
    const text = `${plugin} ${from} ran here before, and this is ${to}; --downgrade goes back to it, with what ${from} stored`;
    return said(text);
  }
  if (code === "manifest-missing" && file.endsWith(".wasm")) {
    return said(`${message}: there is no ${file.replace(/\.wasm$/u, ".json")}`);
  }
  if (code === "identity-changed" || code === "signature-missing") {
    return said(`${message.slice(0, message.lastIndexOf(". "))}. ${takeoverRemedy(request, data)}`);
  }
  const isForeign = code === "manifest-unknown-capability" || code === "package-imports";
  if (!isForeign || module !== undefined) return error;
  return said(
    `${message}\nIf an application offers it, run it with that application's own host: --host FILE`,
  );
}

/** What to do if another maker has the name. --own takes none from a plugin that is signed. */
function takeoverRemedy({ place, person }: RunRequest, data: TenonError["data"]): string {
  const mayBeOwn = place === undefined && !String(data["from"]).startsWith("key:");
  const own = mayBeOwn
    ? "If it is a plugin of your own, say --own: builds from its folder are the same maker's then. "
    : "";
  const asked = person === undefined ? "In a terminal you are asked. " : "";
  const others = "--state FOLDER runs it beside the other one, with grants and data of its own";
  return `${own}${asked}Packages that are signed with one key (tenon sign) have one maker. ${others}`;
}

/** The plugin may have gone on without the answer: of a run that the person ended, nothing is kept. */
function atQuestion(outcome: Executed, { person }: RunRequest): Executed {
  if (person?.left.aborted !== true) return outcome;
  const message = "The run was ended at a question; nothing was decided.";
  const result = { tag: "error", code: "command-cancelled", message, data: {} } as const;
  return { result, document: undefined };
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
  const ids = status.commands.map(({ id }) => id);
  const found = ids.find((id) => id === command || id.endsWith(`.${command}`));
  if (found !== undefined) return found;
  const near = nearest(command, [...ids, ...ids.map(shortOf)]);
  const hint =
    ids.length === 0
      ? "it has no commands at all"
      : `${near.length === 0 ? "" : `did you mean ${near.join(" or ")}? `}It has ${ids.join(", ")}`;
  throw new TenonError("command-unknown", `${status.name} has no command "${command}"; ${hint}`, {
    plugin: status.name,
  });
}

function shortOf(id: string): string {
  return id.slice(id.indexOf(".") + 1);
}

function besideIt({ sidecar, signature, place }: RunRequest): InstallOptions {
  return {
    ...(sidecar === undefined ? {} : { manifest: sidecar }),
    ...(signature === undefined ? {} : { signature }),
    ...(place === undefined ? {} : { place }),
  };
}

function isShown(level: LogLevel, least: LogLevel | undefined): boolean {
  return least !== undefined && logLevels.indexOf(level) >= logLevels.indexOf(least);
}

/** The options decide first, then the policy of `--host`, then remembered decisions, then the person. */
async function policy(request: RunRequest, store: GrantStore): Promise<Policy> {
  const stated = staticPolicy({
    makers: "any",
    allow: request.allow.map(({ capability, scope }) => ({ capability, scope })),
    deny: request.deny.map(({ capability, scope }) => ({
      capability,
      scope,
      reason: "--deny says so",
    })),
  });
  const { person, own } = request;
  const rules = own.policy === undefined ? stated : firstOf(stated, own.policy);
  const settled = firstOf(rules, rememberedPolicy(store, staticPolicy({}), Date));
  const isOwn = request.place !== undefined;
  if (person === undefined) return isOwn ? firstOf(settled, ownBuilds(unasked)) : settled;
  const asking = reviewingPolicy(person, await openFor(request, settled));
  const remembered = rememberedPolicy(store, isOwn ? ownBuilds(asking) : asking, Date);
  return firstOf(rules, remembered);
}

const unasked: Policy = { decide: () => ({ tag: "silent" }) };

/**
 * For `--own`, by which the person says that the plugin is theirs. An unsigned plugin of that name
 * that ran before, without `--own` or from another folder, is taken for an earlier build of it, and
 * this build gets its data. A signed one is not: its key says whose it is.
 */
function ownBuilds(next: Policy): Policy {
  return {
    decide: (request) => next.decide(request),
    decideIdentity(change) {
      if (change.from.identity.tag !== "key") return { tag: "accept", data: "hand-over" };
      return next.decideIdentity?.(change) ?? { tag: "silent" };
    },
  };
}

/** What the plugin asks for and nobody has decided. Empty for a package that is refused. */
async function openFor(request: RunRequest, settled: Policy): Promise<PluginStatus["standing"]> {
  const keys = knownKeys(request);
  const made = { keys, ...request.own, platform: nodePlatform(), policy: settled };
  await using host = madeHost(made, request.module, request);
  try {
    const { standing } = await host.install(request.plugin, besideIt(request));
    return standing.filter(({ status }) => status === "askable");
  } catch {
    // The host that runs the plugin tells why.
    return [];
  }
}

/** What was refused, and what the plugin needs and was not granted. */
function refusalsOf(status: PluginStatus, refused: ReadonlySet<string>, by: RunRequest): Refusal[] {
  return status.standing
    .filter((asked) => asked.status !== "granted")
    .filter(({ capability, optional }) => refused.has(capability) || !optional)
    .map(({ capability, sentence, scope }) => ({
      capability,
      sentence: `${status.name} ${sentence}`,
      option: by.deny.some((one) => one.capability === capability)
        ? undefined
        : optionFor(capability, scope),
    }));
}

/** Pastes into a shell as it is, whatever the plugin's author wrote into the scope. */
function optionFor(capability: string, scope: unknown): string {
  const whole = `--allow ${capability}`;
  if (Object.keys(Object(scope) as object).length === 0) return whole;
  const part = `${capability}=${JSON.stringify(scope)}`.replaceAll("'", String.raw`'\''`);
  return `${whole}, or part of it with --allow '${part}'`;
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
