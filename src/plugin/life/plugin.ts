import type { TenonError } from "../../errors.ts";
import { visibleText } from "../../visible-text.ts";
import { Meter } from "../../telemetry/meter.ts";
import { Allowance } from "../limits/allowance.ts";
import type { PluginInstance, Siblings } from "../instance/instance.ts";
import { ResourceKinds } from "../instance/guest-class.ts";
import { type GrantedLimits, grantedLimits } from "../limits/limits.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { crashFacts, pluginError, type ToldReason } from "../calls/outcome.ts";
import type { Package } from "../package/package.ts";
import { type Ownership, ownershipOf } from "./ownership.ts";
import { Place } from "./place.ts";
import type { PluginCall } from "./plugin-call.ts";
import type { PluginPowers } from "./plugin-powers.ts";
import type { PluginRecord } from "./plugin-records.ts";
import {
  assertUsable,
  initialStanding,
  recordOf,
  type PluginState,
  type PluginStanding,
  stateOf,
} from "./plugin-state.ts";
import { PluginVersions } from "./plugin-versions.ts";
import { CrashLog } from "../limits/quarantine.ts";
import { saveState } from "./start.ts";

/** The most characters of a reason that are kept. */
const MOST_REASON = 500;

/**
 * One installed plugin. It has up to `concurrency` places for instances; a call that finds all
 * others busy starts the next. Nothing is compiled before the first call.
 */
export class Plugin {
  readonly #powers: PluginPowers;
  readonly #versions: PluginVersions;
  readonly #crashes: CrashLog;
  readonly meter: Meter = new Meter();
  /** The kinds of the resources that it hands out. */
  readonly kinds: ResourceKinds = new ResourceKinds();
  /**
   * Made when they are needed. After `concurrency` has gone down, the extra ones are kept unused.
   */
  readonly #places: Place[] = [];
  /**
   * How many tasks wait for the turns of all places, or have them. While there is one, no place is
   * made.
   */
  #exclusive = 0;
  #standing: PluginStanding;
  #allowance: Allowance | undefined;

  /** `ownership`: undefined where it is to be settled when the plugin is first used. */
  constructor(
    source: Package,
    record: PluginRecord | undefined,
    ownership: Ownership | undefined,
    powers: PluginPowers,
  ) {
    this.#powers = powers;
    this.#versions = new PluginVersions(source, ownership, powers);
    this.#crashes = new CrashLog(powers.limits.crashes);
    this.#standing = initialStanding(record, source);
  }

  get package(): Package {
    return this.#versions.current;
  }

  /** Undefined where the plugin was installed from an index and never used. */
  get ownership(): Ownership | undefined {
    return this.#versions.ownership;
  }

  get manifest(): Manifest {
    return this.#versions.current.manifest;
  }

  get state(): PluginState {
    return stateOf(
      this.#standing,
      this.#places.map(({ state }) => state),
    );
  }

  /** How many instances run. */
  get instances(): number {
    return this.#places.filter(({ state }) => state.tag === "running").length;
  }

