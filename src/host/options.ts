import type { AuditTrail } from "../capability/audit.ts";
import type { Capability } from "../capability/capability.ts";
import type { Policy } from "../capability/policy.ts";
import type { TenonError } from "../errors.ts";
import type { InterfaceDefinition } from "../interfaces/define.ts";
import type { Documents } from "../interfaces/text/documents.ts";
import type { OpenDocument } from "../interfaces/text/open-document.ts";
import type { Platform } from "../platform/platform.ts";
import type { DispatchedEvent } from "../plugin/calls/dispatched-event.ts";
import type { DispatchReport } from "../plugin/installed/dispatch.ts";
import type { AnswerStatistics } from "../plugin/gate/answer-cache.ts";
import type { FolderReport } from "../plugin/installed/folder-installer.ts";
import type { Replace } from "../plugin/installed/installer.ts";
import type { Manifest } from "../plugin/manifest/manifest.ts";
import type { GivenLimits } from "../plugin/limits/limits.ts";
import type { Budgets, HostUsage, PluginUsage } from "../plugin/installed/usage.ts";
import type { PluginStatus } from "../plugin/life/status.ts";
import type { HostListener, ListenOptions } from "../telemetry/events.ts";

export type Trust = "own" | "stranger";

export interface HostOptions {
  /** The outside world. The host's from now on: it is disposed of with the host. */
  readonly platform: Platform;
  /** Who decides what plugins get. */
  readonly policy: Policy;
  /** Interfaces of the application's own, beside the standard ones. Default: none. */
  readonly interfaces?: readonly InterfaceDefinition[];
  /** Capabilities that manifests may ask for and no interface here has. Default: none. */
  readonly capabilities?: readonly Capability<unknown, unknown>[];
  /** Default: none is kept. */
  readonly audit?: AuditTrail;
  /** `name/version` of the application, as plugins are told. Default: `tenon/0.1.0`. */
  readonly application?: string;
  /** A BCP 47 language tag. Default: `en`. */
  readonly locale?: string;
  /**
   * What the person set, by plugin and key; the manifest's defaults stand for the rest. What does
   * not fit a setting's schema counts for nothing. Asked for anew each time. Default: nothing.
   */
  readonly settings?: (plugin: string) => Readonly<Record<string, unknown>>;
  /**
   * Whose plugin it is. A stranger's runs on another thread, where the platform has threads, and its
   * exports answer with promises; one of the application's own runs on the caller's, where calls cost
   * the least. A call that takes too long is stopped on either. Default: a stranger's.
   */
  readonly trust?: (manifest: Manifest) => Trust;
  /** Default: `defaultLimits`. */
  readonly limits?: GivenLimits;
  /**
   * Budgets of each plugin, and of all of them together: where 80 % of one is used, and where all of
   * it is, an event of the tag `budget` says so. Default: none.
   */
  readonly budgets?: Budgets;
  /** The application's open documents. Default: a set of the host's own. */
  readonly documents?: Documents;
}

export interface InstallOptions extends CallOptions {
  /** The manifest's text, where the component carries none. */
  readonly manifest?: string | Uint8Array;
  /** `sha256:…` of the component, checked before anything is parsed. */
  readonly digest?: string;
  /** Default: a plugin that is there already is refused. */
  readonly replace?: Replace;
}

export interface InstallAllOptions extends CallOptions {
  /** Default: a plugin that is there already in another form is refused. */
  readonly replace?: Replace;
}

/** Of every call that may take a while. */
export interface CallOptions {
  /**
   * Aborted: the call rejects with `call-aborted` (`command-cancelled` where it is a command's), and its
   * answer is dropped. A command's or an event's call into a plugin that was not handed to it by then is
   * not made; one that is under way has 100 ms to end, then its instance is ended, which is no crash of
   * the plugin's. (A guest on the caller's thread that loops is stopped at its deadline: nobody can abort it
   * before.) Everything else that was begun goes on, starts of plugins among it. Default: none.
   */
  readonly signal?: AbortSignal | undefined;
}

export interface DispatchOptions extends CallOptions {
  /** Milliseconds that each plugin may take, at most the host's `maxDeadlineMs`. Default: the plugin's. */
  readonly deadlineMs?: number;
}

export interface ExecuteOptions extends CallOptions {
  /** What the command is run on. The plugin needs no grant for it. */
  readonly document?: OpenDocument;
  /** Milliseconds that the call may take, at most the host's `maxDeadlineMs`. Default: the plugin's. */
  readonly deadlineMs?: number;
}

/** One call of a batch. */
export interface BatchCall extends ExecuteOptions {
  readonly command: string;
  readonly input?: unknown;
}

/** What became of one call of a batch, in the form of `Promise.allSettled`. */
export type BatchOutcome =
  | { readonly status: "fulfilled"; readonly value: unknown }
  | { readonly status: "rejected"; readonly reason: TenonError };

