import { type TenonError, WitError } from "../errors.ts";
import { crashedByItself, type EndReason } from "./outcome.ts";
import type { Allowance } from "./allowance.ts";
import type { GuestCall } from "./call-group.ts";
import type { PluginInstance, Siblings } from "./instance.ts";
import type { PluginCall, Readied, WaitingCall } from "./plugin-call.ts";
import type { PluginPowers } from "./plugin-powers.ts";
import { pluginError, type PlaceState, type Standing } from "./plugin-state.ts";
import type { Meter } from "../telemetry/meter.ts";
import type { PluginVersions } from "./plugin-versions.ts";
import type { Resident } from "./residents.ts";
import { saveState, stopInstance } from "./start.ts";
import { type Served, Turns } from "./turns.ts";

/// What a place knows of its plugin.
export interface PlacePowers extends PluginPowers {
  readonly name: string;
  readonly versions: PluginVersions;
  readonly siblings: Siblings;
  readonly meter: Meter;
  /// See Allowance. Made when it is first asked for.
  allowance(): Allowance;
  usedAllowance(): Allowance | undefined;
  standing(): Standing;
  /// Throws where the plugin may not be used.
  check(): void;
  crashed(operation: string, error: TenonError): Promise<void>;
  /// Answers whether the plugin is back at the version before.
  rolledBack(error: TenonError): Promise<boolean>;
}

/// Calls that one message takes at most.
const MAX_GROUP = 256;

/// A call that has been made ready.
interface ReadyCall {
  readonly waiting: WaitingCall;
  readonly readied: Extract<Readied<unknown>, { tag: "call" }>;
}

/// Room for one instance of a plugin: it is started by the first call, and entered by one call at a
/// time. What waits while another call runs is handed to it together, where it can take that.
export class Place implements Resident {
  readonly #powers: PlacePowers;
  readonly #turns: Turns<WaitingCall>;
  #state: PlaceState<PluginInstance> = { tag: "installed" };
  /// Calls and tasks that have not been answered.
  #load = 0;

  constructor(powers: PlacePowers) {
    this.#powers = powers;
    this.#turns = new Turns((take) => this.#serve(take));
  }

  get state(): PlaceState<PluginInstance> {
    return this.#state;
  }

  get load(): number {
    return this.#load;
  }

  get idle(): boolean {
    return this.#state.tag === "running" && this.#turns.idle;
  }

  get memoryBytes(): number {
    return this.#state.tag === "running" ? this.#state.instance.memoryBytes : 0;
  }

