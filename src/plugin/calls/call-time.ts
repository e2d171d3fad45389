import type { CallOptions, EngineInstance, TimeAccount } from "../../component/engine.ts";
import type { Clock, Timers } from "../../platform/clock.ts";
import type { Meter } from "../../telemetry/meter.ts";
import type { Allowance } from "../limits/allowance.ts";
import { Deadline } from "./deadline.ts";
import { HeldUp } from "../limits/held-up.ts";

/** Made by PluginInstance (`instance/instance.ts`). */
export interface CallTimePowers {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly meter: Meter;
  readonly allowance: Allowance;
}

/** Milliseconds of the host's thread that are counted together. */
const HOSTED_MS = 0.5;

/** The time of the call under way in one instance: how long it may take, and how long it took. */
export class CallTime implements TimeAccount {
  readonly #powers: CallTimePowers;
  readonly #overHost: () => void;
  /** What the application's interfaces do with the time. */
  readonly heldUp: HeldUp;
  #engine: EngineInstance | undefined;
  #deadline: Deadline | undefined;
  /** The options of the call under way, unless calls are made in turn. */
  #call: CallOptions | undefined;
  /** How many host functions under way wait for a person. */
  #holds = 0;
  /** Whether a call is under way. */
  #calling = false;
  /** Whether the call under way may run only for the rest of the plugin's running time. */
  #cpuBound = false;
  /**
   * `#ran`: how many milliseconds the guest has run so far. `#ranUntil`: the most that it may reach
   * while calls are made in turn.
   */
  #ran = 0;
  #ranUntil = Infinity;
  #ms: number;
  #started = 0;
  /**
   * Milliseconds in host functions, and waiting for them, when the guest's running time was last
   * told.
   */
  #sampled = 0;
  #waited = 0;
  /** Milliseconds of the host's thread that have not been counted yet. */
  #unhosted = 0;

  /**
   * `overHost` is called where the host's thread has worked for the plugin for too long during a
   * call.
   */
  constructor(powers: CallTimePowers, overHost: () => void) {
    this.#powers = powers;
    this.#overHost = overHost;
    this.#ms = powers.allowance.granted.activateMs;
    this.heldUp = new HeldUp(powers.clock);
    this.heldUp.begin(this.#ms, powers.clock.monotonic());
  }

  /** Milliseconds that the call under way, or the start, may take. */
  get ms(): number {
    return this.#ms;
  }

  get underWay(): boolean {
    return this.#calling;
  }

  /** Where the engine stopped the guest: whether the plugin's running time was used up. */
  get cpuEnded(): boolean {
    return this.#cpuBound || this.#ran >= this.#ranUntil;
  }

  of(engine: EngineInstance): void {
    this.#engine = engine;
    this.heldUp.mayBeLate = engine.mayBeLate;
  }

  /**
   * A call is entered. On the caller's thread its time includes what it waits for, so it can't be
   * limited to the rest of the plugin's running time.
   */
  begin(ms: number): CallOptions {
    this.#count();
    const elsewhere = this.#engine?.answersLater === true;
    const left = elsewhere ? this.#powers.allowance.cpuLeftMs : Infinity;
    this.#calling = true;
    this.#ms = ms;
    this.heldUp.begin(ms, this.#started);
    this.#cpuBound = left < ms;
    return (this.#call = { timeMs: Math.min(ms, left), account: this });
  }

  /**
   * The guest's own code has run `ms` milliseconds more. `withHost`: time in host functions is
   * included.
   */
  ran(ms: number, withHost: boolean): void {
    const { meter, allowance } = this.#powers;
    this.#ran += ms;
    let cpu = ms;
    if (withHost) {
      const worked = Math.min(ms, meter.sampledMs - this.#sampled);
      cpu = Math.max(0, ms - worked - (meter.waitedMs - this.#waited));
      this.#noteHost();
      this.#hosted(worked);
    }
    meter.cpuMs += cpu;
    allowance.ran(cpu);
  }

  runs(): void {
    this.heldUp.runs();
  }

  /** The host's thread has worked `ms` milliseconds more for the plugin. */
  hosted(ms: number): void {
    this.heldUp.worked(ms);
    this.#unhosted += ms;
    if (this.#unhosted < HOSTED_MS) return;
    this.#hosted(this.#unhosted);
    this.#unhosted = 0;
    if (this.#calling && this.#powers.allowance.hostLeftMs === 0) this.#overHost();
  }

  #hosted(ms: number): void {
    const { meter, allowance } = this.#powers;
    meter.hostMs += ms;
    allowance.hosted(ms);
  }

  #noteHost(): void {
    const { meter } = this.#powers;
    this.#sampled = meter.sampledMs;
    this.#waited = meter.waitedMs;
  }

  /**
   * The call does not return at once: `late` is called where it has not answered when its time is
   * up.
   */
  wait(late: () => void): void {
    this.#deadline = new Deadline(this.#ms, this.#powers, late);
    if (this.#holds > 0) this.#deadline.hold();
  }

  /** The call has ended. Returns how many milliseconds it took. */
  end(): number {
    this.#over();
    return this.#account();
  }

  /**
   * The first of several calls in turn begins. Returns how many milliseconds all of them may run:
   * the rest of the plugin's running time.
   */
  beginInTurn(ms: number): number {
    this.#count();
    this.#calling = true;
    this.#ms = ms;
    this.heldUp.begin(ms, this.#started);
    // The rest limits all of them together, not each.
    this.#cpuBound = false;
    const left = this.#powers.allowance.cpuLeftMs;
    this.#ranUntil = this.#ran + left;
    return left;
  }

  /** One of the calls in turn has ended. Returns how many milliseconds it took. */
  lap(): number {
    return this.#account();
  }

  /** The next of the calls in turn begins. */
  follow(ms: number): void {
    this.#count();
    this.#ms = ms;
    this.heldUp.begin(ms, this.#started);
    this.#deadline?.restart(ms);
  }

  /** The last of the calls in turn has ended. */
  endInTurn(): void {
    this.#over();
    this.#ranUntil = Infinity;
  }

  /** Pauses the time while the call waits for a person. */
  hold(): void {
    if (this.#holds++ > 0) return;
    this.heldUp.hold();
    this.#deadline?.hold();
    this.#holdTime(true);
  }

  release(): void {
    if (--this.#holds > 0) return;
    this.heldUp.release();
    this.#deadline?.release();
    // The running time starts anew; the deadline continues from where it stood.
    this.#holdTime(false);
  }

  #holdTime(isHeld: boolean): void {
    if (this.#call !== undefined) this.#engine?.holdTime?.(this.#call, isHeld);
  }

  #over(): void {
    this.#deadline?.[Symbol.dispose]();
    this.#deadline = this.#call = undefined;
    this.#calling = this.#cpuBound = false;
  }

  #count(): void {
    const { clock, meter } = this.#powers;
    this.#started = clock.monotonic();
    this.#noteHost();
    meter.calls++;
  }

  #account(): number {
    const { clock, meter } = this.#powers;
    const ms = clock.monotonic() - this.#started;
    meter.ms += ms;
    this.#hosted(this.#unhosted);
    this.#unhosted = 0;
    if (this.#engine !== undefined && this.#engine.measures !== true) this.ran(ms, true);
    return ms;
  }
}
