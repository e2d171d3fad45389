import { noAudit, type AuditDecision } from "./capability/audit.ts";
import type { Authority } from "./capability/authority.ts";
import { createAuthority } from "./capability/create-authority.ts";
import { harmlessText } from "./capability/untrusted-text.ts";
import { TenonError } from "./errors.ts";
import { offeredCapabilities, offeredInterfaces } from "./host-interfaces.ts";
import type {
  BatchCall,
  BatchOutcome,
  CallOptions,
  DispatchOptions,
  ExecuteOptions,
  Host,
  HostOptions,
  InstallAllOptions,
  InstallOptions,
  Trust,
  UninstallOptions,
} from "./host-options.ts";
import { Isolates } from "./isolation/isolates.ts";
import type { Caller } from "./interfaces/define.ts";
import { createDocuments, type Documents } from "./interfaces/documents.ts";
import { PluginCaches } from "./interfaces/plugin-caches.ts";
import { handOver } from "./interfaces/text-document-handle.ts";
import { assertDispatchable, type DispatchedEvent } from "./plugin/activation.ts";
import { AnswerCache, type AnswerStatistics } from "./plugin/answer-cache.ts";
import { abortable, assertWanted, cancelled, unlessAborted } from "./plugin/call-off.ts";
import { commandCall, commandFailure, commandInput, unknownCommand } from "./plugin/command.ts";
import { startOrder } from "./plugin/dependencies.ts";
import { directExports } from "./plugin/direct-exports.ts";
import {
  deliver,
  type DeliverOptions,
  eventPayload,
  type DispatchReport,
} from "./plugin/dispatch.ts";
import { EventQueue, type EmittedEvent } from "./plugin/event-queue.ts";
import { FolderInstaller, type FolderReport } from "./plugin/folder-installer.ts";
import { Installer } from "./plugin/installer.ts";
import type { Manifest } from "./plugin/manifest.ts";
import { ended } from "./plugin/outcome.ts";
import { readPackage, type ReadPackageOptions } from "./plugin/package.ts";
import { deadlineMs, type Limits, limitsOf } from "./plugin/limits.ts";
import { Residents } from "./plugin/residents.ts";
import { Usage, type HostUsage, type PluginUsage } from "./plugin/usage.ts";
import { type PluginRecords, storedRecords } from "./plugin/plugin-records.ts";
import type { Plugin } from "./plugin/plugin.ts";
import type { PluginPowers } from "./plugin/plugin-powers.ts";
import { Registry } from "./plugin/registry.ts";
import { statusOf, type PluginStatus } from "./plugin/status.ts";
import { Telemetry, type HostListener, type ListenOptions } from "./telemetry/events.ts";

const MAX_PACKAGE = 64 * 1024 * 1024;

/// Makes a host. Throws `interface-duplicate`, `interface-name`, and `grant-unknown` for a policy
/// that names what this host does not have. Nothing is read, compiled or started yet.
export function createHost(options: HostOptions): Host {
  return new TenonHost(options);
}

class TenonHost implements Host {
  readonly documents: Documents;
  readonly #options: HostOptions;
  readonly #limits: Limits;
  readonly #telemetry: Telemetry = new Telemetry();
  readonly #registry: Registry<Plugin> = new Registry();
  readonly #authority: Authority;
  readonly #events: EventQueue;
  readonly #caches: PluginCaches;
  readonly #answers: AnswerCache;
  readonly #installer: Installer;
  readonly #folders: FolderInstaller;
  readonly #reading: Pick<ReadPackageOptions, "offers" | "capabilities" | "sha256" | "derived">;
  readonly #isolates: Isolates;
  readonly #residents: Residents;
  readonly #usage: Usage;
  #closing: Promise<void> | undefined;

