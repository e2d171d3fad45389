import type { Authority } from "../../capability/authority.ts";
import {
  type CallOptions,
  type EngineComponent,
  type EngineInstance,
  type InstanceRoom,
} from "../../component/engine.ts";
import { TenonError, WitError } from "../../errors.ts";
import type { Caller } from "../../interfaces/define.ts";
import type { Retained, RetainedTexts } from "../../interfaces/text/text-retained.ts";
import { CallGroup, type CallOutcome, type GuestCall } from "../calls/call-group.ts";
import { CallTime } from "../calls/call-time.ts";
import {
  endOfFailure,
  type EndPowers,
  type InstanceState,
  missedDeadline,
} from "./instance-end.ts";
import { type ImportPowers, InstanceImports } from "./instance-imports.ts";
import { InstanceScope } from "./instance-scope.ts";
import { engineLimits, type LimitName } from "../limits/limits.ts";
import {
  crash,
  ended,
  type EndReason,
  handedOut,
  isMisuse,
  suspended,
  swept,
  pluginError,
} from "../calls/outcome.ts";
import { CallScene } from "../calls/call-scene.ts";
import type { Package } from "../package/package.ts";
import type { RunningInstances } from "../limits/running-instances.ts";
import { StartingPoint } from "./starting-point.ts";
import { AbortWatch } from "../calls/abort-watch.ts";

/** What an instance of a plugin is made from. Made by `startInstance` (`life/start.ts`). */
export interface InstancePowers extends ImportPowers {
  readonly component: EngineComponent;
  readonly authority: Pick<Authority, "may" | "permit" | "endOfInstance" | "watch">;
  readonly siblings: Siblings;
  readonly caller: Caller;
  readonly runningInstances: Pick<RunningInstances, "account">;
  readonly texts: RetainedTexts;
  /** Is handed the instance before any of its code runs: it can be ended from then on. */
  readonly begun: (instance: PluginInstance) => void;
  /** The instance needs `bytes` more, and there is no room; `end` ends it. */
  readonly short: (bytes: number, end: () => void) => void;
  /** A call has ended, so the events that the instance emitted during it may be delivered. */
  readonly turnEnded: (caller: Caller) => void;
}

/** The other instances of the same plugin. Made by Plugin (`life/plugin.ts`). */
export interface Siblings {
  /** Bytes of linear memory of all of them. */
  memoryBytes(): number;
  /** Whether another instance than this one runs or is being started. */
  runBeside(instance: PluginInstance): boolean;
}

/**
 * One running instance of a plugin: the engine's instance, its gates, and everything that it has
 * acquired. Its calls wait for each other (see Place). A call that throws anything but a WitError
 * has ended the instance.
 */
export class PluginInstance {
  readonly #powers: InstancePowers;
  readonly #scope: InstanceScope;
  readonly #time: CallTime;
  readonly #endPowers: EndPowers;
  readonly #abortWatch: AbortWatch;
  readonly #texts: Retained;
  /** The same object for the whole life of the instance. */
  readonly caller: Caller;
  #imports: InstanceImports | undefined;
  #engine: EngineInstance | undefined;
  #state: InstanceState = { tag: "live" };
  /** True after the start: calls from then on belong to the plugin's users. */
  #started = false;
  /**
   * The state that `reset` restores after each call. Undefined: the instance keeps what calls leave
   * in it.
   */
  #start: StartingPoint | undefined;
  /** True while a call is under way that has returned a promise. */
  #awaited = false;
  readonly #scene: CallScene = new CallScene();
  /** Aborts host functions. Made when one first asks for its signal. */
  #abort: AbortController | undefined;
  #lastMs = 0;

  private constructor(powers: InstancePowers) {
    this.#powers = powers;
    this.caller = powers.caller;
    this.#time = new CallTime(powers, () => this.endOver("hostMs", "host functions"));
    this.#endPowers = { ...powers, ...this.caller, time: this.#time, scene: this.#scene };
    this.#abortWatch = new AbortWatch(powers.timers, (operation) => this.end("aborted", operation));
    this.#texts = powers.texts.of(this.caller);
    this.#scope = new InstanceScope((error) => this.#fault(error));
  }

