import { TenonError, WitError } from "../errors.ts";
import { Meter } from "../telemetry/meter.ts";
import { Allowance } from "./allowance.ts";
import type { PluginInstance } from "./instance.ts";
import { type GrantedLimits, grantedLimits } from "./limits.ts";
import type { Manifest } from "./manifest.ts";
import { crashedByItself, type EndReason } from "./outcome.ts";
import type { Package } from "./package.ts";
import type { PluginPowers } from "./plugin-powers.ts";
import type { PluginRecord } from "./plugin-records.ts";
import {
  assertUsable,
  initialState,
  pluginError,
  recordOf,
  type PluginState,
} from "./plugin-state.ts";
import { PluginVersions } from "./plugin-versions.ts";
import { CrashLog } from "./quarantine.ts";
import type { Resident } from "./residents.ts";
import { saveState, stopInstance } from "./start.ts";
import { Turns } from "./turns.ts";

/// One installed plugin: at most one instance, started by the first call, entered by one call at a
/// time. Nothing of it is compiled before that.
export class Plugin implements Resident {
  readonly #powers: PluginPowers;
  readonly #versions: PluginVersions;
  readonly #turns: Turns;
  readonly #crashes: CrashLog;
  readonly meter: Meter = new Meter();
  #state: PluginState;
  #allowance: Allowance | undefined;

