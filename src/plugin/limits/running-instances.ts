import type { MemoryAccount } from "../../component/engine.ts";
import type { Timers } from "../../platform/clock.ts";

/** A place (`life/place.ts`) whose instance runs or is being started, as seen from here. */
export interface InstancePlace {
  /** True when no call is under way and none waits. */
  readonly idle: boolean;
  /** How many memories the instance has, or is assumed to have. Default: 1. */
  readonly memories?: number;
  /** Bytes that the instance holds now. Default: what `settled` was told last. */
  readonly memoryBytes?: number;
  /** Ends the instance after it has been told to deactivate. The next event starts another. */
  drop(): Promise<void>;
  /** Ends the instance in the middle of its call, because all instances together hold too much. */
  endOver?(): void;
}

export interface RunningLimits {
  readonly instances: number;
  readonly totalMemoryBytes: number;
}

/** Made by HostParts (`host/parts.ts`). */
export interface RunningPowers {
  /** What all instances hold together, at any moment. */
  readonly account: MemoryAccount;
  /** Bytes of the answers that the host keeps for the plugins. */
  keptBytes(): number;
  /** How many memories the address space has room for. Default: only `totalMemoryBytes` counts. */
  readonly memories?: number | undefined;
  readonly timers: Timers;
}

/**
 * Milliseconds for which `admit` waits for an instance to become idle where all are in a call, and
 * milliseconds between two looks.
 */
const PATIENCE_MS = 1_000;
const LOOK_MS = 5;

/**
 * The instances of a host's plugins that run, and how much memory they hold together. Where there
 * is no room for another instance, the idle one that has been unused for longest is ended.
 */
export class RunningInstances {
  readonly #limits: RunningLimits;
  readonly #powers: RunningPowers | undefined;
  readonly #keep: ((bytes: number) => void) | undefined;
  /** The bytes of each instance. The one that was used last is at the end. */
  readonly #held: Map<InstancePlace, number> = new Map();
  #bytes = 0;
  #peak = 0;
  /** Settles when room has been made for all who have asked so far. */
  #made: Promise<void> = Promise.resolve();

  /** Without `powers`, an instance's memory is known only from `settled`. */
  constructor(limits: RunningLimits, powers?: RunningPowers) {
    this.#limits = limits;
    this.#powers = powers;
    this.#keep = powers?.account.keep();
  }

  get count(): number {
    return this.#held.size;
  }

  get account(): MemoryAccount | undefined {
    return this.#powers?.account;
  }

  /** What all instances hold, and the answers that the host keeps for them. */
  get bytes(): number {
    if (this.#powers === undefined) return this.#bytes;
    this.#keep!(this.#powers.keptBytes());
    return this.#powers.account.bytes;
  }

  get peakBytes(): number {
    return Math.max(this.#peak, this.bytes);
  }

  /**
   * Makes room for one more instance. Returns false where no instance can be ended, and none
   * becomes idle in time.
   */
  async admit(place: InstancePlace): Promise<boolean> {
    for (let waited = 0; this.#isFull(place);) {
      if (await this.dropOne(place)) continue;
      if (this.#powers === undefined || waited >= PATIENCE_MS) return false;
      const { timers } = this.#powers;
      await new Promise<void>((resolve) => void timers.after(LOOK_MS, resolve));
      waited += LOOK_MS;
    }
    if (!this.#held.has(place)) this.#held.set(place, 0);
    if (this.#lacks(0)) await this.#shrink(place);
    return true;
  }

  /**
   * Takes a place for one more instance where there is room without ending another. Returns false
   * where there is none.
   */
  claim(place: InstancePlace): boolean {
    if (this.#isFull(place)) return false;
    if (!this.#held.has(place)) this.#held.set(place, 0);
    return true;
  }

  /**
   * The instance has been used and holds `bytes` now. Returns false where all instances together
   * hold too much and no other one can be ended.
   */
  settled(place: InstancePlace, bytes: number): boolean | Promise<boolean> {
    this.#bytes += bytes - (this.#held.get(place) ?? 0);
    this.#held.delete(place);
    this.#held.set(place, bytes);
    const all = this.#powers?.account.bytes ?? this.#bytes;
    if (all > this.#peak) this.#peak = all;
    return !this.#lacks(0) || this.#shrink(place);
  }

  /**
   * An instance needs `bytes` more in the middle of its call, and there is no room. Ends idle
   * instances, then busy ones, starting with the one that holds most. Where that is the instance
   * itself, calls `end`.
   */
  short(place: InstancePlace, bytes: number, end: () => void): void {
    this.#made = this.#made.then(() => this.#relieve(place, bytes, end));
  }

  /** The instance has ended. Idempotent. */
  left(place: InstancePlace): void {
    this.#bytes -= this.#held.get(place) ?? 0;
    this.#held.delete(place);
  }

  /**
   * Ends the idle instance that has been unused for longest, except `but`. Returns false where
   * there is none.
   */
  async dropOne(but: InstancePlace): Promise<boolean> {
    for (const place of this.#held.keys()) {
      if (place === but || !place.idle) continue;
      await place.drop();
      return true;
    }
    return false;
  }

  #isFull(place: InstancePlace): boolean {
    if (this.#held.has(place)) return false;
    if (this.#held.size >= this.#limits.instances) return true;
    const most = this.#powers?.memories;
    if (most === undefined) return false;
    let memories = place.memories ?? 1;
    for (const one of this.#held.keys()) memories += one.memories ?? 1;
    return memories > most && this.#held.size > 0;
  }

  #lacks(more: number): boolean {
    return this.#powers?.account.lacks(more) ?? this.#bytes + more > this.#limits.totalMemoryBytes;
  }

  async #shrink(place: InstancePlace): Promise<boolean> {
    while (this.#lacks(0)) {
      if (!(await this.dropOne(place))) return false;
    }
    return true;
  }

  async #relieve(place: InstancePlace, bytes: number, end: () => void): Promise<void> {
    this.#peak = Math.max(this.#peak, this.bytes);
    this.#powers?.account.reclaim();
    const ended = new Set<InstancePlace>();
    while (this.#lacks(bytes)) {
      if (await this.dropOne(place)) continue;
      const largest = this.#largest(ended) ?? place;
      if (largest === place || largest.endOver === undefined) return end();
      ended.add(largest);
      largest.endOver();
    }
  }

  #largest(but: ReadonlySet<InstancePlace>): InstancePlace | undefined {
    const bytesOf = (one: InstancePlace): number => one.memoryBytes ?? this.#held.get(one) ?? 0;
    const busy = [...this.#held.keys()].filter((one) => !one.idle && !but.has(one));
    return busy.toSorted((one, other) => bytesOf(other) - bytesOf(one))[0];
  }
}
