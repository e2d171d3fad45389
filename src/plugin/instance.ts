import type { Authority } from "../capability/authority.ts";
import type {
  EngineComponent,
  EngineImports,
  EngineInstance,
  EngineLimits,
  EngineSnapshot,
} from "../component/engine.ts";
import { TenonError, WitError } from "../errors.ts";
import type { InterfaceContext, InterfaceDefinition } from "../interfaces/define.ts";
import type { Clock, Timers } from "../platform/clock.ts";
import type { Telemetry } from "../telemetry/events.ts";
import type { Meter } from "../telemetry/meter.ts";
import type { AnswerCache } from "./answer-cache.ts";
import { Deadline } from "./deadline.ts";
import { gateInterface, unavailableInterface } from "./gate.ts";
import { InstanceScope } from "./instance-scope.ts";
import { crash, ended, type EndReason, isInterrupted } from "./outcome.ts";
import type { Package } from "./package.ts";

/// What one instance of a plugin is made from.
export interface InstancePowers {
  readonly package: Package;
  readonly component: EngineComponent;
  readonly authority: Pick<Authority, "may" | "endOfInstance">;
  readonly telemetry: Telemetry;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly answers: AnswerCache;
  readonly limits: EngineLimits;
  /// Milliseconds that start functions may take.
  readonly startMs: number;
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
  #engine: EngineInstance | undefined;
  #state: InstanceState = { tag: "live" };
  #deadline: Deadline | undefined;
  /// What it is put back to after each call. Undefined: it goes on as the call left it.
  #start: Start | undefined;
  /// Host functions under way that wait for a person.
  #holds = 0;

  private constructor(powers: InstancePowers) {
    this.#powers = powers;
    this.#scope = new InstanceScope((error) => {
      powers.telemetry.emit({ tag: "fault", plugin: powers.package.manifest.name, error });
    });
  }

  /// Links and instantiates; calls nothing of the guest but what its start functions do.
  static async start(powers: InstancePowers): Promise<PluginInstance> {
    const instance = new PluginInstance(powers);
    try {
      const { limits, startMs } = powers;
      const imports = instance.#link();
      instance.#engine = await powers.component.instantiate(imports, { limits, startMs });
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
    if (this.#start !== undefined) this.#start.used = true;
    meter.calls++;
    this.#allow(deadlineMs);
    try {
      return enter(this.exports);
    } catch (error) {
      throw error instanceof WitError ? error : this.#fail(operation, error);
    } finally {
      this.#allow(undefined);
      meter.ms += clock.monotonic() - started;
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
    this.#close(ended(reason, this.#powers.package.manifest.name, operation), reason);
  }

  /// How long the guest may run from now on.
  #allow(ms: number | undefined): void {
    if (this.#engine !== undefined) this.#engine.timeMs = ms;
  }

  #startDeadline(operation: string, ms: number): void {
    this.#deadline = new Deadline(ms, this.#powers, () => this.end("deadline", operation));
    if (this.#holds > 0) this.#deadline.hold();
  }

  #fail(operation: string, error: unknown): TenonError {
    if (this.#state.tag === "live") {
      const { name } = this.#powers.package.manifest;
      const stopped = isInterrupted(error);
      this.#close(stopped ? ended("deadline", name, operation) : crash(name, operation, error));
    }
    return this.#state.tag === "ended" ? this.#state.error : crash("", operation, error);
  }

  #close(error: TenonError, reason?: EndReason): void {
    this.#state = { tag: "ended", error, reason };
    this.#start = undefined;
    this.#engine?.[Symbol.dispose]();
    this.#scope.end();
    this.#implementations.clear();
    this.#powers.authority.endOfInstance(this.#powers.package.manifest.name);
  }

  #link(): EngineImports {
    const imports = new Map<string, unknown>();
    for (const link of this.#powers.package.links) {
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
    const implementation = definition.implement(this.#context(definition));
    this.#implementations.set(importName, implementation);
    return gateInterface(definition, functions, implementation, {
      ...this.#powers,
      caller: this.#caller,
      component: this.#powers.package.digest,
      own: (resource) => this.#scope.own(resource),
      patience: {
        hold: () => {
          if (this.#holds++ === 0) this.#deadline?.hold();
        },
        release: () => {
          if (--this.#holds === 0) this.#deadline?.release();
        },
      },
    });
  }

  get #caller(): { readonly plugin: string; readonly version: string } {
    const { name, version } = this.#powers.package.manifest;
    return { plugin: name, version };
  }

  #context(definition: InterfaceDefinition): InterfaceContext<unknown, unknown> {
    const { authority } = this.#powers;
    const caller = this.#caller;
    const capability = definition.capability?.name;
    return {
      caller,
      may: (use) =>
        capability === undefined
          ? { allowed: true, scope: undefined }
          : authority.may(caller.plugin, capability, use),
      own: (resource) => this.#scope.own(resource),
    };
  }
}