  /// Makes a call when its turn comes. Rejects with what the call does, and with `plugin-activation`,
  /// `plugin-crashed`, `plugin-deadline`, or why the plugin may not be used.
  call<Value>(call: PluginCall<Value>): Promise<Value> {
    this.#load++;
    return new Promise((resolve, reject) => {
      this.#turns.call({
        call,
        resolve: (value) => {
          this.#load--;
          resolve(value as Value);
        },
        reject: (error) => {
          this.#load--;
          reject(error as Error);
        },
      });
    });
  }

  /// Runs a task with the live instance, when its turn comes. Rejects as `call` does.
  use<Value>(
    event: string,
    task: (instance: PluginInstance) => Value | Promise<Value>,
  ): Promise<Value> {
    return this.#task(async () => {
      const instance = await this.#entered(event);
      try {
        const value = await task(instance);
        this.#powers.versions.settle();
        return value;
      } finally {
        await this.#left(instance, event);
      }
    });
  }

  /// Waits its turn, and keeps it until `task` has ended.
  hold<Value>(task: () => Value | Promise<Value>): Promise<Value> {
    return this.#task(task);
  }

  async drop(): Promise<void> {
    await this.#task(async () => {
      if (this.#state.tag !== "running") return;
      const { versions, allowance } = this.#powers;
      versions.keep(await saveState(this.#state.instance, allowance().granted.eventMs));
      await this.stopNow("idle");
    });
  }

  /// Ends the running instance in good order; the next event starts another.
  async stop(reason: string): Promise<void> {
    await this.#task(() => this.stopNow(reason));
  }

  /// Lets the call under way end within the grace, then ends the instance.
  async shutDown(reason: EndReason): Promise<void> {
    const running = this.#state.tag === "running" ? this.#state.instance : undefined;
    if (running === undefined && this.#state.tag !== "starting") return;
    const { timers, limits } = this.#powers;
    const grace = timers.after(limits.graceMs, () => running?.end(reason, "a call"));
    await this.stop(reason);
    grace[Symbol.dispose]();
  }

  /// What failed is no matter any more.
  forgive(): void {
    const { tag } = this.#state;
    if (tag === "failed" || tag === "crashed") this.#state = { tag: "installed" };
  }

  /// For who has the turn.
  async stopNow(reason: string): Promise<void> {
    if (this.#state.tag !== "running") return;
    await this.#stopped(this.#state.instance, reason);
  }

  async #task<Value>(task: () => Value | Promise<Value>): Promise<Value> {
    this.#load++;
    try {
      return await this.#turns.task(task);
    } finally {
      this.#load--;
    }
  }

  async #serve(take: () => WaitingCall | undefined): Promise<Served<WaitingCall>> {
    const first = take()!;
    let instance: PluginInstance;
    try {
      instance = await this.#entered(first.call.event);
    } catch (error) {
      return { again: [], last: () => first.reject(error) };
    }
    const several = this.#takesSeveral(instance);
    let last: (() => void) | undefined;
    const ready: ReadyCall[] = [];
    const add = (waiting: WaitingCall): boolean => {
      try {
        this.#powers.check();
        const readied = waiting.call.ready(instance);
        if (readied.tag === "call") ready.push({ waiting, readied });
        else last = after(last, () => waiting.resolve(readied.value));
      } catch (error) {
        last = after(last, () => waiting.reject(error));
      }
      return waiting.call.alone !== true;
    };
    let next: WaitingCall | undefined = first;
    const again: WaitingCall[] = [];
    while (next !== undefined && add(next) && several && ready.length < MAX_GROUP) {
      next = take();
      if (next?.call.alone !== true || ready.length === 0) continue;
      again.push(next);
      break;
    }
    try {
      if (ready.length === 1) last = after(last, await this.#callOne(instance, ready[0]!));
      else if (ready.length > 1) {
        const group = await this.#callAll(instance, ready);
        again.unshift(...group.again);
        last = after(last, group.last);
      }
    } finally {
      await this.#left(instance, first.call.event).catch((error: unknown) => {
        this.#powers.telemetry.emit({ tag: "fault", plugin: this.#powers.name, error });
      });
    }
    return { again, last: last ?? (() => undefined) };
  }

  /// Not where the one that comes first may decide about those that follow.
  #takesSeveral(instance: PluginInstance): boolean {
    if (!instance.takesGroups) return false;
    const { breaker, cpuLeftMs } = this.#powers.allowance();
    return !breaker.troubled && cpuLeftMs > 0;
  }

  async #callOne(instance: PluginInstance, { waiting, readied }: ReadyCall): Promise<() => void> {
    try {
      const value = readied.read(await instance.call(readied.call));
      this.#powers.versions.settle();
      return () => waiting.resolve(value);
    } catch (error) {
      return () => waiting.reject(error);
    }
  }

  /// Answers go out as they come, but the last one, and those that have to do with the end of the
  /// instance.
  async #callAll(
    instance: PluginInstance,
    ready: readonly ReadyCall[],
  ): Promise<Served<WaitingCall>> {
    const again: number[] = [];
    let left = ready.length;
    let last: (() => void) | undefined;
    const calls: GuestCall[] = ready.map(({ readied }) => readied.call);
    await instance.callAll(calls, (index, outcome) => {
      left--;
      if (outcome.tag === "again") {
        again.push(index);
        return;
      }
      const { waiting, readied } = ready[index]!;
      let tell: () => void;
      if (outcome.tag === "error") tell = () => waiting.reject(outcome.error);
      else {
        try {
          const value = readied.read(outcome.value);
          this.#powers.versions.settle();
          tell = () => waiting.resolve(value);
        } catch (error) {
          tell = () => waiting.reject(error);
        }
      }
      if (left > 0 && instance.live) tell();
      else last = after(last, tell);
    });
    again.sort((one, other) => one - other);
    return {
      again: again.map((index) => ready[index]!.waiting),
      last: last ?? (() => undefined),
    };
  }

  /// The live instance, for a turn that begins.
  async #entered(event: string): Promise<PluginInstance> {
    const { check } = this.#powers;
    try {
      check();
      await this.#admitted(event);
      // Disabled or removed while it waited to be admitted.
      check();
      return await this.#running(event);
    } catch (error) {
      if (this.#state.tag !== "running") this.#powers.residents.left(this);
      throw error;
    }
  }

  /// The turn ends.
  async #left(instance: PluginInstance, event: string): Promise<void> {
    const { residents, turnEnded } = this.#powers;
    instance.reset();
    const room = residents.settled(this, instance.memoryBytes);
    if (room !== true && !(await room)) {
      instance.endOver(this.#powers.allowance().passed("totalMemory", event, "stop"));
    }
    const { breaker } = this.#powers.allowance();
    if (!instance.live) await this.#ended(instance);
    else if (breaker.troubled) breaker.succeeded();
    turnEnded(instance.caller);
  }

  /// Throws `plugin-failing` while the breaker is open, and `limit-cpu` where the plugin has run for too
  /// long already; where the policy is to throttle, waits until it may run again.
  async #admitted(event: string): Promise<void> {
    const allowance = this.#powers.usedAllowance();
    if (allowance === undefined) return;
    const { breaker } = allowance;
    if (breaker.troubled && !breaker.admits()) {
      const waitMs = Math.ceil(breaker.waitMs);
      const text = `failed too often in a row; it is tried again in ${waitMs} ms`;
      throw pluginError("plugin-failing", this.#powers.name, text, { waitMs });
    }
    const wait = allowance.cpuWaitMs;
    if (wait === 0) return;
    const policy = this.#powers.limits.policies.cpu;
    if (policy !== "throttle") {
      breaker.withdrawn();
      const error = allowance.passed("cpu", event, policy === "stop" ? "stop" : "refuse");
      if (policy === "stop") await this.stopNow("limit");
      throw error;
    }
    allowance.passed("cpu", event, "throttle");
    await new Promise<void>((resolve) => void this.#powers.timers.after(wait, resolve));
  }

  async #running(event: string): Promise<PluginInstance> {
    const { check, versions } = this.#powers;
    if (this.#state.tag === "running") {
      const { instance } = this.#state;
      if (!instance.live) {
        // Poisoned by a call that an embedder made directly, or lost with its thread.
        await this.#ended(instance);
        check();
      } else if (instance.package === versions.current) return instance;
      // Another instance has failed since, and the plugin is back at the version before.
      else await this.#stopped(instance, "upgraded");
    }
    this.#state = { tag: "starting" };
    let instance: PluginInstance;
    try {
      instance = await this.#start(event);
    } catch (error) {
      this.#state = { tag: "failed", error: error as TenonError };
      throw error;
    }
    this.#state = { tag: "running", instance };
    try {
      check();
    } catch (error) {
      // Disabled or removed while it started.
      await this.#stopped(instance, this.#powers.standing().tag);
      throw error;
    }
    return instance;
  }

  async #start(event: string): Promise<PluginInstance> {
    const { telemetry, clock, note, name, residents, versions } = this.#powers;
    const started = clock.monotonic();
    if (!(await residents.admit(this))) {
      throw this.#powers.allowance().passed("instances", event, "refuse");
    }
    try {
      const { meter, siblings } = this.#powers;
      const allowance = this.#powers.allowance();
      const instance = await versions.start(event, { meter, allowance, siblings });
      meter.starts++;
      telemetry.emit({ tag: "started", plugin: name, event, ms: clock.monotonic() - started });
      return instance;
    } catch (error) {
      const failure = error as TenonError;
      residents.left(this);
      telemetry.emit({ tag: "start-failed", plugin: name, event, error: failure });
      const crashed = crashedByItself(failure);
      if (!crashed) note(name, "activate", "failed", failure.message);
      if (await this.#powers.rolledBack(failure)) return this.#start(event);
      const { breaker } = this.#powers.allowance();
      if (crashed) await this.#powers.crashed("activate", failure);
      else if (failure.cause instanceof WitError) breaker.failed();
      else breaker.withdrawn();
      throw error;
    }
  }

  /// After a call that ended the instance, unless the plugin is being shut down.
  async #ended(instance: PluginInstance): Promise<void> {
    if (this.#state.tag !== "running" || this.#powers.standing().tag !== "usable") return;
    const { residents, telemetry, name, rolledBack, crashed } = this.#powers;
    const { state } = instance;
    residents.left(this);
    if (state.tag === "ended" && (state.reason === "reset" || state.reason === "aborted")) {
      this.#state = { tag: "installed" };
      telemetry.emit({ tag: "stopped", plugin: name, reason: state.reason });
      return;
    }
    const error =
      state.tag === "ended"
        ? state.error
        : (instance.swept ?? pluginError("plugin-crashed", name, "was ended"));
    instance.end("stopped", "a call");
    this.#state = { tag: "crashed", error };
    if (!crashedByItself(error)) return;
    await rolledBack(error);
    await crashed(error.operation ?? "a call", error);
  }

  async #stopped(instance: PluginInstance, reason: string): Promise<void> {
    const { residents, telemetry, name, allowance } = this.#powers;
    await stopInstance(instance, instance.package, this.#powers, allowance().granted.eventMs);
    residents.left(this);
    this.#state = { tag: "installed" };
    telemetry.emit({ tag: "stopped", plugin: name, reason });
  }
}

function after(before: (() => void) | undefined, then: () => void): () => void {
  if (before === undefined) return then;
  return () => {
    before();
    then();
  };
}
