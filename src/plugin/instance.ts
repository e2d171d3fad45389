import type { Authority } from "../capability/authority.ts";
import type {
  EngineComponent,
  EngineImports,
  EngineInstance,
  EngineSnapshot,
} from "../component/engine.ts";
import { TenonError, WitError } from "../errors.ts";
import type { InterfaceContext, InterfaceDefinition } from "../interfaces/define.ts";
import type { InsideInterface } from "../component/inside.ts";
import type { Clock, Timers } from "../platform/clock.ts";
import type { Telemetry } from "../telemetry/events.ts";
import type { Meter } from "../telemetry/meter.ts";
import type { Allowance } from "./allowance.ts";
import type { AnswerCache } from "./answer-cache.ts";
import { Deadline } from "./deadline.ts";
import { gateInterface, unavailableInterface } from "./gate.ts";
import { InterfaceLender } from "./interface-lender.ts";
import { InstanceScope } from "./instance-scope.ts";
import type { ImportLink } from "./import-links.ts";
import { limitOf } from "./limit-error.ts";
import { engineLimits } from "./limits.ts";
import { crash, ended, type EndReason, isInterrupted, shownCause } from "./outcome.ts";
import type { Package } from "./package.ts";

/// What one instance of a plugin is made from.
export interface InstancePowers {
  readonly package: Package;
  /// How the package's imports are served.
  readonly links: readonly ImportLink[];
  readonly component: EngineComponent;
  readonly authority: Pick<Authority, "may" | "permit" | "endOfInstance" | "watch">;
  readonly telemetry: Telemetry;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly answers: AnswerCache;
  readonly allowance: Allowance;
}

export type InstanceState =
  | { readonly tag: "live" }
  /// `reason`: the host's, where it ended it.
  | { readonly tag: "ended"; readonly error: TenonError; readonly reason: EndReason | undefined };

interface Start {
  readonly snapshot: EngineSnapshot | undefined;
  readonly owned: ReadonlySet<Disposable>;
  /// Whether it was called since.
  used: boolean;
}

/// One running plugin: the engine's instance, its gates, and everything it acquired. Calls into it
/// are made one at a time (see Turns); a call that throws anything but a WitError has ended it.
export class PluginInstance {
  readonly #powers: InstancePowers;
  readonly #scope: InstanceScope;
  /// By the import's name, to make resources that are handed to the guest.
  readonly #implementations: Map<string, Readonly<Record<string, unknown>>> = new Map();
  /// By the import's name, of interfaces of which something may be done on the guest's own thread.
  readonly #lenders: Map<string, InterfaceLender> = new Map();
  #engine: EngineInstance | undefined;
  #state: InstanceState = { tag: "live" };
  #deadline: Deadline | undefined;
  /// What it is put back to after each call. Undefined: it goes on as the call left it.
  #start: Start | undefined;
  /// Host functions under way that wait for a person.
  #holds = 0;
  /// Whether a call is under way.
  #calling = false;
  /// Told host functions to give up, once one has asked for its signal.
  #abort: AbortController | undefined;
  /// Whether the call under way may run no longer than what is left of the plugin's running time.
  #cpuBound = false;
  /// Of the call under way, or of the start.
  #deadlineMs: number;

