import type { EngineInstance } from "../../component/engine.ts";
import type { Clock, Timers } from "../../platform/clock.ts";
import type { Meter } from "../../telemetry/meter.ts";
import type { Allowance } from "../limits/allowance.ts";
import { Deadline } from "./deadline.ts";

export interface CallTimePowers {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly meter: Meter;
  readonly allowance: Allowance;
}

/** Milliseconds of the host's thread that are counted at a time. */
const HOSTED_MS = 0.5;

/** The time of the call that is under way in one instance: how long it may take, and what it took. */
export class CallTime {
  readonly #powers: CallTimePowers;
  readonly #overHost: () => void;
  #engine: EngineInstance | undefined;
  #deadline: Deadline | undefined;
  /** Host functions under way that wait for a person. */
  #holds = 0;
  /** Whether a call is under way. */
  #calling = false;
  /** Whether the call under way may run no longer than what is left of the plugin's running time. */
  #cpuBound = false;
  #ms: number;
  #started = 0;
  /** What host functions took, and what was waited for them, before what the guest ran was told last. */
  #sampled = 0;
  #waited = 0;
  /** Milliseconds of the host's thread that have not been counted. */
  #unhosted = 0;

  /** `overHost`: called where the host's thread has worked for the plugin for too long in mid-call. */
  constructor(powers: CallTimePowers, overHost: () => void) {
    this.#powers = powers;
    this.#overHost = overHost;
    this.#ms = powers.allowance.granted.activateMs;
  }

  /** Milliseconds that the call under way may take, or the start. */
  get ms(): number {
    return this.#ms;
  }

  get underWay(): boolean {
    return this.#calling;
  }

  /** Whether it was the plugin's running time that ended, where the engine stopped the guest. */
  get cpuEnded(): boolean {
    return this.#cpuBound || (this.#engine?.ranMs ?? 0) >= (this.#engine?.ranUntilMs ?? Infinity);
  }

  of(engine: EngineInstance): void {
    this.#engine = engine;
  }

  /** A call is entered. */
  begin(ms: number): void {
    this.#count();
    this.#allow(ms);
  }

  /**
   * The guest's own code ran for so many milliseconds more. `withHost`: what host functions took is in
   * them.
   */
  ran(ms: number, withHost: boolean): void {
    const { meter, allowance } = this.#powers;
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

  /** The host's thread worked for it for so many milliseconds more. */
  hosted(ms: number): void {
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

  /** It does not answer at once: `late` is called if it has not when its time is up. */
  wait(late: () => void): void {
    this.#deadline = new Deadline(this.#ms, this.#powers, late);
    if (this.#holds > 0) this.#deadline.hold();
  }

  /** It has ended. Answers the milliseconds that it took. */
  end(): number {
    this.#over();
    return this.#account();
  }

  /**
   * The calls from now on are made in turn: together they run for no longer than what is left to the
   * plugin.
   */
  beginInTurn(ms: number): void {
    this.begin(ms);
    // What is left bounds all of them, not each.
    this.#cpuBound = false;
    const engine = this.#engine!;
    engine.timeMs = ms;
    engine.ranUntilMs = (engine.ranMs ?? 0) + this.#powers.allowance.cpuLeftMs;
  }

  /** One of the calls in turn has ended; answers the milliseconds that it took. */
  lap(): number {
    return this.#account();
  }

  /** The next of the calls in turn is under way. */
  follow(ms: number): void {
    this.#count();
    this.#ms = ms;
    this.#deadline?.restart(ms);
  }

  /** The last of the calls in turn has ended. */
  endInTurn(): void {
    this.#over();
    if (this.#engine !== undefined) this.#engine.ranUntilMs = Infinity;
  }

  /** The time that the call waits for a person does not count. */
  hold(): void {
    if (this.#holds++ > 0) return;
    this.#deadline?.hold();
    if (this.#engine !== undefined) this.#engine.timeMs = undefined;
  }

  release(): void {
    if (--this.#holds > 0) return;
    this.#deadline?.release();
    // What it may run starts anew; the deadline goes on from where it stood.
    if (this.#calling) this.#allow(this.#ms);
  }

  #over(): void {
    this.#deadline?.[Symbol.dispose]();
    this.#deadline = undefined;
    this.#allow(undefined);
  }

  /**
   * How long the guest may run from now on. On the caller's thread its time includes what it waits
   * for, and says nothing of how much of its running time is left.
   */
  #allow(ms: number | undefined): void {
    if (this.#engine === undefined) return;
    const elsewhere = this.#engine.answersLater === true;
    const left = ms === undefined || !elsewhere ? Infinity : this.#powers.allowance.cpuLeftMs;
    this.#calling = ms !== undefined;
    if (ms !== undefined) this.#ms = ms;
    this.#cpuBound = ms !== undefined && left < ms;
    this.#engine.timeMs = ms === undefined ? undefined : Math.min(ms, left);
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
    if (this.#engine !== undefined && this.#engine.ranMs === undefined) this.ran(ms, true);
    return ms;
  }
}
