import { lacksMemory } from "../../component/engine.ts";
import { TenonError, WitError } from "../../errors.ts";
import type { Allowance } from "../limits/allowance.ts";
import type { PluginInstance } from "../instance/instance.ts";
import {
  crashedByItself,
  type EndReason,
  isAgain,
  leftAlone,
  pluginError,
  type ToldReason,
} from "../calls/outcome.ts";
import type { PlacePowers } from "./plugin-powers.ts";
import type { PlaceState } from "./plugin-state.ts";
import type { InstancePlace } from "../limits/running-instances.ts";
import { stopInstance } from "./start.ts";
import { Starting } from "./starting.ts";

/** Reasons for which the host ends an instance in the middle of a call that are no crash of the plugin's. */
const GOOD_ENDS: readonly EndReason[] = ["reset", "aborted", "stopped"];

/** How often a start is repeated whose thread was lost through no fault of the plugin. */
const STARTS_AGAIN = 8;

/**
 * The successive instances of one place: each is started when it is needed, and another one after
 * it has ended. Only the holder of the place's turn may call methods that start or end an instance.
 */
export class InstanceLife {
  readonly #powers: PlacePowers;
  readonly #place: InstancePlace;
  #state: PlaceState<PluginInstance> = { tag: "installed" };
  #memories = 1;
  /** The start under way. */
  #starting: Starting | undefined;
  /** Ends the wait of a call that may not run yet. */
  #woken: (() => void) | undefined;

  constructor(powers: PlacePowers, place: InstancePlace) {
    this.#powers = powers;
    this.#place = place;
  }

  get state(): PlaceState<PluginInstance> {
    return this.#state;
  }

  /** Forgets an earlier failure. */
  forgive(): void {
    const { tag } = this.#state;
    if (tag === "failed" || tag === "crashed") this.#state = { tag: "installed" };
  }

