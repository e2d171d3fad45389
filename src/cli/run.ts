import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { TenonError, visibleJson } from "../index.ts";
import { showCrash } from "./crash.ts";
import { exitCodeOf, exitCodes } from "./exit-code.ts";
import { parseGrantOption } from "./grants.ts";
import { readHostModule } from "./host-module.ts";
import { readInput, readTextFile, version } from "./input.ts";
import { readPlugin, readSidecar, readSignature } from "./packages/package-files.ts";
import { knownKeys } from "./packages/keys.ts";
import { Person } from "./person.ts";
import { readStatus } from "./read-status.ts";
import { replaceFile } from "./replace-file.ts";
import { type LogLevel, logLevels, runPlugin, type RunRequest } from "./run-plugin.ts";
import type { RunReport } from "./run-report.ts";
import { bytes, milliseconds, type Terminal } from "./terminal.ts";

/** Milliseconds. */
const DEFAULT_DEADLINE = 10_000;

interface RunOptions {
  readonly state: string;
  readonly input?: string;
  readonly document?: string;
  readonly write?: boolean;
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly folder?: string;
  readonly deadline?: string;
  readonly downgrade?: boolean;
  /** The file of `--host`. */
  readonly host?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly own?: boolean;
  readonly logLevel: string;
}

/** Runs one command of one plugin. Returns the exit code. */
export async function run(
  file: string,
  command: string | undefined,
  options: RunOptions,
  out: Terminal,
  err: Terminal,
): Promise<number> {
  if (command === undefined) throw await commandMissing(file, options);
  const logLevel = logLevelOf(options.logLevel);
  if (options.write === true && options.document === undefined) {
    throw new TenonError("usage", "--write writes a document back: name it with --document");
  }
  const canAsk = process.stdin.isTTY && options.input !== "-" && err.interactive;
  const request: RunRequest = {
    file,
    plugin: readPlugin(file),
    sidecar: readSidecar(file),
    signature: readSignature(file),
    place: options.own === true ? dirname(resolve(file)) : undefined,
    command,
    input: await readInput(options.input),
    document:
      options.document === undefined
        ? undefined
        : { path: resolve(options.document), text: readTextFile(options.document) },
    allow: (options.allow ?? []).map(parseGrantOption),
    deny: (options.deny ?? []).map(parseGrantOption),
    own: await readHostModule(options.host),
    module: options.host,
    downgrade: options.downgrade === true,
    state: resolve(options.state),
    folder: options.folder === undefined ? undefined : existingFolder(options.folder),
    person: canAsk ? new Person(err) : undefined,
    quiet: options.quiet === true,
    logLevel: options.quiet === true ? undefined : logLevel,
    version,
    deadline: deadlineOf(options),
  };
  const report = written(await runPlugin(request, err), options);
  const isInterrupted = request.person?.left.aborted === true;
  if (options.json === true) out.raw(`${visibleJson(jsonOf(report))}\n`);
  else print(report, out, err, options);
  if (isInterrupted) return exitCodes.interrupted;
  if (report.outcome.tag === "answer") return exitCodes.ok;
  const { code, message, data } = report.outcome;
  if (code === undefined) return exitCodes.fault;
  const exit = exitCodeOf(new TenonError(code as never, message, { data }));
  // A plugin that fails because its data could not be kept has not failed by itself.
  const isOfStorage = exit === exitCodes.failed && report.storage.some(({ isData }) => isData);
  return isOfStorage ? exitCodes.fault : exit;
}

/** Names the commands that there are. Rejects as `tenon inspect` does for what is refused. */
async function commandMissing(file: string, options: RunOptions): Promise<TenonError> {
  const [component, sidecar, signature] = [
    readPlugin(file),
    readSidecar(file),
    readSignature(file),
  ];
  const { host: module } = options;
  const own = await readHostModule(module);
  const keys = knownKeys(options);
  const { status } = await readStatus({ component, sidecar, signature, keys, own, module });
  const ids = status.commands.map(({ id }) => id);
  const hint = ids.length === 0 ? "It has no commands at all." : `It has ${ids.join(", ")}.`;
  return new TenonError("usage", `name a command of ${status.name}. ${hint}`);
}

/** Milliseconds; undefined where the limits of `--host` hold. */
function deadlineOf({ deadline, host }: RunOptions): number | undefined {
  if (deadline === undefined) return host === undefined ? DEFAULT_DEADLINE : undefined;
  const ms = Number(deadline);
  if (Number.isInteger(ms) && ms >= 1) return ms;
  throw new TenonError("usage", "--deadline takes a whole number of milliseconds, 1 or more");
}

/** Writes a changed document back. Where that fails, the report says so in place of the answer. */
function written(report: RunReport, { write, document }: RunOptions): RunReport {
  if (report.document === undefined || write !== true || document === undefined) return report;
  try {
    replaceFile(document, report.document);
    return report;
  } catch (error) {
    const { code, message, data } = error as TenonError;
    return { ...report, outcome: { tag: "error", code, message, data } };
  }
}

function existingFolder(path: string): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder) return resolve(path);
  throw new TenonError("usage", `--folder: there is no folder ${path}`);
}

/** Undefined: nothing is shown. */
function logLevelOf(text: string): LogLevel | undefined {
  if (text === "none") return undefined;
  const level = logLevels.find((one) => one === text);
  if (level !== undefined) return level;
  throw new TenonError("usage", `--log-level takes one of ${logLevels.join(", ")}, none`);
}

function print(
  report: RunReport,
  out: Terminal,
  err: Terminal,
  { write, document, quiet }: RunOptions,
): void {
  for (const refusal of quiet === true ? [] : report.refusals) {
    const { capability, sentence, option } = refusal;
    const why = option === undefined ? `--deny says so` : `Grant it with ${option}`;
    const what = `  ${capability}, with which ${sentence}. ${why}`;
    err.line(err.style("yellow", "refused"), what);
  }
  if (report.outcome.tag === "error") {
    const { code, message } = report.outcome;
    if (code === undefined) err.lines(`fault of the host: ${message}`);
    else {
      err.failure(code, message);
      // What a command fails with is in its message.
      if (quiet !== true && code !== "command-failed") showCrash(report.outcome.data, err);
    }
  } else {
    const { value } = report.outcome;
    if (write === true || report.document === undefined) {
      if (typeof value === "string") out.lines(value);
      else out.raw(`${visibleJson(value, 2)}\n`);
    } else if (out.interactive) out.lines(report.document);
    else out.raw(report.document);
  }
  if (quiet === true) return;
  if (report.outcome.tag === "answer" && report.document !== undefined && write === true) {
    err.line(`wrote ${document}`);
  }
  const { startedMs, calls, hostCalls, ms, memoryBytes } = report.figures;
  if (calls === 0) return;
  const figures = [
    ...(startedMs > 0 ? [`started in ${milliseconds(startedMs)}`] : []),
    counted(calls, "call"),
    counted(hostCalls, "host call"),
    milliseconds(ms),
    `${bytes(memoryBytes)} of memory`,
  ];
  err.line(err.style("dim", figures.join(" · ")));
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function jsonOf(report: RunReport): unknown {
  const { outcome, document, refusals, figures } = report;
  const storage = report.storage.map(({ message }) => message);
  return outcome.tag === "answer"
    ? { ok: true, answer: outcome.value, document, refusals, storage, figures }
    : {
        ok: false,
        error: { code: outcome.code, message: outcome.message, data: outcome.data },
        // A document that was changed and could not be written.
        document,
        refusals,
        storage,
        figures,
      };
}
