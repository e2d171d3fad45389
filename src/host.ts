import { noAudit, type AuditDecision } from "./capability/audit.ts";
import type { Authority } from "./capability/authority.ts";
import { createAuthority } from "./capability/create-authority.ts";
import { harmlessText } from "./capability/untrusted-text.ts";
import { TenonError } from "./errors.ts";
import { offeredCapabilities, offeredInterfaces } from "./host-interfaces.ts";
import type { ExecuteOptions, Host, HostOptions, InstallOptions, Trust } from "./host-options.ts";
import { Isolates } from "./isolation/isolates.ts";
import { createDocuments, type Documents } from "./interfaces/documents.ts";
import { PluginCaches } from "./interfaces/plugin-caches.ts";
import { handOver } from "./interfaces/text-document-handle.ts";
import { assertDispatchable, type DispatchedEvent } from "./plugin/activation.ts";
import { AnswerCache, type AnswerStatistics } from "./plugin/answer-cache.ts";
import { assertWanted, unlessAborted } from "./plugin/call-off.ts";
import { commandInput, runCommand, unknownCommand } from "./plugin/command.ts";
import { startOrder } from "./plugin/dependencies.ts";
import { directExports } from "./plugin/direct-exports.ts";
import { deliver, eventPayload, type DispatchReport } from "./plugin/dispatch.ts";
import { EventQueue, type EmittedEvent } from "./plugin/event-queue.ts";
import { Installer } from "./plugin/installer.ts";
import type { Manifest } from "./plugin/manifest.ts";
import { ended } from "./plugin/outcome.ts";
import { readPackage, type ReadPackageOptions } from "./plugin/package.ts";
import { deadlineOf, defaultLimits, type HostLimits } from "./plugin/plugin-powers.ts";
import { storedRecords } from "./plugin/plugin-records.ts";
import type { Plugin } from "./plugin/plugin.ts";
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
  readonly #limits: HostLimits;
  readonly #telemetry: Telemetry = new Telemetry();
  readonly #registry: Registry<Plugin> = new Registry();
  readonly #authority: Authority;
  readonly #events: EventQueue;
  readonly #caches: PluginCaches;
  readonly #answers: AnswerCache;
  readonly #installer: Installer;
  readonly #reading: Pick<ReadPackageOptions, "offers" | "capabilities" | "sha256" | "derived">;
  readonly #isolates: Isolates;
  #closing: Promise<void> | undefined;

  constructor(options: HostOptions) {
    const { platform, policy, audit = noAudit } = options;
    const { clock, timers, keyValue } = platform;
    this.#options = options;
    this.#isolates = new Isolates(platform);
    this.#limits = { ...defaultLimits, ...options.limits };
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
    this.#installer = this.#makeInstaller(storedRecords(keyValue));
  }

  async install(
    source: URL | string | Uint8Array,
    { replace, ...options }: InstallOptions = {},
  ): Promise<PluginStatus> {
    this.#assertOpen();
    const bytes =
      source instanceof Uint8Array
        ? Uint8Array.from(source)
        : await this.#options.platform.read(source, MAX_PACKAGE);
    const read = await readPackage(bytes, { ...options, ...this.#reading, maxSize: MAX_PACKAGE });
    this.#assertOpen();
    return this.#status(await this.#installer.install(read, replace));
  }

  async execute(
    command: string,
    input?: unknown,
    { document, signal }: ExecuteOptions = {},
  ): Promise<unknown> {
    this.#assertOpen();
    const plugin = this.#registry.byCommand(command);
    const contribution = plugin?.manifest.commands.find(({ id }) => id === command);
    if (plugin === undefined || contribution === undefined) throw unknownCommand(command);
    const { name } = plugin.manifest;
    const text = commandInput(name, contribution, input);
    assertWanted(signal, name, command);
    const answer = plugin.use(`command:${command}`, (instance) => {
      assertWanted(signal, name, command);
      // An update may have taken it away while the call waited.
      if (this.#registry.byCommand(command) !== plugin) throw unknownCommand(command, name);
      const handle = document && handOver(document, name);
      const deadline = deadlineOf(this.#limits, plugin.manifest, "command");
      return runCommand(instance, name, { id: command, input: text, document: handle }, deadline);
    });
    return signal === undefined ? answer : unlessAborted(answer, signal, name, command);
  }

  async dispatch(event: string, payload?: unknown): Promise<DispatchReport> {
    this.#assertOpen();
    assertDispatchable(event);
    const text = eventPayload(event, payload);
    return await this.#deliver(event, text);
  }

  plugins(): readonly PluginStatus[] {
    return this.#registry.all().map((plugin) => this.#status(plugin));
  }

  plugin(name: string): PluginStatus {
    return this.#status(this.#get(name));
  }

  async prepare(name: string): Promise<void> {
    await this.#get(name).prepare();
  }

  async exportsOf<Exports>(name: string): Promise<Exports> {
    return (await directExports(this.#get(name), this.#limits)) as Exports;
  }

  async stop(name: string): Promise<void> {
    await this.#get(name).stop("stopped");
  }

  async disable(name: string): Promise<void> {
    await this.#get(name).disable();
    this.#telemetry.emit({ tag: "disabled", plugin: name });
  }

  async enable(name: string): Promise<void> {
    await this.#get(name).enable();
    this.#telemetry.emit({ tag: "enabled", plugin: name });
  }

  async uninstall(name: string, options: { readonly keepData?: boolean } = {}): Promise<void> {
    await this.#installer.uninstall(this.#get(name), options);
  }

  async revoke(name: string, capability: string): Promise<void> {
    this.#get(name);
    await this.#authority.revoke(name, capability);
  }

  announce(...events: readonly string[]): void {
    this.#assertOpen();
    this.#answers.announce(events);
  }

  answers(): AnswerStatistics {
    return this.#answers.statistics();
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
    await Promise.all(this.#registry.all().map((plugin) => plugin.remove("closed")));
    try {
      await audit.flush();
    } finally {
      await this.#caches.close();
      await this.#isolates[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
    }
  }

  #makeInstaller(records: ReturnType<typeof storedRecords>): Installer {
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
    return new Installer({
      ...shared,
      registry: this.#registry,
      plugins: {
        ...shared,
        engine: (manifest) => Promise.resolve(this.#isolates.engine(trust(manifest))),
        clock,
        timers,
        limits: this.#limits,
        answers: this.#answers,
        application,
        locale,
        startDependencies: (manifest, event) => this.#startDependencies(manifest, event),
        turnEnded: (plugin) => this.#events.release(plugin),
        reindex: (plugin, before) => this.#registry.reindex(plugin as Plugin, before),
      },
      erase: async (plugin) => {
        this.documents.forget(plugin);
        await keyValue.erase(plugin);
        await this.#caches.erase(plugin);
      },
      assertOpen: () => this.#assertOpen(),
    });
  }

  #status(plugin: Plugin): PluginStatus {
    return statusOf(plugin, this.#authority);
  }

  #get(name: string): Plugin {
    this.#assertOpen();
    const plugin = this.#registry.get(name);
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

  async #deliver(event: DispatchedEvent, payload: string, depth = 0): Promise<DispatchReport> {
    const outcomes = this.#registry.byEvent(event).map((plugin) => {
      const begin = (): void => this.#events.handling(plugin.manifest.name, depth);
      return deliver(plugin, event, payload, this.#limits, begin);
    });
    return { event, plugins: await Promise.all(outcomes) };
  }

  async #deliverEmitted({ event, payload, depth }: EmittedEvent): Promise<void> {
    if (this.#closing === undefined) await this.#deliver(event, payload, depth);
  }
}