  constructor(options: HostOptions) {
    const { platform, policy, audit = noAudit } = options;
    const { clock, timers, keyValue } = platform;
    this.#options = options;
    this.#isolates = new Isolates(platform);
    this.#limits = limitsOf(options.limits);
    this.#residents = new Residents(this.#limits);
    this.#usage = new Usage(this.#registry, this.#residents, this.#telemetry, options.budgets);
    this.documents = options.documents ?? createDocuments();
    this.#events = new EventQueue(timers, (event) => this.#deliverEmitted(event));
    this.#caches = new PluginCaches({ clock, store: platform.cacheStore });
    this.#answers = new AnswerCache(this.#limits.answers, clock);
    const offers = offeredInterfaces({
      options,
      documents: this.documents,
      telemetry: this.#telemetry,
      bus: this.#events,
      caches: this.#caches,
      authority: () => this.#authority,
      manifest: (plugin) => this.#registry.get(plugin)?.manifest,
    });
    const capabilities = offeredCapabilities(offers, options);
    const { derived } = platform;
    const sha256 = (bytes: Uint8Array): Promise<Uint8Array> => platform.sha256(bytes);
    this.#reading = { offers, capabilities, sha256, derived };
    this.#authority = createAuthority({ capabilities, policy, audit, clock });
    [this.#installer, this.#folders] = this.#makeInstallers(storedRecords(keyValue));
  }

  async install(
    source: URL | string | Uint8Array,
    { signal, ...options }: InstallOptions = {},
  ): Promise<PluginStatus> {
    this.#assertOpen();
    return abortable(signal, "install", () => this.#install(source, options));
  }

  async #install(
    source: URL | string | Uint8Array,
    { replace, ...options }: InstallOptions,
  ): Promise<PluginStatus> {
    const bytes =
      source instanceof Uint8Array
        ? Uint8Array.from(source)
        : await this.#options.platform.read(source, MAX_PACKAGE);
    const read = await readPackage(bytes, { ...options, ...this.#reading, maxSize: MAX_PACKAGE });
    this.#assertOpen();
    return this.#status(await this.#installer.install(read, replace));
  }

  async installAll(
    folder: URL | string,
    { replace, signal }: InstallAllOptions = {},
  ): Promise<FolderReport> {
    this.#assertOpen();
    return abortable(signal, "install", () => this.#folders.install(folder, replace));
  }

  async execute(
    command: string,
    input?: unknown,
    { document, signal, deadlineMs: own }: ExecuteOptions = {},
  ): Promise<unknown> {
    this.#assertOpen();
    const plugin = this.#registry.byCommand(command);
    const contribution = plugin?.manifest.commands.find(({ id }) => id === command);
    if (plugin === undefined || contribution === undefined) throw unknownCommand(command);
    const { name } = plugin.manifest;
    const text = commandInput(name, contribution, input);
    assertWanted(signal, name, command);
    const answer = plugin.call({
      event: `command:${command}`,
      ready: (instance) => {
        assertWanted(signal, name, command);
        // An update may have taken it away while the call waited.
        if (this.#registry.byCommand(command) !== plugin) throw unknownCommand(command, name);
        const call = {
          id: command,
          input: text,
          document: () => document && handOver(document, name),
        };
        const deadline = deadlineMs(this.#limits, plugin.granted.commandMs, own);
        return commandCall(instance, name, call, { deadlineMs: deadline, signal });
      },
    });
    try {
      return await (signal === undefined
        ? answer
        : unlessAborted(answer, signal, () => cancelled(name, command)));
    } catch (error) {
      throw commandFailure(name, command, error);
    }
  }

  async batch(calls: readonly BatchCall[]): Promise<readonly BatchOutcome[]> {
    this.#assertOpen();
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
    { signal, deadlineMs: ownMs }: DispatchOptions = {},
  ): Promise<DispatchReport> {
    this.#assertOpen();
    assertDispatchable(event);
    const text = eventPayload(event, payload);
    return await abortable(signal, "dispatch", () => this.#deliver(event, text, { ownMs, signal }));
  }

  plugins(): readonly PluginStatus[] {
    return Array.from(this.#registry.all(), ([name]) => this.#status(this.#registry.look(name)!));
  }

  plugin(name: string): PluginStatus {
    return this.#status(this.#found(name, this.#registry.look(name)));
  }

  async prepare(name: string, { signal }: CallOptions = {}): Promise<void> {
    const plugin = this.#get(name);
    await abortable(signal, "prepare", () => plugin.prepare());
  }

  async exportsOf<Exports>(name: string, { signal }: CallOptions = {}): Promise<Exports> {
    const plugin = this.#get(name);
    return (await abortable(signal, "exports", () => directExports(plugin))) as Exports;
  }

  async stop(name: string, { signal }: CallOptions = {}): Promise<void> {
    const plugin = this.#get(name);
    await abortable(signal, "stop", () => plugin.stop("stopped"));
  }

  async disable(name: string, { signal }: CallOptions = {}): Promise<void> {
    const plugin = this.#get(name);
    await abortable(signal, "disable", () => plugin.disable());
    this.#telemetry.emit({ tag: "disabled", plugin: name });
  }

  async enable(name: string, { signal }: CallOptions = {}): Promise<void> {
    const plugin = this.#get(name);
    await abortable(signal, "enable", () => plugin.enable());
    this.#telemetry.emit({ tag: "enabled", plugin: name });
  }

  async uninstall(name: string, { signal, ...options }: UninstallOptions = {}): Promise<void> {
    const plugin = this.#get(name);
    await abortable(signal, "uninstall", () => this.#installer.uninstall(plugin, options));
  }

  async revoke(name: string, capability: string, { signal }: CallOptions = {}): Promise<void> {
    this.#get(name);
    await abortable(signal, "revoke", () => this.#authority.revoke(name, capability));
  }

  announce(...events: readonly string[]): void {
    this.#assertOpen();
    this.#answers.announce(events);
  }

  answers(): AnswerStatistics {
    return this.#answers.statistics();
  }

  usage(): HostUsage;
  usage(name: string): PluginUsage;
  usage(name?: string): HostUsage | PluginUsage {
    return name === undefined ? this.#usage.all() : this.#usage.of(this.#get(name));
  }

  on(listener: HostListener, options?: ListenOptions): () => void {
    return this.#telemetry.on(listener, options);
  }

  /// Bars new calls, gives those under way their grace, ends every instance, and disposes of the
  /// platform. Rejects with `audit-unwritable` where the audit trail could not be kept.
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    this.#events[Symbol.dispose]();
    const { audit = noAudit, platform } = this.#options;
    const ends = Array.from(this.#registry.all(), ([, plugin]) => plugin?.remove("closed"));
    await Promise.all(ends);
    try {
      await audit.flush();
    } finally {
      await this.#caches.close();
      await this.#isolates[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
    }
  }

  #makeInstallers(records: PluginRecords): readonly [Installer, FolderInstaller] {
    const { platform, application = "tenon/0.1.0", locale = "en" } = this.#options;
    const { trust = (): Trust => "stranger" } = this.#options;
    const { clock, timers, keyValue } = platform;
    const note = (plugin: string, operation: string, decision: AuditDecision, reason: string) =>
      this.#note(plugin, operation, decision, reason);
    const shared = {
      authority: this.#authority,
      telemetry: this.#telemetry,
      records,
      note,
    };
    const plugins: PluginPowers = {
      ...shared,
      engine: (manifest) => Promise.resolve(this.#isolates.engine(trust(manifest))),
      clock,
      timers,
      limits: this.#limits,
      residents: this.#residents,
      random: () => fractionOf(platform.entropy.bytes(4)),
      answers: this.#answers,
      application,
      locale,
      startDependencies: (manifest, event) => this.#startDependencies(manifest, event),
      turnEnded: (caller) => {
        this.#events.release(caller);
        this.#usage.watch(caller.plugin);
      },
      reindex: (plugin, before) => this.#registry.reindex(plugin as Plugin, before),
    };
    const registry = this.#registry;
    const installer = new Installer({
      ...shared,
      registry,
      plugins,
      erase: async (plugin) => {
        this.documents.forget(plugin);
        await keyValue.erase(plugin);
        await this.#caches.erase(plugin);
      },
      assertOpen: () => this.#assertOpen(),
    });
    const folders = new FolderInstaller({
      ...shared,
      registry,
      plugins,
      installer,
      folders: platform.packages,
      reading: this.#reading,
      read: (path, maxBytes) => platform.read(path, maxBytes),
      maxSize: MAX_PACKAGE,
      application,
    });
    return [installer, folders];
  }

  #status(plugin: Plugin): PluginStatus {
    return statusOf(plugin, this.#authority);
  }

  #get(name: string): Plugin {
    return this.#found(name, this.#registry.get(name));
  }

  #found(name: string, plugin: Plugin | undefined): Plugin {
    this.#assertOpen();
    if (plugin !== undefined) return plugin;
    throw new TenonError("plugin-unknown", `No plugin is called "${harmlessText(name)}".`, {
      plugin: name,
    });
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw ended("closed", "", "");
  }

  #note(plugin: string, operation: string, decision: AuditDecision, reason: string): void {
    const { audit = noAudit, platform } = this.#options;
    const at = platform.clock.now();
    audit.write({ at, plugin, operation, decision, reason: harmlessText(reason, 500) });
  }

  async #startDependencies(manifest: Manifest, event: string): Promise<void> {
    if (manifest.dependencies.length === 0) return;
    const order = startOrder(manifest, (name) => this.#registry.get(name)?.manifest);
    for (const { name } of order.slice(0, -1)) {
      await this.#registry.get(name)?.use(event, () => undefined);
    }
  }

  async #deliver(
    event: DispatchedEvent,
    payload: string,
    {
      depth = 0,
      ...how
    }: { readonly depth?: number } & Pick<DeliverOptions, "ownMs" | "signal"> = {},
  ): Promise<DispatchReport> {
    const outcomes = this.#registry.byEvent(event).map((plugin) => {
      const begin = (caller: Caller): void => this.#events.handling(caller, depth);
      return deliver(plugin, event, payload, this.#limits, { begin, ...how });
    });
    return { event, plugins: await Promise.all(outcomes) };
  }

  async #deliverEmitted({ event, payload, depth }: EmittedEvent): Promise<void> {
    if (this.#closing === undefined) await this.#deliver(event, payload, { depth });
  }
}

/// From 0 up to and without 1, of four random bytes.
function fractionOf(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0) / 2 ** 32;
}
