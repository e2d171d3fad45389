import type { Isolation } from "../catalogues/isolations.ts";
import type { PackageSource } from "../plugin/package/package-source.ts";
import type { AuditTrail } from "../capability/audit.ts";
import type { Capability } from "../capability/capability.ts";
import type { Policy } from "../capability/policy.ts";
import type { TenonError } from "../errors.ts";
import type { Identity } from "../identity/identity.ts";
import type { KnownKeys } from "../identity/known-keys.ts";
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
import type { Language } from "../plugin/package/language.ts";
import type { GivenLimits } from "../plugin/limits/limits.ts";
import type { Budgets, HostUsage, PluginUsage } from "../plugin/installed/usage.ts";
import type { PluginStatus } from "../plugin/life/status.ts";
import type { HostListener, ListenOptions } from "../telemetry/events.ts";

/** What a host is made of: `platform` and `policy` are required. */
export interface HostOptions {
  /**
   * The outside world. The host owns it from now on and disposes of it when the host is disposed
   * of.
   */
  readonly platform: Platform;
  /** Decides what plugins are granted. */
  readonly policy: Policy;
  /** The application's own interfaces, beside the standard ones. Default: none. */
  readonly interfaces?: readonly InterfaceDefinition[];
  /**
   * Capabilities that manifests may ask for although no interface of this host needs them. Default:
   * none.
   */
  readonly capabilities?: readonly Capability<unknown, unknown>[];
  /** Where decisions are recorded. Default: nowhere. */
  readonly audit?: AuditTrail;
  /** `name/version` of the application, which plugins can read. Default: `tenon/0.1.0`. */
  readonly application?: string;
  /** A BCP 47 language tag. Default: `en`. */
  readonly locale?: string;
  /**
   * The person's settings for a plugin, by key. A key that is missing, or whose value does not fit
   * the setting's schema, has the manifest's default. Called each time that a plugin reads its
   * settings. Default: no settings.
   */
  readonly settings?: (plugin: string, identity: Identity) => Readonly<Record<string, unknown>>;
  /**
   * Where a plugin runs. `"thread"`: on a thread that it shares with others; its exports return
   * promises. `"process"`: in a process of its own, which a fault of the JavaScript engine does not
   * leave. `"caller"`: on the thread that calls it, where calls cost the least; a loop holds that
   * thread until its deadline. Anyone may write any name into a manifest: the second argument says
   * who did. Called once for each package, when it is read, or when it first starts where it comes
   * from a folder's index. A plugin that is to run in a process where there can be none is refused
   * with `isolation-unavailable`. `"thread"` means the caller's thread on a platform without threads,
   * and where the platform has an engine of the application's own. Default: `"thread"`.
   */
  readonly isolation?: (manifest: Manifest, identity: Identity) => Isolation;
  /**
   * In place of `isolation`, for an application that asks only whose plugin it is: `"own"` is
   * `"caller"`, and `"stranger"` is `"thread"`. Default: `isolation` says it.
   */
  readonly trust?: (manifest: Manifest, identity: Identity) => "own" | "stranger";
  /**
   * Which plugins that run at `"process"` share one: those for which it answers the same text, such as
   * `identityText(identity)` for one process for each publisher, or a tenant's name. What one of them
   * does to its process, it does to the others. Called before each start. A text of one's own choice
   * must not depend on the manifest alone: anyone may write any name there. Default: each plugin has
   * a process of its own.
   */
  readonly sharesProcess?: (manifest: Manifest, identity: Identity) => string;
  /** Names for publishers' keys, and which keys were revoked. Default: none is known. */
  readonly keys?: KnownKeys;
  /** Default: `defaultLimits`. */
  readonly limits?: GivenLimits;
  /**
   * Budgets for each plugin, and for all of them together. An event of the tag `budget` tells when
   * 80 % of one is used, and when all of it is. Default: none.
   */
  readonly budgets?: Budgets;
  /** The application's open documents. Default: the host makes an empty set. */
  readonly documents?: Documents;
  /**
   * Languages in which plugins may be installed as their source: `[javascript()]`, from
   * `tenon/javascript`. Default: none, plugins are components.
   */
  readonly languages?: readonly Language[];
}

/** Options of `Host.install`. */
export interface InstallOptions extends CallOptions {
  /** The manifest's text, where the plugin carries none. One that it carries must say the same. */
  readonly manifest?: string | Uint8Array;
  /**
   * `sha256:…`, the digest that the component must have. Checked before anything is parsed.
   * Default: not checked.
   */
  readonly digest?: string;
  /**
   * The package's signature, where the component carries none. Default: for a package that is read
   * from a path, what lies beside it as `NAME.wasm.sig`.
   */
  readonly signature?: Uint8Array;
  /**
   * The place that the package comes from, where the application vouches for all that lies there: a
   * folder of its own plugins, a build's output. The plugin is then known by this name of the place,
   * whatever its bytes are. Default: it is known by its signature, and without one by its digest.
   */
  readonly place?: string;
  /**
   * What the source of a plugin is called that is handed over as bytes, `shout.ts`: its ending says the
   * language, and traces of calls name it. Default: what its address or its File says.
   */
  readonly file?: string;
  /** What to do where the plugin is installed already. Default: the package is refused. */
  readonly replace?: Replace;
}