  /** Ends the running instance after it has been told to deactivate. */
  async stop(reason: string): Promise<void> {
    if (this.#state.tag !== "running") return;
    await this.#stopped(this.#state.instance, reason);
  }

  /**
   * Ends the running instance in the middle of its call, because all instances together hold too
   * much.
   */
  endOver(): void {
    if (this.#state.tag === "running") this.#state.instance.endShort();
  }

  /** Ends the running instance, or the one that is being started, whatever it does. */
  cutOff(reason: ToldReason): void {
    if (this.#state.tag === "running") this.#state.instance.end(reason, "a call");
    else this.#starting?.cut(reason);
  }

  /** A call that waits until it may run is looked at again. */
  wake(): void {
    this.#woken?.();
  }

  /** Returns the live instance, for a turn that begins. Starts one where none runs. */
  async enter(event: string): Promise<PluginInstance> {
    const { check } = this.#powers;
    try {
      check();
      await this.#admitted(event);
      // The plugin may have been disabled or removed while it waited to be admitted.
      check();
      return await this.#running(event);
    } catch (error) {
      if (this.#state.tag !== "running") this.#powers.runningInstances.left(this.#place);
      throw error;
    }
  }

  /** Ends the turn. */
  async leave(instance: PluginInstance, event: string): Promise<void> {
    const { runningInstances, turnEnded } = this.#powers;
    instance.reset();
    const room = runningInstances.settled(this.#place, instance.memoryBytes);
    if (room !== true && !(await room)) {
      instance.endOver("totalMemory", event);
    }
    const { breaker } = this.#powers.allowance();
    if (!instance.live) await this.#ended(instance);
    else if (breaker.troubled) breaker.succeeded();
    turnEnded(instance.caller);
  }

  /**
   * Throws `plugin-failing` while the breaker is open; `interface-failed` where the plugin would
   * have to be started and the interface that ended its last instance is left alone; `limit-cpu` or
   * `limit-host-ms` where the plugin's code, or the host's thread for it, has run for too long.
   * Where the policy is to throttle, waits until the plugin may run.
   */
  async #admitted(event: string): Promise<void> {
    const allowance = this.#powers.usedAllowance();
    if (allowance === undefined) return;
    const { breaker, leftAlone: alone } = allowance;
    if (alone !== undefined && this.#state.tag !== "running") {
      throw leftAlone(this.#powers.name, event, alone.name, alone.waitMs);
    }
    if (breaker.troubled && !breaker.admits()) {
      const waitMs = Math.ceil(breaker.waitMs);
      const text = `failed too often in a row; it is tried again in ${waitMs} ms`;
      throw pluginError("plugin-failing", this.#powers.name, text, { waitMs });
    }
    for (const limit of ["cpu", "hostMs"] as const) await this.#withTime(limit, allowance, event);
  }

  async #withTime(limit: "cpu" | "hostMs", allowance: Allowance, event: string): Promise<void> {
    const wait = allowance.waitMs(limit);
    if (wait === 0) return;
    const policy = this.#powers.limits.policies[limit];
    if (policy !== "throttle") {
      allowance.breaker.withdrawn();
      const error = allowance.passed(limit, event, policy === "stop" ? "stop" : "refuse");
      if (policy === "stop") await this.stop("limit");
      throw error;
    }
    allowance.passed(limit, event, "throttle");
    await new Promise<void>((resolve) => {
      const timer = this.#powers.timers.after(wait, resolve);
      this.#woken = () => {
        timer[Symbol.dispose]();
        resolve();
      };
    });
    this.#woken = undefined;
    this.#powers.check();
  }

  async #running(event: string): Promise<PluginInstance> {
    const { check, versions } = this.#powers;
    if (this.#state.tag === "running") {
      const { instance } = this.#state;
      if (!instance.live) {
        // The instance was poisoned by a direct call of an embedder, or lost with its thread.
        await this.#ended(instance);
        check();
      } else if (instance.package === versions.current) return instance;
      // Another instance has failed since, so the plugin has gone back to the version before.
      else await this.#stopped(instance, "upgraded");
    }
    this.#state = { tag: "starting" };
    let instance: PluginInstance;
    try {
      instance = await this.#start(event);
    } catch (error) {
      const isCut = this.#starting?.isCut === true;
      this.#state = isCut ? { tag: "installed" } : { tag: "failed", error: error as TenonError };
      throw error;
    }
    this.#state = { tag: "running", instance };
    try {
      check();
    } catch (error) {
      // The plugin was disabled or removed during the start.
      await this.#stopped(instance, this.#powers.standing().tag);
      throw error;
    }
    return instance;
  }

  /** `again`: how often the start may be repeated if its thread is lost. */
  async #start(event: string, again = STARTS_AGAIN): Promise<PluginInstance> {
    const { telemetry, clock, note, name, runningInstances, versions } = this.#powers;
    const started = clock.monotonic();
    if (!(await runningInstances.admit(this.#place))) {
      throw this.#powers.allowance().passed("instances", event, "refuse");
    }
    const starting = (this.#starting = new Starting(name, event));
    try {
      const { meter, siblings } = this.#powers;
      const allowance = this.#powers.allowance();
      const start = versions.start(event, {
        meter,
        allowance,
        siblings,
        short: (bytes, end) => runningInstances.short(this.#place, bytes, end),
        begun: (begun) => starting.begun(begun),
      });
      const instance = await starting.whole(start);
      meter.starts++;
      telemetry.emit({ tag: "started", plugin: name, event, ms: clock.monotonic() - started });
      return instance;
    } catch (error) {
      const failure = error as TenonError;
      runningInstances.left(this.#place);
      if (starting.isCut) throw error;
      if (lacksRoom(failure)) {
        // The address space has no room for another memory: end an idle instance to make room.
        if (await runningInstances.dropOne(this.#place)) return this.#start(event, again);
        this.#powers.allowance().breaker.withdrawn();
        throw this.#powers.allowance().passed("instances", event, "refuse", { cause: failure });
      }
      telemetry.emit({ tag: "start-failed", plugin: name, event, error: failure });
      const crashed = crashedByItself(failure);
      if (!crashed) note(name, "activate", "failed", failure.message);
      if (again > 0 && isAgain(failure) && this.#powers.standing().tag === "usable") {
        return this.#start(event, again - 1);
      }
      if (await this.#powers.rolledBack(failure)) return this.#start(event);
      const { breaker } = this.#powers.allowance();
      if (crashed) await this.#powers.crashed("activate", failure);
      else if (failure.cause instanceof WitError) breaker.failed();
      else breaker.withdrawn();
      throw error;
    }
  }

  /**
   * How many memories the running instance has; for one that is to be started, how many the last
   * one had.
   */
  get memories(): number {
    if (this.#state.tag === "running") this.#memories = this.#state.instance.memories;
    return this.#memories;
  }

  /** Cleans up after a call that ended the instance, unless the plugin is being shut down. */
  async #ended(instance: PluginInstance): Promise<void> {
    if (this.#state.tag !== "running" || this.#powers.standing().tag !== "usable") return;
    const { runningInstances, telemetry, name, note, rolledBack, crashed } = this.#powers;
    const { state } = instance;
    runningInstances.left(this.#place);
    const reason = state.tag === "ended" ? state.reason : undefined;
    if (reason !== undefined && GOOD_ENDS.includes(reason)) {
      this.#state = { tag: "installed" };
      telemetry.emit({ tag: "stopped", plugin: name, reason });
      return;
    }
    const error =
      state.tag === "ended"
        ? state.error
        : (instance.lost ?? pluginError("plugin-crashed", name, "was ended"));
    instance.end("stopped", "a call");
    const crashedItself = crashedByItself(error) || error.code === "isolate-failed";
    this.#state = { tag: crashedItself ? "crashed" : "failed", error };
    if (!crashedItself) {
      telemetry.emit({ tag: "fault", plugin: name, error });
      note(name, error.operation ?? "a call", "failed", error.message);
    }
    if (!crashedByItself(error)) return this.#powers.versions.lost(instance);
    await rolledBack(error);
    await crashed(error.operation ?? "a call", error);
  }

  /** Cleans up where the running instance has ended in a call that had no turn. */
  async sweep(): Promise<void> {
    if (this.#state.tag !== "running" || this.#state.instance.live) return;
    await this.#ended(this.#state.instance);
  }

  async #stopped(instance: PluginInstance, reason: string): Promise<void> {
    const { runningInstances, telemetry, name, allowance } = this.#powers;
    await stopInstance(instance, instance.package, this.#powers, allowance().granted.eventMs);
    runningInstances.left(this.#place);
    this.#state = { tag: "installed" };
    telemetry.emit({ tag: "stopped", plugin: name, reason });
  }
}

/**
 * Whether an instance could not be made because its memories had no room, which is not the plugin's
 * fault.
 */
function lacksRoom({ cause }: TenonError): boolean {
  return cause instanceof TenonError && (cause.code === "limit-instances" || lacksMemory(cause));
}
