import { noAudit, type AuditDecision, type CrashFacts } from "../capability/audit.ts";
import type { Authority } from "../capability/authority.ts";
import { createAuthority } from "../capability/create-authority.ts";
import { TenonError } from "../errors.ts";
import { identityText } from "../identity/identity.ts";
import { visibleText } from "../visible-text.ts";
import { offeredCapabilities, offeredInterfaces } from "./offers.ts";
import type { HostOptions } from "./options.ts";
import { MemoryAccount } from "../component/engine.ts";
import { CompiledStore } from "../component/outline.ts";
import { createDocuments, type Documents } from "../interfaces/text/documents.ts";
import { RetainedTexts } from "../interfaces/text/text-retained.ts";
import { PluginCaches } from "../interfaces/plugin-caches.ts";
import type { ThreadEvent } from "../isolation/guest-pool.ts";
import { Isolates } from "../isolation/isolates.ts";
import { AnswerCache } from "../plugin/gate/answer-cache.ts";
import { dependentsOf, needed, startOrder } from "../plugin/installed/dependencies.ts";
import { DocumentNotices } from "../plugin/installed/document-notices.ts";
import { type EmittedEvent, EventQueue } from "../plugin/calls/event-queue.ts";
import { FolderInstaller } from "../plugin/installed/folder-installer.ts";
import { Installer } from "../plugin/installed/installer.ts";
import { type Limits, limitsOf, processRulesFor, rulesFor } from "../plugin/limits/limits.ts";
import type { Manifest } from "../plugin/manifest/manifest.ts";
import type { ReadPackageOptions } from "../plugin/package/package.ts";
import {
  saidIsolation,
  saidProcess,
  type SaysIsolation,
} from "../plugin/package/said-isolation.ts";
import { StoragePlaces } from "./storage-places.ts";
import { watchedKeyValue } from "../platform/watched-key-value.ts";
import type { KeyValueStore } from "../platform/key-value.ts";
import { type PluginRecords, storedRecords } from "../plugin/life/plugin-records.ts";
import type { Plugin } from "../plugin/life/plugin.ts";
import type { PluginPowers } from "../plugin/life/plugin-powers.ts";
import { Registry } from "../plugin/installed/registry.ts";
import { RunningInstances } from "../plugin/limits/running-instances.ts";
import { Slices } from "../plugin/package/slices.ts";
import { Usage } from "../plugin/installed/usage.ts";
import { Telemetry } from "../telemetry/events.ts";

/** The most bytes that a component may have to be installed. */
export const MAX_PACKAGE: number = 64 * 1024 * 1024;

/** The most UTF-16 code units of an audit entry's reason. */
const MOST_REASON = 1_000;

/** Made by `createHost` (`host.ts`). */
export interface HostPartsPowers {
  /** Throws `host-closed` where the host is disposed of. */
  assertOpen(): void;
  /** Brings a plugin's event to the other plugins. Never rejects. */
  deliver(event: EmittedEvent): Promise<unknown>;
}

/** Makes the parts of a host and wires them together. */
export class HostParts implements AsyncDisposable {
  readonly documents: Documents;
  /** What plugins keep of them. */
  readonly texts: RetainedTexts;
  readonly limits: Limits;
  readonly telemetry: Telemetry = new Telemetry();
  readonly registry: Registry<Plugin> = new Registry();
  readonly authority: Authority;
  readonly events: EventQueue;
  readonly answers: AnswerCache;
  readonly usage: Usage;
  readonly installer: Installer;
  readonly folders: FolderInstaller;
  readonly reading: Pick<
    ReadPackageOptions,
    | "offers"
    | "capabilities"
    | "sha256"
    | "slices"
    | "rules"
    | "processRules"
    | "store"
    | "keys"
    | "isolation"
    | "languages"
  >;
  readonly #options: HostOptions;
  readonly #keyValue: KeyValueStore;
  readonly #notices: DocumentNotices;
  readonly #caches: PluginCaches;
  readonly #isolates: Isolates;
  readonly #runningInstances: RunningInstances;

