import { checkHostOptions, checkInstall, checkInstallAll } from "./checks.ts";
import {
  checkCallOptions,
  checkDuration,
  checkFunction,
  checkOptions,
  checkShape,
  checkText,
  wrongOption,
} from "../options.ts";
import { visibleText } from "../visible-text.ts";
import { TenonError } from "../errors.ts";
import type {
  BatchCall,
  BatchOutcome,
  CallOptions,
  DisableOptions,
  DispatchOptions,
  Emitted,
  ExecuteOptions,
  Host,
  HostOptions,
  InstallAllOptions,
  InstallOptions,
  StopOptions,
  UninstallOptions,
} from "./options.ts";
import type { Caller } from "../interfaces/define.ts";
import type { Documents } from "../interfaces/text/documents.ts";
import { handOver } from "../interfaces/text/text-document-handle.ts";
import { assertDispatchable, type DispatchedEvent } from "../plugin/calls/dispatched-event.ts";
import type { AnswerStatistics } from "../plugin/gate/answer-cache.ts";
import { abortable, assertWanted, cancelled, unlessAborted } from "../plugin/calls/abortable.ts";
import {
  commandCall,
  commandFailure,
  commandInput,
  unknownCommand,
} from "../plugin/life/command.ts";
import { directExports } from "../plugin/life/direct-exports.ts";
import {
  deliver,
  type DeliverOptions,
  eventPayload,
  type DispatchReport,
} from "../plugin/installed/dispatch.ts";
import type { EmittedEvent } from "../plugin/calls/event-queue.ts";
import type { FolderReport } from "../plugin/installed/folder-installer.ts";
import { ended } from "../plugin/calls/outcome.ts";
import { DOCUMENT_CHANGED } from "../plugin/manifest/document-filter.ts";
import { maxManifestSize } from "../plugin/manifest/manifest-json.ts";
import {
  readPackage,
  type ReadPackage,
  type ReadPackageOptions,
} from "../plugin/package/package.ts";
import {
  describe,
  notBeside,
  type PackageSource,
  readManifestBeside,
  readPackageFrom,
  readSignatureBeside,
} from "../plugin/package/package-source.ts";
import { deadlineMs } from "../plugin/limits/limits.ts";
import type { HostUsage, PluginUsage } from "../plugin/installed/usage.ts";
import type { Plugin } from "../plugin/life/plugin.ts";
import { statusOf, type PluginStatus } from "../plugin/life/status.ts";
import type { HostListener, ListenOptions } from "../telemetry/events.ts";
import { HostParts, MAX_PACKAGE } from "./parts.ts";

/**
 * Makes a host. Reads, compiles and starts nothing yet. Throws `usage` for options that make no
 * sense, `interface-duplicate`, `interface-name`, `grant-unknown` for a policy that names a
 * capability which this host does not have, and `grant-scope` for one that names a scope which is none.
 */
export function createHost(options: HostOptions): Host {
  checkHostOptions(options);
  return new TenonHost(options);
}

function checkName(name: unknown): void {
  checkText("a plugin's name", name);
}

function unnamed(): TenonError {
  return new TenonError("usage", "A command is a text, as `host.plugins()` lists them.");
}