  private constructor(powers: InstancePowers) {
    this.#powers = powers;
    this.#deadlineMs = powers.allowance.granted.activateMs;
    this.#scope = new InstanceScope((error) => {
      powers.telemetry.emit({ tag: "fault", plugin: powers.package.manifest.name, error });
    });
  }

  /// Links and instantiates; calls nothing of the guest but what its start functions do.
  static async start(powers: InstancePowers): Promise<PluginInstance> {
    const instance = new PluginInstance(powers);
    try {
      const { granted } = powers.allowance;
      const limits = engineLimits(granted);
      const startMs = granted.activateMs;
      const imports = instance.#link();
      const inside = instance.#inside();
      const options = { limits, startMs, inside };
      instance.#engine = await powers.component.instantiate(imports, options);
      return instance;
    } catch (error) {
      throw instance.#fail("start", error);
    }
  }

  get state(): InstanceState {
    return this.#state;
  }

  /// An engine's instance may have been poisoned by a call that did not come through here.
  get live(): boolean {
    return this.#state.tag === "live" && this.#engine?.state === "live";
  }

  get memoryBytes(): number {
    return this.#engine?.memoryBytes ?? 0;
  }

  get exports(): Readonly<Record<string, unknown>> {
    return this.#engine?.exports ?? {};
  }

  /// Whether calls answer with promises whatever the plugin imports.
  get answersLater(): boolean {
    return this.#engine?.answersLater ?? false;
  }

  /// What an interface that the guest imports was implemented with, for this instance.
  implementationOf(importName: string): Readonly<Record<string, unknown>> | undefined {
    return this.#implementations.get(importName);
  }

  /// Whether the guest exports an interface.
  offers(interfaceName: string): boolean {
    return Object.hasOwn(this.exports, interfaceName);
  }

  /// Calls one exported function. Rejects with a WitError where it answers `err`; with
  /// `plugin-crashed`, `plugin-deadline` or the reason given to `end` where the instance ended.
  async call(
    operation: string,
    deadlineMs: number,
    enter: (exports: Readonly<Record<string, unknown>>) => unknown,
  ): Promise<unknown> {
    if (this.#state.tag === "ended") throw this.#state.error;
    const { clock, meter, telemetry, package: source } = this.#powers;
    const started = clock.monotonic();
    const before = this.#ranMs();
    if (this.#start !== undefined) this.#start.used = true;
    let outcome: "ok" | "err" | "failed" = "ok";
    meter.calls++;
    this.#allow(deadlineMs);
    try {
      const answer = enter(this.exports);
      if (!(answer instanceof Promise)) return answer;
      this.#startDeadline(operation, deadlineMs);
      return await answer;
    } catch (error) {
      outcome = error instanceof WitError ? "err" : "failed";
      throw error instanceof WitError ? error : this.#fail(operation, error);
    } finally {
      this.#deadline?.[Symbol.dispose]();
      this.#deadline = undefined;
      this.#allow(undefined);
      const ms = clock.monotonic() - started;
      meter.ms += ms;
      this.#account(before, ms);
      if (telemetry.heard) {
        telemetry.emit({ tag: "call", plugin: source.manifest.name, operation, ms, outcome });
      }
    }
  }

  /// The same for a call that can't wait, and answers at once; `reset` follows it.
  callNow(
    operation: string,
    deadlineMs: number,
    enter: (exports: Readonly<Record<string, unknown>>) => unknown,
  ): unknown {
    if (this.#state.tag === "ended") throw this.#state.error;
    const { clock, meter } = this.#powers;
    const started = clock.monotonic();
    const before = this.#ranMs();
    if (this.#start !== undefined) this.#start.used = true;
    meter.calls++;
    this.#allow(deadlineMs);
    try {
      return enter(this.exports);
    } catch (error) {
      throw error instanceof WitError ? error : this.#fail(operation, error);
    } finally {
      this.#allow(undefined);
      const ms = clock.monotonic() - started;
      meter.ms += ms;
      this.#account(before, ms);
      this.reset();
    }
  }

  /// From now on `reset` brings it back to how it is now.
  keepStart(): void {
    this.#start = { snapshot: this.#engine?.snapshot?.(), owned: this.#scope.mark(), used: false };
  }

  /// Of a stateless plugin, after a call: nothing is left of it, neither in the guest nor of what it
  /// came by. Where that can't be done the instance is ended.
  reset(): void {
    if (this.#start === undefined || !this.#start.used || !this.live) return;
    const { snapshot, owned } = this.#start;
    if (this.#restored(snapshot)) {
      this.#scope.endSince(owned);
      this.#start.used = false;
    } else {
      this.end("reset", "reset");
    }
  }

  #restored(snapshot: EngineSnapshot | undefined): boolean {
    try {
      return snapshot?.restore() ?? false;
    } catch (error) {
      const plugin = this.#powers.package.manifest.name;
      this.#powers.telemetry.emit({ tag: "fault", plugin, error });
      return false;
    }
  }

  /// Ends it, releases what it holds, and ends a call that is suspended. Idempotent.
  end(reason: EndReason, operation: string): void {
    if (this.#state.tag === "ended") return;
    const { name } = this.#powers.package.manifest;
    const error = reason === "deadline" ? this.#late(operation) : ended(reason, name, operation);
    this.#close(error, reason);
  }

  /// Ends it because it went over a limit.
  endOver(error: TenonError): void {
    if (this.#state.tag === "live") this.#close(error);
  }

  #late(operation: string): TenonError {
    const value = this.#deadlineMs;
    return this.#powers.allowance.passed("deadline", operation, "stop", { value });
  }

  /// How long the guest may run from now on. On the caller's thread its time includes what it waits
  /// for, and says nothing of how much of its running time is left.
  #allow(ms: number | undefined): void {
    if (this.#engine === undefined) return;
    const left =
      ms === undefined || !this.answersLater ? Infinity : this.#powers.allowance.cpuLeftMs;
    this.#calling = ms !== undefined;
    if (ms !== undefined) this.#deadlineMs = ms;
    this.#cpuBound = ms !== undefined && left < ms;
    this.#engine.timeMs = ms === undefined ? undefined : Math.min(ms, left);
  }

  /// What the guest ran so far by its engine, and what host functions took, by the gate.
  #ranMs(): { readonly ran: number | undefined; readonly host: number } {
    return { ran: this.#engine?.ranMs, host: this.#powers.meter.hostMs };
  }

  /// A call of `ms` has ended, before which it was `before`.
  #account(before: { readonly ran: number | undefined; readonly host: number }, ms: number): void {
    const { meter, allowance } = this.#powers;
    if (this.answersLater) for (const lender of this.#lenders.values()) lender.settle();
    const { ran, host } = this.#ranMs();
    const measured = before.ran === undefined || ran === undefined ? ms : ran - before.ran;
    // Where it runs on the caller's thread, what host functions took is in it.
    const cpu = this.answersLater ? measured : Math.max(0, measured - (host - before.host));
    meter.cpuMs += cpu;
    allowance.ran(cpu);
    meter.peakMemoryBytes = Math.max(meter.peakMemoryBytes, this.memoryBytes);
  }

  #startDeadline(operation: string, ms: number): void {
    this.#deadline = new Deadline(ms, this.#powers, () => this.end("deadline", operation));
    if (this.#holds > 0) this.#deadline.hold();
  }

  #fail(operation: string, error: unknown): TenonError {
    if (this.#state.tag === "live") {
      const { name } = this.#powers.package.manifest;
      const { allowance } = this.#powers;
      const cause = shownCause(error);
      const limit = isInterrupted(error) && this.#cpuBound ? "cpu" : limitOf(cause, name);
      if (limit !== undefined) this.#close(allowance.passed(limit, operation, "stop", { cause }));
      else if (isInterrupted(error)) this.#close(this.#late(operation), "deadline");
      else this.#close(crash(name, operation, error));
    }
    return this.#state.tag === "ended" ? this.#state.error : crash("", operation, error);
  }

  #close(error: TenonError, reason?: EndReason): void {
    this.#state = { tag: "ended", error, reason };
    this.#start = undefined;
    this.#abort?.abort();
    this.#engine?.[Symbol.dispose]();
    this.#scope.end();
    this.#powers.allowance.ended(reason === "deadline");
    this.#implementations.clear();
    this.#powers.authority.endOfInstance(this.#powers.package.manifest.name);
  }

  #link(): EngineImports {
    const imports = new Map<string, unknown>();
    for (const link of this.#powers.links) {
      const { name, functions } = link.import;
      if (link.tag === "unavailable") imports.set(name, unavailableInterface(name, functions));
      else if (link.definition === undefined) imports.set(name, {});
      else imports.set(name, this.#implement(name, link.definition, functions));
    }
    return Object.fromEntries(imports);
  }

  #implement(
    importName: string,
    definition: InterfaceDefinition,
    functions: readonly string[],
  ): Readonly<Record<string, unknown>> {
    const implementation = definition.implement(this.#context(importName, definition));
    this.#implementations.set(importName, implementation);
    if (definition.local !== undefined || definition.oneWay !== undefined) {
      const { authority, allowance, meter, telemetry, clock } = this.#powers;
      const { plugin } = this.#caller;
      const powers = { plugin, authority, allowance, meter, telemetry, clock };
      const lender = new InterfaceLender(definition, powers);
      this.#lenders.set(importName, lender);
      this.#scope.own(lender);
    }
    return gateInterface(definition, functions, implementation, {
      ...this.#powers,
      caller: this.#caller,
      component: this.#powers.package.digest,
      own: (resource) => this.#scope.own(resource),
      patience: {
        hold: () => {
          if (this.#holds++ > 0) return;
          this.#deadline?.hold();
          if (this.#engine !== undefined) this.#engine.timeMs = undefined;
        },
        release: () => {
          if (--this.#holds > 0) return;
          this.#deadline?.release();
          // What it may run starts anew; the deadline goes on from where it stood.
          if (this.#calling) this.#allow(this.#deadlineMs);
        },
      },
    });
  }

  #inside(): ReadonlyMap<string, InsideInterface> {
    const inside = new Map<string, InsideInterface>();
    for (const link of this.#powers.links) {
      const lender = this.#lenders.get(link.import.name);
      if (link.tag !== "served" || lender === undefined) continue;
      const { local, oneWay = [] } = link.definition!;
      inside.set(link.import.name, { local, oneWay, lender });
    }
    return inside;
  }

  get #caller(): { readonly plugin: string; readonly version: string } {
    const { name, version } = this.#powers.package.manifest;
    return { plugin: name, version };
  }

  #context(
    importName: string,
    definition: InterfaceDefinition,
  ): InterfaceContext<unknown, unknown> {
    const { authority, allowance } = this.#powers;
    const caller = this.#caller;
    const capability = definition.capability?.name;
    const signal = (): AbortSignal => {
      this.#abort ??= new AbortController();
      if (this.#state.tag === "ended") this.#abort.abort();
      return this.#abort.signal;
    };
    return {
      caller,
      get signal() {
        return signal();
      },
      limits: {
        get logBytesPerSecond() {
          return allowance.granted.logBytesPerSecond;
        },
        get storedBytes() {
          return allowance.granted.storedBytes;
        },
        get documents() {
          return allowance.granted.documents;
        },
        get requests() {
          return allowance.granted.requests;
        },
        passed: (limit) => {
          allowance.passed(limit, definition.name, "refuse");
          this.#lenders.get(importName)?.slow();
        },
      },
      may: (use) =>
        capability === undefined
          ? { allowed: true, scope: undefined }
          : authority.may(caller.plugin, capability, use),
      own: (resource) => this.#scope.own(resource),
    };
  }
}