  /** Bytes of linear memory of all instances. */
  get memoryBytes(): number {
    return this.#places.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  /** Made when it is first needed: most plugins of a large set never run. */
  get allowance(): Allowance {
    this.#allowance ??= new Allowance(this.manifest, {
      ...this.#powers,
      disable: (operation, error) => void this.disable(operation, error.message),
    });
    return this.#allowance;
  }

  get granted(): GrantedLimits {
    return this.#allowance?.granted ?? grantedLimits(this.#powers.limits, this.manifest);
  }

  /** Undefined where the plugin was never used. */
  get usedAllowance(): Allowance | undefined {
    return this.#allowance;
  }

  /** Compiles the installed version; starts nothing. */
  async prepare(): Promise<void> {
    this.#check();
    await this.#versions.prepare();
  }

  /**
   * Makes a call, when its turn comes, of the place with the least to do. Rejects with what `ready`
   * throws, with a WitError, and with `plugin-activation`, `plugin-crashed`, `interface-failed`,
   * `plugin-deadline`, `plugin-disabled`, `plugin-quarantined` or `plugin-busy`.
   */
  async call<Value>(call: PluginCall<Value>): Promise<Value> {
    this.#check();
    const gone = call.of?.gone;
    if (gone !== undefined) throw gone;
    const place = call.first === true ? this.#first() : this.#leastLoaded();
    if (call.owed !== true) this.#checkQueue(place, call.bytes);
    // The first place takes its room before a second one can.
    if (place.state.tag !== "running") this.#powers.runningInstances.claim(place);
    return place.call(call);
  }

  /**
   * Runs a task with the first instance, when its turn comes. `event` is what starts the instance
   * where it does not run. Rejects as `call` does.
   */
  async use<Value>(
    event: string,
    task: (instance: PluginInstance) => Value | Promise<Value>,
  ): Promise<Value> {
    this.#check();
    const place = this.#first();
    this.#checkQueue(place);
    return place.use(event, task);
  }

  /** Cleans up where the first instance has ended in a call that had no turn. */
  async sweep(): Promise<void> {
    await this.#places[0]?.sweep().catch((error: unknown) => {
      this.#powers.telemetry.emit({ tag: "fault", plugin: this.manifest.name, error });
    });
  }

  /**
   * Ends the running instances after they have been told to deactivate; the next event starts
   * another.
   */
  async stop(reason: string): Promise<void> {
    await Promise.all(this.#places.map((place) => place.stop(reason)));
  }

  /** Ends the running instances in the middle of their calls; the next event starts another. */
  async stopNow(reason: ToldReason): Promise<void> {
    await Promise.all(this.#places.map((place) => place.cutOff(reason)));
  }

  /** `reason`: why, where the host's user did not ask for it. */
  async disable(operation = "disable", reason?: string): Promise<void> {
    if (this.#standing.tag === "removed") this.#check();
    const { telemetry, note } = this.#powers;
    const plugin = this.manifest.name;
    const isNew = this.#standing.tag !== "disabled";
    const why = isNew ? reason && visibleText(reason, { limit: MOST_REASON }) : this.#reason;
    if (isNew) note(plugin, operation, "disabled", why ?? "the host was told to");
    await this.#shutDown("disabled", { tag: "disabled", reason: why });
    if (isNew) telemetry.emit({ tag: "disabled", plugin, reason: why });
    await this.#remember();
  }

  /** Ends `disabled` and `quarantined`. */
  async enable(): Promise<void> {
    const before = this.#standing.tag;
    if (before !== "disabled" && before !== "quarantined") return;
    this.#crashes.clear();
    this.#allowance?.breaker.reset();
    this.#standing = { tag: "usable" };
    for (const place of this.#places) place.forgive();
    const { telemetry, note } = this.#powers;
    const plugin = this.manifest.name;
    note(plugin, "enable", "enabled", `the host was told to: it was ${before}`);
    telemetry.emit({ tag: "enabled", plugin });
    await this.#remember();
  }

  /** Removes the plugin for good: it is uninstalled, or the host is closed. */
  async remove(reason: "uninstalled" | "closed"): Promise<void> {
    await this.#shutDown(reason, { tag: "removed", reason });
    this.#versions.release();
  }

  /**
   * Replaces the plugin's version, once earlier calls have ended. The new version inherits the state
   * that the old instance saved, unless it starts without the old one's data (`fresh`), and never a
   * quarantine. `enforce` puts into force what the new version was granted: it is called once every
   * instance of the old one has ended, because an instance never holds what another maker's plugin
   * was granted. Rejects with what it throws, and where the plugin was removed in the meantime; the
   * old version stays then.
   */
  async replace(next: Package, ownership: Ownership, enforce: () => void): Promise<void> {
    await this.#alone(async () => {
      if (this.#standing.tag === "removed") this.#check();
      let saved: Uint8Array | undefined;
      for (const place of this.#places) {
        if (place.state.tag !== "running") continue;
        saved ??= await saveState(place.state.instance, this.allowance.granted.eventMs);
        await place.stopNow("upgraded");
      }
      enforce();
      this.#versions.replace(next, ownership, saved);
      this.#allowance?.renew(next.manifest);
      this.#crashes.clear();
      if (this.#standing.tag === "quarantined") this.#standing = { tag: "usable" };
      for (const place of this.#places) place.forgive();
      await this.#remember();
    });
    // Places beyond the new concurrency may have been given calls in the meantime: each stops once
    // it has answered them.
    const { concurrency } = this.granted;
    for (const extra of this.#places.slice(concurrency)) void extra.stop("upgraded");
  }

  get #reason(): string | undefined {
    return this.#standing.tag === "disabled" ? this.#standing.reason : undefined;
  }

  #check(): void {
    assertUsable(this.#standing, this.manifest.name);
  }

  /**
   * Throws `plugin-busy` where a call would have to wait and too many calls, or calls with too many
   * bytes, wait already.
   */
  #checkQueue(place: Place, bytes: number = 0): void {
    const { waitingCalls, waitingBytes } = this.#powers.limits;
    if (bytes > 0 && place.load > 0) {
      const waiting = this.#places.reduce((sum, one) => sum + one.bytes, 0);
      if (waiting > 0 && waiting + bytes > waitingBytes)
        throw this.#busy("has calls waiting that keep too many bytes", {
          limit: "waitingBytes",
          value: waitingBytes,
        });
    }
    if (place.load <= waitingCalls && this.#places.length === 1) return;
    const waiting = this.#places.reduce((sum, { load }) => sum + Math.max(0, load - 1), 0);
    if (place.load === 0 || waiting < waitingCalls) return;
    throw this.#busy("has too many calls waiting", { limit: "waitingCalls", value: waitingCalls });
  }

  #busy(what: string, data: { readonly limit: string; readonly value: number }): TenonError {
    return pluginError("plugin-busy", this.manifest.name, `${what}; try again later`, data);
  }

  #first(): Place {
    return this.#places[0] ?? this.#add();
  }

  /**
   * A new place is made only where all are busy, and where no other plugin's instance would have to
   * end for it.
   */
  #leastLoaded(): Place {
    let least = this.#first();
    if (least.load === 0) return least;
    const most = this.granted.concurrency;
    for (const place of this.#places.slice(1, most)) if (place.load < least.load) least = place;
    if (least.load === 0 || this.#places.length >= most || this.#exclusive > 0) return least;
    const more = this.#makePlace();
    if (!this.#powers.runningInstances.claim(more)) return least;
    this.#places.push(more);
    return more;
  }

  #add(): Place {
    const place = this.#makePlace();
    this.#places.push(place);
    return place;
  }

  #makePlace(): Place {
    const siblings: Siblings = {
      memoryBytes: () => this.memoryBytes,
      runBeside: (instance) =>
        this.#places.some(
          ({ state }) =>
            state.tag === "starting" || (state.tag === "running" && state.instance !== instance),
        ),
    };
    return new Place({
      ...this.#powers,
      name: this.manifest.name,
      versions: this.#versions,
      meter: this.meter,
      siblings,
      allowance: () => this.allowance,
      usedAllowance: () => this.#allowance,
      standing: () => this.#standing,
      check: () => this.#check(),
      crashed: (operation, error) => this.#crashed(operation, error),
      rolledBack: (error) => this.#rolledBack(error),
    });
  }

  /** Runs a task while it holds the turns of all places, once earlier calls have ended. */
  async #alone(task: () => Promise<void>): Promise<void> {
    this.#exclusive++;
    const over = Promise.withResolvers<void>();
    // A call that comes in the meantime waits at a place.
    this.#first();
    const held = this.#places.map((place) => {
      const turn = Promise.withResolvers<void>();
      const end = place.hold(() => {
        turn.resolve();
        return over.promise;
      });
      return { turn: turn.promise, end };
    });
    try {
      await Promise.all(held.map(({ turn }) => turn));
      await task();
    } finally {
      over.resolve();
      this.#exclusive--;
    }
    await Promise.all(held.map(({ end }) => end));
  }

  async #crashed(operation: string, error: TenonError): Promise<void> {
    const { telemetry, clock, note } = this.#powers;
    const plugin = this.manifest.name;
    this.meter.crashes++;
    this.allowance.breaker.failed();
    telemetry.emit({ tag: "crashed", plugin, operation, error });
    note(plugin, operation, "crashed", error.message, crashFacts(error));
    const tooMany = this.#crashes.note(clock.monotonic());
    if (!tooMany || this.#standing.tag === "disabled" || this.#standing.tag === "removed") return;
    const crashes = this.#crashes.count;
    const reason = visibleText(error.message, { limit: MOST_REASON });
    const quarantined = { tag: "quarantined", at: clock.now(), crashes, reason } as const;
    // Not awaited, because the instance that crashed waits for this function. It has nothing left
    // to shut down.
    void this.#shutDown("stopped", quarantined);
    telemetry.emit({ tag: "quarantined", plugin, crashes });
    note(
      plugin,
      operation,
      "quarantined",
      crashes === 1
        ? `a crash: ${reason}`
        : `${crashes} crashes in a short while; the last: ${reason}`,
    );
    await this.#remember();
  }

  async #rolledBack(error: TenonError): Promise<boolean> {
    const failed = await this.#versions.rollBack(error);
    if (failed === undefined) return false;
    this.#powers.reindex(this, failed);
    await this.#remember();
    return true;
  }

  /**
   * Refuses new calls at once, lets those under way end within the grace period, then ends the
   * instances.
   */
  async #shutDown(reason: ToldReason, next: PluginStanding): Promise<void> {
    this.#standing = next;
    await Promise.all(this.#places.map((place) => place.shutDown(reason)));
  }

  async #remember(): Promise<void> {
    const { records } = this.#powers;
    const { name } = this.manifest;
    const ownership = this.ownership;
    // Whose name it is has not been asked yet: what is remembered of that stays.
    const known = ownership === undefined ? await records.load(name) : undefined;
    const record = recordOf(this.#standing, this.package, ownership ?? ownershipOf(this.package));
    if (known === undefined) return await records.save(name, record);
    const { disabled, quarantined, reason } = record;
    await records.save(name, { ...known, disabled, quarantined, reason });
  }
}