class TenonHost implements Host {
  readonly #parts: HostParts;
  readonly #options: HostOptions;
  readonly #emitted: Set<(event: Emitted) => void> = new Set();
  #closing: Promise<void> | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#parts = new HostParts(options, {
      assertOpen: () => this.#assertOpen(),
      deliver: (event) => this.#deliverEmitted(event),
    });
  }

  get documents(): Documents {
    return this.#parts.documents;
  }

  async install(source: PackageSource, given: InstallOptions = {}): Promise<PluginStatus> {
    this.#assertOpen();
    checkInstall(given);
    const { signal, ...options } = given;
    return abortable(signal, "install", async () => {
      try {
        return await this.#install(source, options);
      } catch (error) {
        this.#parts.noteRefused(error, describe(source));
        throw error;
      }
    });
  }

  async #install(
    source: PackageSource,
    { replace, ...options }: InstallOptions,
  ): Promise<PluginStatus> {
    const { platform } = this.#options;
    const { languages } = this.#parts.reading;
    const found = await readPackageFrom(source, languages ?? [], platform, MAX_PACKAGE);
    const { signature = await readSignatureBeside(source, platform) } = options;
    const { manifest = found.manifest, file = found.file } = options;
    const said = { ...options, signature, file, ...(manifest === undefined ? {} : { manifest }) };
    const reading = { ...said, ...this.#parts.reading, maxSize: MAX_PACKAGE };
    const read = await this.#read(found.bytes, source, reading);
    this.#assertOpen();
    return this.#status(await this.#parts.installer.install(read, replace));
  }

  /** With the manifest beside the component, where it carries none and was not handed one. */
  async #read(
    bytes: Uint8Array,
    source: PackageSource,
    options: ReadPackageOptions,
  ): Promise<ReadPackage> {
    try {
      return await readPackage(bytes, options);
    } catch (error) {
      if (!(error instanceof TenonError) || options.manifest !== undefined) throw error;
      // A signature is for the manifest, too, and is looked at first.
      const isSigned = error.code === "signature-wrong";
      if (!isSigned && error.code !== "manifest-missing") throw error;
      const manifest = await readManifestBeside(source, this.#options.platform, maxManifestSize);
      if (manifest === undefined) throw isSigned ? error : notBeside(source, error);
      return readPackage(bytes, { ...options, manifest });
    }
  }

  async installAll(folder: URL | string, options: InstallAllOptions = {}): Promise<FolderReport> {
    this.#assertOpen();
    checkInstallAll(folder, options);
    const { signal, replace, place } = options;
    const how = { replace, place };
    return abortable(signal, "install", () => this.#parts.folders.install(folder, how));
  }

  async execute(command: string, input?: unknown, options: ExecuteOptions = {}): Promise<unknown> {
    this.#assertOpen();
    checkCallOptions("execute", options, { document: true, signal: true, deadlineMs: true });
    const { document, signal, deadlineMs: own } = options;
    if (typeof command !== "string") throw unnamed();
    if (document !== undefined) checkShape("document", document, ["state"], "an open document");
    const plugin = this.#parts.registry.byCommand(command);
    const contribution = plugin?.manifest.commands.find(({ id }) => id === command);
    if (plugin === undefined || contribution === undefined) {
      throw unknownCommand(command, undefined, this.#parts.registry.commands());
    }
    const { name } = plugin.manifest;
    const text = commandInput(name, contribution, input);
    assertWanted(signal, name, command);
    const answer = plugin.call({
      event: `command:${command}`,
      bytes: text.length,
      ready: (instance) => {
        assertWanted(signal, name, command);
        // An update may have removed the command while the call waited.
        if (this.#parts.registry.byCommand(command) !== plugin) throw unknownCommand(command, name);
        const call = {
          id: command,
          input: text,
          document: () =>
            document && handOver(document, instance.caller, this.#parts.texts.of(instance.caller)),
        };
        const deadline = deadlineMs(this.#parts.limits, plugin.granted.commandMs, own);
        return commandCall(instance, name, call, { deadlineMs: deadline, signal });
      },
    });
    try {
      return await (signal === undefined
        ? answer
        : unlessAborted(answer, signal, () => cancelled(name, command, signal)));
    } catch (error) {
      throw commandFailure(name, command, error);
    }
  }

  async batch(calls: readonly BatchCall[]): Promise<readonly BatchOutcome[]> {
    this.#assertOpen();
    if (!Array.isArray(calls)) throw wrongOption("what batch is given", "an array", calls);
    for (const call of calls as readonly unknown[]) {
      checkOptions("each call of batch", call);
    }
    return Promise.all(
      calls.map(({ command, input, ...options }) =>
        this.execute(command, input, options).then(
          (value): BatchOutcome => ({ status: "fulfilled", value }),
          (reason: TenonError): BatchOutcome => ({ status: "rejected", reason }),
        ),
      ),
    );
  }

  async dispatch(
    event: string,
    payload?: unknown,
    options: DispatchOptions = {},
  ): Promise<DispatchReport> {
    this.#assertOpen();
    checkText("an event", event);
    checkCallOptions("dispatch", options, { signal: true, deadlineMs: true });
    const { signal, deadlineMs: ownMs } = options;
    assertDispatchable(event);
    if (event === DOCUMENT_CHANGED) {
      const message = "The host itself tells plugins that documents changed; edit the document.";
      throw new TenonError("event-invalid", message, { operation: "dispatch", data: { event } });
    }
    if (ownMs !== undefined) checkDuration("deadlineMs", ownMs, 1);
    const text = eventPayload(event, payload);
    return await abortable(signal, "dispatch", () => this.#deliver(event, text, { ownMs, signal }));
  }

  plugins(): readonly PluginStatus[] {
    return Array.from(this.#parts.registry.all(), ([name]) =>
      this.#status(this.#parts.registry.look(name)!),
    );
  }

  plugin(name: string): PluginStatus {
    checkName(name);
    return this.#status(this.#found(name, this.#parts.registry.look(name)));
  }

  async prepare(name: string, options: CallOptions = {}): Promise<void> {
    const plugin = this.#get(name);
    checkCallOptions("prepare", options, { signal: true });
    const { signal } = options;
    await abortable(signal, "prepare", () => plugin.prepare());
  }

  async exportsOf<Exports>(name: string, options: CallOptions = {}): Promise<Exports> {
    const plugin = this.#get(name);
    checkCallOptions("exportsOf", options, { signal: true });
    const { signal } = options;
    return (await abortable(signal, "exports", () => directExports(plugin))) as Exports;
  }

  async stop(name: string, options: StopOptions = {}): Promise<void> {
    const plugin = this.#get(name);
    checkCallOptions("stop", options, { signal: true, now: "switch" });
    const { signal, now = false } = options;
    await abortable(signal, "stop", () =>
      now ? plugin.stopNow("stopped") : plugin.stop("stopped"),
    );
  }

  async disable(name: string, options: DisableOptions = {}): Promise<void> {
    const plugin = this.#get(name);
    checkCallOptions("disable", options, { signal: true, cascade: "switch" });
    const { signal, cascade } = options;
    if (cascade !== true) this.#parts.assertNotNeeded(name, "disable");
    await abortable(signal, "disable", () => plugin.disable());
  }

  async enable(name: string, options: CallOptions = {}): Promise<void> {
    const plugin = this.#get(name);
    checkCallOptions("enable", options, { signal: true });
    const { signal } = options;
    await abortable(signal, "enable", () => plugin.enable());
  }

  async uninstall(name: string, given: UninstallOptions = {}): Promise<void> {
    checkName(name);
    this.#assertOpen();
    checkCallOptions("uninstall", given, { signal: true, cascade: "switch", keepData: "switch" });
    const { signal, cascade, ...options } = given;
    const { installer, registry } = this.#parts;
    const plugin = registry.get(name);
    if (plugin !== undefined && cascade !== true) this.#parts.assertNotNeeded(name, "uninstall");
    await abortable(signal, "uninstall", async () => {
      if (plugin !== undefined) await installer.uninstall(plugin, options);
      else if (!(await installer.discard(name, options))) this.#found(name, undefined);
    });
  }

  async revoke(name: string, capability: string, options: CallOptions = {}): Promise<void> {
    this.#get(name);
    checkCallOptions("revoke", options, { signal: true });
    const { signal } = options;
    const known = Array.from(this.#parts.reading.capabilities ?? [], (one) => one.name);
    if (!known.includes(capability)) {
      throw wrongOption("a capability", `one of ${known.join(", ")}`, capability);
    }
    await abortable(signal, "revoke", () => this.#parts.authority.revoke(name, capability));
  }

  announce(...events: readonly string[]): void {
    this.#assertOpen();
    for (const event of events) checkText("an event", event);
    this.#parts.answers.announce(events);
  }

  answers(): AnswerStatistics {
    return this.#parts.answers.statistics();
  }

  usage(): HostUsage;
  usage(name: string): PluginUsage;
  usage(name?: string): HostUsage | PluginUsage {
    return name === undefined ? this.#parts.usage.all() : this.#parts.usage.of(this.#get(name));
  }

  onEmitted(listener: (event: Emitted) => void): () => void {
    checkFunction("a listener", listener);
    // One that is given twice is told twice.
    const own = (event: Emitted): void => listener(event);
    this.#emitted.add(own);
    return () => void this.#emitted.delete(own);
  }

  on(listener: HostListener, options?: ListenOptions): () => void {
    checkFunction("a listener", listener);
    if (options !== undefined) checkCallOptions("on", options, { hostCalls: true });
    return this.#parts.telemetry.on(listener, options);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#parts[Symbol.asyncDispose]());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #status(plugin: Plugin): PluginStatus {
    return statusOf(plugin, this.#parts.authority);
  }

  #get(name: string): Plugin {
    checkName(name);
    return this.#found(name, this.#parts.registry.get(name));
  }

  #found(name: string, plugin: Plugin | undefined): Plugin {
    this.#assertOpen();
    if (plugin !== undefined) return plugin;
    throw new TenonError("plugin-unknown", `No plugin is called "${visibleText(name)}".`, {
      plugin: name,
    });
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw ended("closed", "", "");
  }

  async #deliver(
    event: DispatchedEvent,
    payload: string,
    {
      depth = 0,
      ...how
    }: { readonly depth?: number } & Pick<DeliverOptions, "ownMs" | "signal"> = {},
  ): Promise<DispatchReport> {
    const outcomes = this.#parts.registry.byEvent(event).map((plugin) => {
      const begin = (caller: Caller): void => this.#parts.events.handling(caller, depth);
      return deliver(plugin, event, payload, this.#parts.limits, { begin, ...how });
    });
    return { event, plugins: await Promise.all(outcomes) };
  }

  async #deliverEmitted({ from, event, payload, depth }: EmittedEvent): Promise<void> {
    if (this.#closing !== undefined) return;
    const name = event.slice(`event:${from}:`.length);
    for (const listener of this.#emitted) {
      try {
        listener({ plugin: from, name, payload: JSON.parse(payload) as unknown });
      } catch {
        // No plugin is affected by what the application's listener does.
      }
    }
    await this.#deliver(event, payload, { depth });
  }
}
