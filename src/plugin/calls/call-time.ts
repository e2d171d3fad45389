import type { CallOptions, EngineInstance } from "../../component/engine.ts";
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
  /** The call under way, unless calls are made in turn. */
  #call: CallOptions | undefined;
  /** Host functions under way that wait for a person. */
  #holds = 0;
  /** Whether a call is under way. */
  #calling = false;
  /** Whether the call under way may run no longer than what is left of the plugin's running time. */
  #cpuBound = false;
  /** Milliseconds that the guest ran so far, and what they may come to while calls are made in turn. */
  #ran = 0;
  #ranUntil = Infinity;
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
    return this.#cpuBound || this.#ran >= this.#ranUntil;
  }

  of(engine: EngineInstance): void {
    this.#engine = engine;
  }

  /**
   * A call is entered. On the caller's thread its time includes what it waits for, and says nothing of how
   * much of the plugin's running time is left.
   */
  begin(ms: number): CallOptions {
    this.#count();
    const elsewhere = this.#engine?.answersLater === true;
    const left = elsewhere ? this.#powers.allowance.cpuLeftMs : Infinity;
    this.#calling = true;
    this.#ms = ms;
    this.#cpuBound = left < ms;
    return (this.#call = { timeMs: Math.min(ms, left) });
  }

  /**
   * The guest's own code ran for so many milliseconds more. `withHost`: what host functions took is in
   * them.
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
   * The first of several calls in turn is under way. Answers the milliseconds that they may run together:
   * what is left to the plugin.
   */
  beginInTurn(ms: number): number {
    this.#count();
    this.#calling = true;
    this.#ms = ms;
    // What is left bounds all of them, not each.
    this.#cpuBound = false;
    const left = this.#powers.allowance.cpuLeftMs;
    this.#ranUntil = this.#ran + left;
    return left;
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
    this.#ranUntil = Infinity;
  }

  /** The time that the call waits for a person does not count. */
  hold(): void {
    if (this.#holds++ > 0) return;
    this.#deadline?.hold();
    this.#holdTime(true);
  }

  release(): void {
    if (--this.#holds > 0) return;
    this.#deadline?.release();
    // What it may run starts anew; the deadline goes on from where it stood.
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