  /** Links and instantiates. Of the guest's code, only its start functions run. */
  static async start(powers: InstancePowers): Promise<PluginInstance> {
    const instance = new PluginInstance(powers);
    powers.begun(instance);
    try {
      const limits = engineLimits(powers.allowance.granted);
      const startMs = powers.allowance.granted.activateMs;
      const { imports, lent } = instance.#link();
      const party = instance.caller.plugin;
      const room = instance.#room();
      const begun = (made: EngineInstance): void => void (instance.#engine = made);
      const options = { limits, startMs, lent, party, account: instance.#time, room, begun };
      const engine = await powers.component.instantiate(imports, options);
      if (instance.#state.tag === "ended") engine[Symbol.dispose]();
      instance.#engine = engine;
      instance.#time.of(engine);
      return instance;
    } catch (error) {
      throw instance.#fail("start", error);
    }
  }

  /** The version of the plugin that this is an instance of. */
  get package(): Package {
    return this.#powers.package;
  }

  get state(): InstanceState {
    return this.#state;
  }

  /** The engine's instance may have been poisoned by a call that did not come through here. */
  get live(): boolean {
    return this.#state.tag === "live" && this.#engine?.state === "live";
  }

  /** Why it is not live, where its thread was lost. */
  get lost(): TenonError | undefined {
    const { name } = this.#powers.package.manifest;
    const gone = this.#engine?.gone;
    return gone && (swept(name, "a call", gone) ?? crash(name, "a call", gone));
  }

  get lastMs(): number {
    return this.#lastMs;
  }

  /**
   * Why the instance, and everything that it has handed out, can't be called any more. Undefined
   * while it is live.
   */
  get gone(): TenonError | undefined {
    if (this.live) return undefined;
    const why = this.#state.tag === "ended" ? this.#state.error : this.lost;
    return handedOut(why ?? pluginError("plugin-crashed", this.caller.plugin, "was ended"));
  }

  get busy(): boolean {
    return this.#time.underWay;
  }

  /** See EngineInstance. */
  set forgotten(drop: (drop: () => unknown) => void) {
    if (this.#engine !== undefined) this.#engine.forgotten = drop;
  }

  get memories(): number {
    return this.#engine?.memories ?? 1;
  }

  /** Its memories and tables, and the text that only it keeps. */
  get memoryBytes(): number {
    return (this.#engine?.memoryBytes ?? 0) + this.#texts.bytes;
  }

  get exports(): Readonly<Record<string, unknown>> {
    return this.#engine?.exports ?? {};
  }

  /** Whether calls return promises whatever the plugin imports. */
  get answersLater(): boolean {
    return this.#engine?.answersLater ?? false;
  }

  /** Whether several calls may be handed to the instance at once. */
  get takesGroups(): boolean {
    return this.#engine?.takesTurns ?? false;
  }

  offers(interfaceName: string): boolean {
    return Object.hasOwn(this.exports, interfaceName);
  }

  /**
   * Calls one exported function. Rejects with a WitError where the function returns `err`; with
   * `plugin-crashed`, `interface-failed`, `plugin-deadline`, or the reason that `end` was given,
   * where the instance has ended.
   */
  async call(call: GuestCall): Promise<unknown> {
    if (this.#state.tag === "ended") throw this.#state.error;
    const { operation, enter, begin } = call;
    let outcome: "ok" | "err" | "failed" = "ok";
    begin?.();
    const options = this.#begin(call);
    try {
      const answer = this.#engine!.call(enter, options);
      if (!(answer instanceof Promise)) return answer;
      this.#time.wait(() => this.end("deadline", operation));
      this.#abortWatch.begin(call);
      this.#awaited = true;
      return await answer;
    } catch (error) {
      outcome = error instanceof WitError ? "err" : "failed";
      throw error instanceof WitError ? error : this.#fail(operation, error);
    } finally {
      this.#awaited = false;
      this.#tell(operation, this.#finish(), outcome);
    }
  }

  /**
   * Does the same for a call that can't wait and returns at once; the caller must call `reset`
   * afterwards. Throws `component-suspended` while a call of `call` is under way.
   */
  callNow(call: GuestCall): unknown {
    if (this.#state.tag === "ended") throw this.#state.error;
    if (this.#awaited) throw suspended(call.operation);
    const options = this.#begin(call);
    try {
      return this.#engine!.call(call.enter, options);
    } catch (error) {
      throw error instanceof WitError ? error : this.#fail(call.operation, error);
    } finally {
      this.#finish();
      this.reset();
    }
  }

  /**
   * Makes several calls at once, of an instance that takes groups; each is followed by a reset.
   * `settle` is told the outcome of each by its index.
   */
  async callAll(
    calls: readonly GuestCall[],
    settle: (index: number, outcome: CallOutcome) => void,
  ): Promise<void> {
    const powers = {
      engine: this.#engine!,
      time: this.#time,
      begins: (call: GuestCall) => {
        this.#start?.leave();
        this.#scene.begins(call);
        this.#abortWatch.begin(call);
      },
      answered: () => {
        this.#abortWatch.end();
        this.#note();
        this.reset();
        this.#powers.turnEnded(this.caller);
      },
      live: () => this.#state.tag === "live",
      fail: (operation: string, error: unknown) => this.#fail(operation, error),
      late: (operation: string) => this.end("deadline", operation),
      told: (operation: string, ms: number, outcome: "ok" | "err" | "failed") =>
        this.#tell(operation, ms, outcome),
    };
    await new CallGroup(calls, powers, settle).run();
    this.#abortWatch.end();
  }

  started(): void {
    this.#started = true;
  }

  /** From now on, `reset` restores the instance's present state. */
  keepStart(): void {
    const snapshot = this.#engine?.snapshot?.();
    this.#start = new StartingPoint(snapshot, this.#scope, (error) => this.#fault(error));
  }

  /**
   * For a stateless plugin, after a call: restores the state after the start, in the guest and in
   * what it has acquired. Where that is not possible, ends the instance.
   */
  reset(): void {
    if (this.#start === undefined || !this.live) return;
    if (!this.#start.restore()) this.end("reset", "reset");
  }

  /** Ends the instance, releases what it holds, and ends a suspended call. Idempotent. */
  end(reason: EndReason, operation: string): void {
    if (this.#state.tag === "ended") return;
    const { name } = this.#powers.package.manifest;
    const error =
      reason === "deadline"
        ? missedDeadline(this.#endPowers, operation)
        : ended(reason, name, operation);
    this.#close(error, reason);
  }

  /** Ends the instance because it went over a limit. */
  endOver(limit: LimitName, operation: string): void {
    if (this.#state.tag !== "live") return;
    this.#close(this.#powers.allowance.passed(limit, operation, "stop"));
  }

  /**
   * Ends the instance because all instances together hold too much, and this one asks for more or
   * holds the most.
   */
  endShort(): void {
    this.endOver("totalMemory", this.#scene.operation);
  }

  #room(): InstanceRoom | undefined {
    const { account } = this.#powers.runningInstances;
    return (
      account && { account, wants: (bytes) => this.#powers.short(bytes, () => this.endShort()) }
    );
  }

  #begin(call: GuestCall): CallOptions {
    this.#scene.begins(call);
    this.#start?.leave();
    return this.#time.begin(call.deadlineMs);
  }

  #finish(): number {
    this.#abortWatch.end();
    this.#lastMs = this.#time.end();
    this.#note();
    return this.#lastMs;
  }

  /** Records that a call has ended. */
  #note(): void {
    this.#scene.ended();
    if (this.#started && this.live) this.#powers.allowance.turnEndedWell();
    if (this.answersLater) this.#imports?.settle();
    this.#notePeak();
  }

  #notePeak(): void {
    const { meter, siblings } = this.#powers;
    const bytes = Math.max(this.memoryBytes, siblings.memoryBytes());
    meter.peakMemoryBytes = Math.max(meter.peakMemoryBytes, bytes);
  }

  #tell(operation: string, ms: number, outcome: "ok" | "err" | "failed"): void {
    const { telemetry } = this.#powers;
    if (!telemetry.heard) return;
    telemetry.emit({ tag: "call", plugin: this.caller.plugin, operation, ms, outcome });
  }

  #fault(error: unknown): void {
    this.#powers.telemetry.emit({ tag: "fault", plugin: this.caller.plugin, error });
  }

  #fail(operation: string, error: unknown): TenonError {
    if (this.live && isMisuse(error)) return error;
    if (this.#state.tag === "live") {
      const end = endOfFailure(this.#endPowers, operation, error);
      this.#close(end.error, end.reason);
    }
    return this.#state.tag === "ended" ? this.#state.error : crash("", operation, error);
  }

  #close(error: TenonError, reason?: EndReason): void {
    const { siblings, allowance, authority } = this.#powers;
    this.#notePeak();
    this.#state = { tag: "ended", error, reason };
    this.#start = undefined;
    this.#abort?.abort();
    this.#engine?.[Symbol.dispose]();
    this.#scope.end();
    this.#texts.end();
    allowance.ended(reason === "deadline");
    if (!siblings.runBeside(this)) authority.endOfInstance(this.caller.plugin);
  }

  #link(): InstanceImports {
    this.#imports = new InstanceImports(this.#powers, {
      caller: this.caller,
      scope: this.#scope,
      signal: () => this.#signal(),
      time: this.#time,
      said: (line) => this.#scene.words.add(line),
      hosted: (ms) => this.#time.hosted(ms),
    });
    return this.#imports;
  }

  #signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#state.tag === "ended") this.#abort.abort();
    return this.#abort.signal;
  }
}
