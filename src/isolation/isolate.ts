import type { AuditEntry } from "../capability/audit.ts";
import type { StaticRules } from "../capability/static-policy.ts";
import type { HostEvent } from "../telemetry/events.ts";
import type { PluginNumbers } from "../telemetry/meter.ts";

/// Where a guest runs: on the thread of whoever calls, which an endless loop would stop for good,
/// or in a worker, which is ended whatever the guest does.
export interface Isolate extends AsyncDisposable {
  readonly name: "caller" | "worker";
  /// Runs one command of one plugin in a host of its own. Rejects with what `Host.install` and
  /// `Host.execute` reject with; with `plugin-deadline` once the job's time is up (a caller's thread
  /// can only keep it while the guest waits); with `plugin-crashed` where the worker ran out of
  /// memory; with `isolate-failed` where it died otherwise; with `command-cancelled` when the signal
  /// is aborted.
  run(job: IsolatedJob, options?: IsolatedOptions): Promise<IsolatedAnswer>;
}

/// Plain data: it crosses to another thread as it is.
export interface IsolatedJob {
  /// The component's bytes; its manifest where it carries none.
  readonly bytes: Uint8Array;
  readonly manifest?: string;
  readonly digest?: string;
  readonly command: string;
  /// A JSON value. Default: null.
  readonly input?: unknown;
  /// What the command is run on; see `IsolatedAnswer.text`.
  readonly document?: IsolatedDocument;
  /// What the plugin gets. Default: nothing.
  readonly grants?: StaticRules;
  /// Settings of the plugin. Default: what its manifest says.
  readonly settings?: Readonly<Record<string, unknown>>;
  /// Milliseconds for starting the plugin and for the command together; compiling is not counted.
  /// Default: 10,000.
  readonly deadlineMs?: number;
  readonly application?: string;
  readonly locale?: string;
}

export interface IsolatedDocument {
  readonly uri: string;
  readonly text: string;
  readonly language?: string;
}

export interface IsolatedOptions {
  readonly signal?: AbortSignal;
  /// Hears what the job's host tells, as it happens, log records among it.
  readonly on?: (event: HostEvent) => void;
  /// Gets what the job's host writes to its audit trail, as it happens.
  readonly audit?: (entry: AuditEntry) => void;
}

export interface IsolatedAnswer {
  readonly value: unknown;
  /// The document's text when the command had ended; undefined where there is none.
  readonly text: string | undefined;
  readonly numbers: PluginNumbers & { readonly memoryBytes: number };
}

export const defaultJobDeadlineMs = 10_000;

/// What happens while a job runs, from wherever it runs.
export interface JobReports {
  readonly event: (event: HostEvent) => void;
  readonly audit: (entry: AuditEntry) => void;
  /// Everything is compiled: the job's time starts.
  readonly ready: () => void;
}

/// Carries a job out on the thread that calls it.
export type RunJob = (job: IsolatedJob, reports: JobReports) => Promise<IsolatedAnswer>;

/// For guests that are trusted not to loop, and to compare.
export function callerIsolate(runJob: RunJob): Isolate {
  const ignore = (): void => undefined;
  return {
    name: "caller",
    async run(job, { signal, on = ignore, audit = ignore } = {}) {
      signal?.throwIfAborted();
      return await runJob(job, { event: on, audit, ready: ignore });
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