  constructor(options: HostOptions, { assertOpen, deliver }: HostPartsPowers) {
    const { platform, policy, audit = noAudit } = options;
    const { clock, timers } = platform;
    this.#options = options;
    const places = new StoragePlaces((error) =>
      this.telemetry.emit({ tag: "storage-failed", error }),
    );
    this.#keyValue = watchedKeyValue(platform.keyValue, places.watch("data"));
    audit.watch?.(places.watch("audit"));
    policy.watch?.(places.watch("grants"));
    const { memories } = platform;
    this.limits = limitsOf(options.limits, memories);
    const account = new MemoryAccount(this.limits.totalMemoryBytes);
    const store = new CompiledStore(platform.derived);
    store.watch(places.watch("derived"));
    this.#isolates = new Isolates(platform, {
      store,
      account,
      tell: (event) => this.#tellOfThread(event),
      compileMs: this.limits.compileMs,
    });
    this.#runningInstances = new RunningInstances(this.limits, {
      account,
      keptBytes: () => this.answers.statistics().bytes,
      memories,
      timers,
    });
    this.usage = new Usage(this.registry, this.#runningInstances, this.telemetry, options.budgets);
    this.documents = options.documents ?? createDocuments();
    this.texts = new RetainedTexts(account);
    this.events = new EventQueue(timers, deliver);
    this.#caches = new PluginCaches({
      clock,
      store: platform.cacheStore,
      watch: places.watch("caches"),
    });
    this.answers = new AnswerCache(this.limits.answers, clock);
    const offers = offeredInterfaces({
      options,
      documents: this.documents,
      texts: this.texts,
      telemetry: this.telemetry,
      bus: this.events,
      keyValue: this.#keyValue,
      caches: this.#caches,
      authority: () => this.authority,
      plugin: (plugin) => this.registry.get(plugin)?.package,
    });
    const capabilities = offeredCapabilities(offers, options);
    const sha256 = (bytes: Uint8Array): Promise<Uint8Array> => platform.sha256(bytes);
    const slices = new Slices(() => platform.letOthersRun());
    const rules = rulesFor(this.limits);
    const mayBeProcess = options.isolation !== undefined;
    const processRules = mayBeProcess ? processRulesFor(this.limits) : undefined;
    const isolation: SaysIsolation = (manifest, identity) => {
      const level = saidIsolation(options, manifest, identity);
      this.#isolates.assertOffered(level, manifest.name);
      return level;
    };
    const reading = { offers, capabilities, sha256, slices, rules, processRules, store };
    const languages = (options.languages ?? []).map((language) => language.on(platform));
    this.reading = { ...reading, keys: options.keys, isolation, languages };
    this.authority = createAuthority({
      capabilities,
      policy,
      audit,
      clock,
      failed: (plugin, error) => this.telemetry.emit({ tag: "fault", plugin, error }),
    });
    const records = storedRecords(this.#keyValue);
    this.#notices = new DocumentNotices({
      documents: this.documents,
      registry: this.registry,
      authority: this.authority,
      events: this.events,
      timers,
      limits: this.limits,
      telemetry: this.telemetry,
    });
    [this.installer, this.folders] = this.#makeInstallers(records, assertOpen);
  }

  /** Rejects with `audit-unwritable` where the audit trail could not be written. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.events[Symbol.dispose]();
    this.#notices[Symbol.dispose]();
    const { audit = noAudit, platform } = this.#options;
    const ends = Array.from(this.registry.all(), ([, plugin]) => plugin?.remove("closed"));
    await Promise.all(ends);
    try {
      await audit.flush();
    } finally {
      await this.#caches.close();
      await this.#isolates[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
    }
  }

  #makeInstallers(
    records: PluginRecords,
    assertOpen: () => void,
  ): readonly [Installer, FolderInstaller] {
    const { platform, application = "tenon/0.1.0", locale = "en" } = this.#options;
    const { clock, timers } = platform;
    const keyValue = this.#keyValue;
    const note: PluginPowers["note"] = (plugin, operation, decision, reason, crash) =>
      this.#note(plugin, operation, decision, reason, crash);
    const shared = {
      authority: this.authority,
      telemetry: this.telemetry,
      records,
    };
    const plugins: PluginPowers = {
      ...shared,
      note,
      engine: async ({ isolation, manifest, identity }) => {
        const level = isolation();
        const says = level === "process" ? this.#options.sharesProcess : undefined;
        const unit = saidProcess(says, manifest, identity);
        return this.#isolates.engine(level, manifest.name, unit);
      },
      clock,
      timers,
      limits: this.limits,
      runningInstances: this.#runningInstances,
      texts: this.texts,
      random: () => fractionOf(platform.entropy.bytes(4)),
      answers: this.answers,
      application,
      locale,
      startDependencies: (manifest, event) => this.#startDependencies(manifest, event),
      turnEnded: (caller) => {
        this.events.release(caller);
        this.usage.watch(caller.plugin);
      },
      reindex: (plugin, before) => this.registry.reindex(plugin as Plugin, before),
    };
    const registry = this.registry;
    const installer = new Installer({
      ...shared,
      note: (plugin, operation, decision, reason, by) =>
        this.#note(plugin, operation, decision, reason, undefined, by),
      registry,
      plugins,
      erase: async (plugin, owners) => {
        this.documents.forget(plugin);
        for (const owner of owners) await keyValue.erase(owner);
        await this.#caches.erase(plugin, owners);
      },
      forget: (plugin) => this.documents.forget(plugin),
      assertOpen,
    });
    const folders = new FolderInstaller({
      ...shared,
      registry,
      plugins,
      installer,
      folders: platform.packages,
      reading: this.reading,
      read: (path, maxBytes) => platform.read(path, maxBytes),
      maxSize: MAX_PACKAGE,
      refused: (error, path) => this.noteRefused(error, path),
      application,
    });
    return [installer, folders];
  }

  #tellOfThread(event: ThreadEvent): void {
    if (event.tag === "held") {
      this.telemetry.emit({ tag: "thread-held", suspects: event.suspects });
      return;
    }
    const { why, suspects, culprit } = event;
    this.telemetry.emit({ tag: "thread-lost", why, suspects, culprit });
    // Where the culprit is known, its crash is recorded instead.
    if (culprit !== undefined) return;
    for (const plugin of suspects) {
      this.#note(plugin, "thread", "suspected", `a thread was lost (${why}) that it shared`);
    }
  }

  /**
   * Throws `plugin-needed` where installed plugins need this one. One that is disabled or removed does
   * not.
   */
  assertNotNeeded(name: string, operation: string): void {
    const by = dependentsOf(name, this.#manifests());
    if (by.length === 0) return;
    throw needed(name, operation, by);
  }

  *#manifests(): IterableIterator<Manifest> {
    for (const [name] of this.registry.all()) {
      const plugin = this.registry.look(name);
      if (plugin !== undefined && plugin.state.tag !== "disabled") yield plugin.manifest;
    }
  }

  /** A package that was not installed is in the audit trail; what only the caller did is not. */
  noteRefused(error: unknown, source: string): void {
    if (
      !(error instanceof TenonError) ||
      !/^(?:package|manifest|component|command|identity|isolation|key|plugin|signature)-/u.test(
        error.code,
      )
    )
      return;
    const reason = `${error.code}: ${error.message}`;
    // Who has the name did not do it.
    const { to } = error.data;
    const maker =
      typeof to === "string" && /^(?:identity|signature)-/u.test(error.code) ? to : null;
    this.#note(error.plugin ?? source, "install", "refused", reason, undefined, maker);
  }

  /** `by`: the maker's identity; null where it is not known. Default: that of who has the name. */
  #note(
    plugin: string,
    operation: string,
    decision: AuditDecision,
    why: string,
    crash?: CrashFacts,
    by?: string | null,
  ): void {
    const { audit = noAudit, platform } = this.#options;
    const at = platform.clock.now();
    const reason = visibleText(why, { limit: MOST_REASON });
    const source = this.registry.look(plugin)?.package;
    const known = source === undefined ? null : identityText(source.identity);
    const maker = by === undefined ? known : by;
    const entry = { at, plugin, ...(maker === null ? {} : { maker }), operation, decision, reason };
    audit.write(crash === undefined ? entry : { ...entry, crash });
  }

  async #startDependencies(manifest: Manifest, event: string): Promise<void> {
    if (manifest.dependencies.length === 0) return;
    const order = startOrder(manifest, (name) => this.registry.get(name)?.manifest);
    for (const { name } of order.slice(0, -1)) {
      await this.registry.get(name)?.use(event, () => undefined);
    }
  }
}

/** A number from 0 (included) to 1 (excluded), made of four random bytes. */
function fractionOf(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0) / 2 ** 32;
}