  constructor(source: Package, record: PluginRecord | undefined, powers: PluginPowers) {
    this.#powers = powers;
    this.#versions = new PluginVersions(source, powers);
    this.#crashes = new CrashLog(powers.limits.crashes);
    this.#turns = new Turns(powers.limits.waitingCalls, () =>
      pluginError(
        "plugin-busy",
        this.manifest.name,
        "has too many calls waiting; try again later",
        {
          limit: "waitingCalls",
          value: powers.limits.waitingCalls,
        },
      ),
    );
    this.#state = initialState(record, source);
  }

  get package(): Package {
    return this.#versions.current;
  }

  get manifest(): Manifest {
    return this.#versions.current.manifest;
  }

  get state(): PluginState {
    return this.#state;
  }

  /// Made when it is first needed: most plugins of a large set never run.
  get allowance(): Allowance {
    this.#allowance ??= new Allowance(this.manifest, {
      ...this.#powers,
      disable: () => void this.disable(),
    });
    return this.#allowance;
  }

  get granted(): GrantedLimits {
    return this.#allowance?.granted ?? grantedLimits(this.#powers.limits, this.manifest);
  }

  /// The allowance of one that was ever used.
  get usedAllowance(): Allowance | undefined {
    return this.#allowance;
  }

  get idle(): boolean {
    return this.#state.tag === "running" && this.#turns.idle;
  }

  async drop(): Promise<void> {
    await this.#turns.runRegardless(async () => {
      if (this.#state.tag !== "running") return;
      const { instance } = this.#state;
      this.#versions.keep(await saveState(instance, this.allowance.granted.eventMs));
      await this.#stopped(instance, "idle");
      if (this.#state.tag === "running") this.#state = { tag: "installed" };
    });
  }

  /// Compiles what is installed; starts nothing.
  async prepare(): Promise<void> {
    this.#check();
    await this.#versions.prepare();
  }

  /// Runs a task with the live instance, when its turn comes; `event` is what starts the plugin if
  /// it does not run. Rejects with what the task throws, `plugin-activation`, `plugin-crashed`,
  /// `plugin-deadline`, `plugin-disabled`, `plugin-quarantined` or `plugin-busy`.
  async use<Value>(
    event: string,
    task: (instance: PluginInstance) => Value | Promise<Value>,
  ): Promise<Value> {
    this.#check();
    return this.#turns.run(async () => {
      this.#check();
      await this.#admitted(event);
      // Disabled or removed while it waited to be admitted.
      this.#check();
      const instance = await this.#running(event);
      try {
        const value = await task(instance);
        this.#versions.settle();
        return value;
      } finally {
        instance.reset();
        const room = this.#powers.residents.settled(this, instance.memoryBytes);
        if (room !== true && !(await room)) this.#overTotal(instance, event);
        if (!instance.live) await this.#ended(instance);
        else if (this.allowance.breaker.troubled) this.allowance.breaker.succeeded();
        this.#powers.turnEnded(this.manifest.name);
      }
    });
  }

  /// Ends the running instance in good order; the next event starts another.
  async stop(reason: string): Promise<void> {
    await this.#turns.runRegardless(async () => {
      if (this.#state.tag !== "running") return;
      await this.#stopped(this.#state.instance, reason);
      if (this.#state.tag === "running") this.#state = { tag: "installed" };
    });
  }

  async disable(): Promise<void> {
    if (this.#state.tag === "removed") this.#check();
    await this.#shutDown("disabled", { tag: "disabled" });
    await this.#remember();
  }

  /// Lifts `disabled` and `quarantined`.
  async enable(): Promise<void> {
    if (this.#state.tag !== "disabled" && this.#state.tag !== "quarantined") return;
    this.#crashes.clear();
    this.#allowance?.breaker.reset();
    this.#state = { tag: "installed" };
    await this.#remember();
  }

  /// For good: uninstalled, or the host is closed.
  async remove(reason: "uninstalled" | "closed"): Promise<void> {
    await this.#shutDown(reason, { tag: "removed", reason });
    this.#versions.release();
  }

  /// Goes on with another version, once the calls that came before have ended. It inherits what the
  /// old instance saved, and no quarantine. Rejects where the plugin was removed meanwhile.
  async replace(next: Package): Promise<void> {
    await this.#turns.runRegardless(async () => {
      if (this.#state.tag === "removed") this.#check();
      let saved: Uint8Array | undefined;
      if (this.#state.tag === "running") {
        const { instance } = this.#state;
        saved = await saveState(instance, this.allowance.granted.eventMs);
        await this.#stopped(instance, "upgraded");
      }
      this.#versions.replace(next, saved);
      this.#allowance?.renew(next.manifest);
      this.#crashes.clear();
      if (this.#state.tag !== "disabled" && this.#state.tag !== "removed") {
        this.#state = { tag: "installed" };
      }
      await this.#remember();
    });
  }

  #check(): void {
    assertUsable(this.#state, this.manifest.name);
  }

  /// Throws `plugin-failing` while the breaker is open, and `limit-cpu` where the plugin has run for too
  /// long already; where the policy is to throttle, waits until it may run again.
  async #admitted(event: string): Promise<void> {
    const allowance = this.#allowance;
    if (allowance === undefined) return;
    const { breaker } = allowance;
    if (breaker.troubled && !breaker.admits()) {
      const waitMs = Math.ceil(breaker.waitMs);
      const text = `failed too often in a row; it is tried again in ${waitMs} ms`;
      throw pluginError("plugin-failing", this.manifest.name, text, { waitMs });
    }
    const wait = allowance.cpuWaitMs;
    if (wait === 0) return;
    const policy = this.#powers.limits.policies.cpu;
    if (policy !== "throttle") {
      breaker.withdrawn();
      const error = allowance.passed("cpu", event, policy === "stop" ? "stop" : "refuse");
      if (policy === "stop" && this.#state.tag === "running") {
        await this.#stopped(this.#state.instance, "limit");
        this.#state = { tag: "installed" };
      }
      throw error;
    }
    allowance.passed("cpu", event, "throttle");
    await new Promise<void>((resolve) => void this.#powers.timers.after(wait, resolve));
    this.#check();
  }

  #overTotal(instance: PluginInstance, event: string): void {
    instance.endOver(this.allowance.passed("totalMemory", event, "stop"));
  }

  async #running(event: string): Promise<PluginInstance> {
    if (this.#state.tag === "running") {
      const { instance } = this.#state;
      if (instance.live) return instance;
      // Poisoned by a call that an embedder made directly.
      await this.#ended(instance);
      this.#check();
    }
    const ready = this.#start(event);
    this.#state = { tag: "starting", ready };
    try {
      const instance = await ready;
      if (this.#state.tag === "starting") {
        this.#state = { tag: "running", instance };
        return instance;
      }
      // Disabled or removed while it started.
      await this.#stopped(instance, this.state.tag);
      this.#check();
      return instance;
    } catch (error) {
      if (this.#state.tag === "starting") {
        this.#state = { tag: "failed", error: error as TenonError };
      }
      throw error;
    }
  }

  async #start(event: string): Promise<PluginInstance> {
    const { telemetry, clock, note } = this.#powers;
    const started = clock.monotonic();
    const plugin = this.manifest.name;
    if (!(await this.#powers.residents.admit(this))) {
      throw this.allowance.passed("instances", event, "refuse");
    }
    try {
      const instance = await this.#versions.start(event, this.meter, this.allowance);
      this.meter.starts++;
      telemetry.emit({ tag: "started", plugin, event, ms: clock.monotonic() - started });
      return instance;
    } catch (error) {
      const failure = error as TenonError;
      this.#powers.residents.left(this);
      telemetry.emit({ tag: "start-failed", plugin, event, error: failure });
      const crashed = crashedByItself(failure);
      if (!crashed) note(plugin, "activate", "failed", failure.message);
      if (await this.#rolledBack(failure)) return this.#start(event);
      if (crashed) await this.#crashed("activate", failure);
      else if (failure.cause instanceof WitError) this.allowance.breaker.failed();
      else this.allowance.breaker.withdrawn();
      throw error;
    }
  }

  /// After a call that ended the instance, unless the host itself ended it.
  async #ended(instance: PluginInstance): Promise<void> {
    if (this.#state.tag !== "running") return;
    const { state } = instance;
    this.#powers.residents.left(this);
    if (state.tag === "ended" && state.reason === "reset") {
      this.#state = { tag: "installed" };
      this.#powers.telemetry.emit({ tag: "stopped", plugin: this.manifest.name, reason: "reset" });
      return;
    }
    const error =
      state.tag === "ended"
        ? state.error
        : pluginError("plugin-crashed", this.manifest.name, "was ended");
    instance.end("stopped", "a call");
    this.#state = { tag: "crashed", error };
    if (!crashedByItself(error)) return;
    await this.#rolledBack(error);
    await this.#crashed(error.operation ?? "a call", error);
  }

  async #crashed(operation: string, error: TenonError): Promise<void> {
    const { telemetry, clock, note } = this.#powers;
    const plugin = this.manifest.name;
    this.meter.crashes++;
    this.allowance.breaker.failed();
    telemetry.emit({ tag: "crashed", plugin, operation, error });
    note(plugin, operation, "crashed", error.message);
    const tooMany = this.#crashes.note(clock.monotonic());
    if (!tooMany || this.#state.tag === "disabled" || this.#state.tag === "removed") return;
    const crashes = this.#crashes.count;
    this.#state = { tag: "quarantined", at: clock.now(), crashes };
    telemetry.emit({ tag: "quarantined", plugin, crashes });
    note(plugin, operation, "quarantined", `${crashes} crashes in a short while`);
    await this.#remember();
  }

  async #rolledBack(error: TenonError): Promise<boolean> {
    const failed = await this.#versions.rollBack(error);
    if (failed === undefined) return false;
    this.#powers.reindex(this, failed);
    await this.#remember();
    return true;
  }

  /// Bars new calls at once, lets the one under way end within the grace, then ends the instance.
  async #shutDown(reason: EndReason, next: PluginState): Promise<void> {
    const before = this.#state;
    this.#state = next;
    if (before.tag !== "running" && before.tag !== "starting") return;
    const running = before.tag === "running" ? before.instance : undefined;
    const { timers, limits } = this.#powers;
    const grace = timers.after(limits.graceMs, () => running?.end(reason, "a call"));
    await this.#turns.runRegardless(async () => {
      if (running !== undefined) await this.#stopped(running, reason);
    });
    grace[Symbol.dispose]();
  }

  async #stopped(instance: PluginInstance, reason: string): Promise<void> {
    await stopInstance(instance, this.package, this.#powers, this.allowance.granted.eventMs);
    this.#powers.residents.left(this);
    this.#powers.telemetry.emit({ tag: "stopped", plugin: this.manifest.name, reason });
  }

  async #remember(): Promise<void> {
    const { records, telemetry } = this.#powers;
    const { name } = this.manifest;
    await records.save(name, recordOf(this.#state, this.package)).catch((error: unknown) => {
      telemetry.emit({ tag: "fault", plugin: name, error });
    });
  }
}