export interface UninstallOptions extends CallOptions {
  /** Default: all that it stored is erased. */
  readonly keepData?: boolean;
}

/**
 * Runs plugins for one application. Every method but `plugins`, `answers`, `on` and disposal fails with
 * `host-closed` once the host is disposed of; `name` is `scope/name`, and one that is not installed
 * is `plugin-unknown`.
 */
export interface Host extends AsyncDisposable {
  /** The documents that plugins are given by URI. */
  readonly documents: Documents;
  /**
   * Reads a package (a path or URL, or its bytes), asks the policy for what it needs, and compiles
   * nothing. Rejects with `package-*`, `manifest-*`, `plugin-installed`, `plugin-downgrade`,
   * `command-duplicate`. The same package once more changes nothing.
   *
   * Whatever the bytes are, the thread is held for some milliseconds at a time. They are copied first; those
   * of more than 2 MiB must not change until then.
   */
  install(source: URL | string | Uint8Array, options?: InstallOptions): Promise<PluginStatus>;
  /**
   * Installs every package of a folder, and of the folders in it, as `install` does, with two differences
   * that let thousands be there at no cost. What was found in a package is kept in the platform's state:
   * where the file has not been written since, nothing of it is read until the plugin is first used, and
   * then its bytes must be those that were seen. And the policy is asked about a plugin when it first
   * starts; until then it is granted nothing. Packages that can't be installed are in the report and
   * tried again the next time. A plugin that is uninstalled is there again the next time: delete its file.
   * Rejects with `package-unreadable` where there is no such folder, or the platform has none.
   */
  installAll(folder: URL | string, options?: InstallAllOptions): Promise<FolderReport>;
  /**
   * Runs a command; starts its plugin where it does not run. Answers a JSON value. Rejects with
   * `command-*`, `plugin-*`. Calls of one plugin run one after another (where it has `concurrency`, on
   * each of its instances): a host function that waits for a command of the plugin that called it waits
   * until the deadline.
   */
  execute(command: string, input?: unknown, options?: ExecuteOptions): Promise<unknown>;
  /**
   * Runs several commands, and answers what became of each, in their order: never rejects but with
   * `host-closed`. Those of one plugin are handed to its thread, and come back, together;
   * each has its own deadline and signal, and one that fails takes none of the others with it. (Calls
   * made one by one in the same turn of the event loop cross together, too.)
   */
  batch(calls: readonly BatchCall[]): Promise<readonly BatchOutcome[]>;
  /**
   * Brings an event to every plugin that listens; starts those that do not run. Rejects only with
   * `event-invalid`: what becomes of it in each plugin is in the report.
   */
  dispatch(
    event: DispatchedEvent | (string & {}),
    payload?: unknown,
    options?: DispatchOptions,
  ): Promise<DispatchReport>;
  plugins(): readonly PluginStatus[];
  plugin(name: string): PluginStatus;
  /**
   * Compiles a plugin ahead of its first start, which is the quicker for it. Starts nothing.
   * Rejects with `component-*`.
   */
  prepare(name: string, options?: CallOptions): Promise<void>;
  /**
   * The plugin's exports, for a world of the application's own; starts the plugin. They answer with
   * promises, but those of a plugin of the application's own (`trust`) that imports nothing that may
   * wait: they answer at once. The caller names the type.
   */
  exportsOf<Exports = Readonly<Record<string, unknown>>>(
    name: string,
    options?: CallOptions,
  ): Promise<Exports>;
  /** Ends the instance in good order; the next event starts another. */
  stop(name: string, options?: CallOptions): Promise<void>;
  /** Ends the instance; calls and events fail or pass it over until `enable`, across restarts. */
  disable(name: string, options?: CallOptions): Promise<void>;
  /** Lifts `disable` and a quarantine. */
  enable(name: string, options?: CallOptions): Promise<void>;
  /** Takes the plugin out, with its grants and (unless `keepData`) all that it stored. */
  uninstall(name: string, options?: UninstallOptions): Promise<void>;
  /** Takes a capability back; the plugin's very next call sees it. */
  revoke(name: string, capability: string, options?: CallOptions): Promise<void>;
  /**
   * Tells that something changed: answers of host functions that named one of these events are not
   * served any more. `workspace-changed` is the one that the interfaces that ship know.
   */
  announce(...events: readonly string[]): void;
  /** How host functions whose answers may be kept were answered so far. */
  answers(): AnswerStatistics;
  /** What a plugin has used so far, or all of them. */
  usage(): HostUsage;
  usage(name: string): PluginUsage;
  /** Listens to what happens. Answers a function that ends the listening. */
  on(listener: HostListener, options?: ListenOptions): () => void;
}