/** Options of `Host.installAll`. */
export interface InstallAllOptions extends CallOptions {
  /** See InstallOptions. It is said of every package of the folder. */
  readonly place?: string;
  /**
   * What to do where the plugin is installed already in another form. Default: the package is
   * refused.
   */
  readonly replace?: Replace;
}

/** Options of every call that may take a while. */
export interface CallOptions {
  /**
   * Aborts the call: it rejects with `call-aborted` (`command-cancelled` for a command), and its
   * result is dropped. A command or an event that the plugin has not been handed yet is not run.
   * One that is running has 100 ms to end; then its instance is ended, which does not count as a
   * crash. (A guest that loops on the caller's thread is stopped at its deadline: nothing can abort
   * it earlier.) Other work that the call has begun, such as the start of a plugin, goes on.
   * Default: none.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `Host.dispatch`. */
export interface DispatchOptions extends CallOptions {
  /**
   * Milliseconds that the event may take in each plugin, at most the host's `maxDeadlineMs`.
   * Default: what the plugin's manifest and the host's limits say.
   */
  readonly deadlineMs?: number;
}

/** Options of `Host.execute`. */
export interface ExecuteOptions extends CallOptions {
  /** The document that the command is run on. The plugin needs no grant for it. */
  readonly document?: OpenDocument;
  /**
   * Milliseconds that the call may take, at most the host's `maxDeadlineMs`. Default: what the
   * plugin's manifest and the host's limits say.
   */
  readonly deadlineMs?: number;
}

/** One call of a batch. */
export interface BatchCall extends ExecuteOptions {
  /** The command's ID, with its plugin's prefix: `word-count.count`. */
  readonly command: string;
  /** The command's input: a JSON value, as in `Host.execute`. Default: null. */
  readonly input?: unknown;
}

/** What became of one call of a batch, in the form of `Promise.allSettled`. */
export type BatchOutcome =
  | { readonly status: "fulfilled"; readonly value: unknown }
  | { readonly status: "rejected"; readonly reason: TenonError };

/** Options of `Host.stop`. */
export interface StopOptions extends CallOptions {
  /**
   * Ends the instance in the middle of its call, which rejects with `plugin-disabled`; the plugin is not
   * told to deactivate. One that is starting is ended once it has started. Default: false, the call under way and those before it are let end.
   */
  readonly now?: boolean;
}

/** Options of `Host.disable` and `Host.uninstall`. */
export interface DisableOptions extends CallOptions {
  /** Goes on where installed plugins need this one; they fail to start then. Default: false. */
  readonly cascade?: boolean;
}

/** What a plugin emitted for others, as `host.onEmitted` tells it. */
export interface Emitted {
  /** The plugin that emitted it, `scope/name`. */
  readonly plugin: string;
  /** The event's name, without the plugin's. */
  readonly name: string;
  /** The JSON value that came with it. */
  readonly payload: unknown;
}

/** Options of `Host.uninstall`. */
export interface UninstallOptions extends DisableOptions {
  /** Keeps what the plugin stored. Default: false, all of it is erased. */
  readonly keepData?: boolean;
}

/**
 * Runs plugins for one application. Every method but `plugins`, `answers`, `on` and `close` fails
 * with `host-closed` once the host is closed. `name` is always `scope/name`; where no such
 * plugin is installed, the method fails with `plugin-unknown`.
 */
export interface Host extends AsyncDisposable {
  /** The documents that plugins can open by URI. */
  readonly documents: Documents;
  /**
   * Reads a package and asks the policy for the capabilities that it needs. Of a package that is read
   * from an address, `NAME.wasm`, the manifest may lie beside it as `NAME.json`. Compiles nothing.
   * Rejects with `package-*`, `manifest-*`, `plugin-installed`, `plugin-downgrade`,
   * `command-duplicate`. Installing the same package once more changes nothing.
   *
   * Holds the thread for a few milliseconds at a time, whatever the bytes are. The bytes are copied
   * first; more than 2 MiB are copied in several steps and must not change until the last.
   */
  install(source: PackageSource, options?: InstallOptions): Promise<PluginStatus>;
  /**
   * Installs every package of a folder and its subfolders, as `install` does, with two differences
   * that make thousands of packages cheap.
   *
   * The platform's state keeps what was found in each package. Where the file has not been written
   * since, nothing of it is read until the plugin is first used, and then its bytes must be the
   * same as before.
   *
   * The policy is asked about a plugin when it first starts; until then the plugin is granted
   * nothing.
   *
   * Plugins from source, where the host has `languages`, are in no index, and are installed as
   * `install` does: a folder in it whose `package.json` has the key `tenon`, and files that begin
   * with a manifest.
   *
   * A package that can't be installed is in the report, and is tried again the next time. A plugin
   * that was uninstalled is installed again the next time, unless its file was deleted. Rejects
   * with `package-unreadable` where there is no such folder, or the platform has no folders.
   */
  installAll(folder: URL | string, options?: InstallAllOptions): Promise<FolderReport>;
  /**
   * Runs a command, after starting its plugin where it does not run. Returns a JSON value. Rejects
   * with `command-*`, `plugin-*`.
   *
   * Calls of one plugin run one after another (one at a time on each instance, where it has
   * `concurrency`). So a host function must not wait for a command of the plugin that called it: it
   * would wait until the deadline.
   */
  execute(command: string, input?: unknown, options?: ExecuteOptions): Promise<unknown>;
  /**
   * Runs several commands and returns the outcome of each, in their order. Rejects only with
   * `host-closed`. Calls of one plugin cross to its thread together, and so do their results. Each
   * has its own deadline and signal, and one that fails does not affect the others. (Calls of
   * `execute` in the same turn of the event loop cross together, too.)
   */
  batch(calls: readonly BatchCall[]): Promise<readonly BatchOutcome[]>;
  /**
   * Brings an event to every plugin that listens, after starting those that do not run. Rejects
   * only with `event-invalid`: the report tells the outcome for each plugin.
   */
  dispatch(
    event: DispatchedEvent | (string & {}),
    payload?: unknown,
    options?: DispatchOptions,
  ): Promise<DispatchReport>;
  /** The status of all installed plugins, in the order in which they were installed. */
  plugins(): readonly PluginStatus[];
  /** The status of one plugin, by `scope/name`. Throws `plugin-unknown`. */
  plugin(name: string): PluginStatus;
  /**
   * Compiles a plugin ahead of its first start, which is then quicker. Starts nothing. Rejects with
   * `component-*`.
   */
  prepare(name: string, options?: CallOptions): Promise<void>;
  /**
   * The plugin's exports, for an application's own world; starts the plugin. They return promises,
   * except for those of a plugin on the caller's thread (`isolation`) that imports nothing that may
   * wait: they return their result at once. The type argument is not checked.
   */
  exportsOf<Exports = Readonly<Record<string, unknown>>>(
    name: string,
    options?: CallOptions,
  ): Promise<Exports>;
  /**
   * Ends the instance after it has been told to deactivate, or with `now` at once; the next call or
   * event starts another.
   */
  stop(name: string, options?: StopOptions): Promise<void>;
  /**
   * Ends the instance. Until `enable`, across restarts, calls of the plugin fail and events pass it
   * over. Rejects with `plugin-needed`, which names them, where enabled plugins need it.
   */
  disable(name: string, options?: DisableOptions): Promise<void>;
  /** Undoes `disable`, and ends a quarantine. */
  enable(name: string, options?: CallOptions): Promise<void>;
  /**
   * Removes the plugin, its grants and (unless `keepData`) all that it stored; also where it ran in
   * an earlier session and is not installed in this one. Rejects with `plugin-needed`, which names
   * them, where installed plugins need it. With `cascade` these stay, and fail when they start.
   */
  uninstall(name: string, options?: UninstallOptions): Promise<void>;
  /**
   * Takes a capability back. From the next call of a host function on, the plugin is refused it.
   */
  revoke(name: string, capability: string, options?: CallOptions): Promise<void>;
  /**
   * Tells that something changed: answers that were kept for one of these events are dropped. The
   * standard interfaces keep answers for `workspace-changed`; an application's own name theirs.
   */
  announce(...events: readonly string[]): void;
  /** How often calls of host functions were served from kept answers so far. */
  answers(): AnswerStatistics;
  /** What all plugins, or one, have used so far. */
  usage(): HostUsage;
  usage(name: string): PluginUsage;
  /**
   * Tells the listener what plugins emit for others, in order, once the call that emitted it has ended.
   * What it throws is dropped. Returns a function that ends the listening.
   */
  onEmitted(listener: (event: Emitted) => void): () => void;
  /** Tells the listener what happens. Returns a function that ends the listening. */
  on(listener: HostListener, options?: ListenOptions): () => void;
  /**
   * Refuses new calls, gives those under way time to end, ends every instance, and disposes of the
   * platform. The end of `await using` does the same. Closing twice is closing once. Rejects with
   * `audit-unwritable` where the audit trail could not be written.
   */
  close(): Promise<void>;
}
