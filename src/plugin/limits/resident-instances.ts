import type { MemoryAccount } from "../../component/engine.ts";
import type { Timers } from "../../platform/clock.ts";

/** The place of a running instance. */
export interface Resident {
  /** No call is under way and none waits. */
  readonly idle: boolean;
  /** How many memories its instance has, or is taken to have. Default: one. */
  readonly memories?: number;
  /** Bytes that its instance holds now. Default: what it was `settled` with last. */
  readonly memoryBytes?: number;
  /** Ends its instance in good order, and leaves; the next event starts another. */
  drop(): Promise<void>;
  /** Ends its instance in the middle of its call, because all hold too much. */
  endOver?(): void;
}

export interface ResidentLimits {
  readonly instances: number;
  readonly totalMemoryBytes: number;
}

export interface ResidentPowers {
  /** What all instances hold, at any moment. */
  readonly account: MemoryAccount;
  /** Bytes that the host keeps of what it answered them. */
  keptBytes(): number;
  /** How many memories there are addresses for. Default: as many as hold what they may. */
  readonly memories?: number | undefined;
  readonly timers: Timers;
}

/** Milliseconds that one waits for another to become idle where all are in a call, and between two looks. */
const PATIENCE_MS = 1_000;
const LOOK_MS = 5;

/**
 * Which instances of a host's plugins run, and how much memory all of them hold. Where there is no room for
 * another, the idle one that has been unused for longest goes.
 */
export class ResidentInstances {
  readonly #limits: ResidentLimits;
  readonly #powers: ResidentPowers | undefined;
  readonly #keep: ((bytes: number) => void) | undefined;
  /** Bytes of each, the one used last at the end. */
  readonly #held: Map<Resident, number> = new Map();
  #bytes = 0;
  #peak = 0;
  /** Settles when room was made for those who wanted some so far. */
  #made: Promise<void> = Promise.resolve();

  /** Without powers what instances hold is known when they settle. */
  constructor(limits: ResidentLimits, powers?: ResidentPowers) {
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

  /** What all of them hold, and what is kept on their behalf. */
  get bytes(): number {
    if (this.#powers === undefined) return this.#bytes;
    this.#keep!(this.#powers.keptBytes());
    return this.#powers.account.bytes;
  }

  get peakBytes(): number {
    return Math.max(this.#peak, this.bytes);
  }

  /** Makes room for one more. False where nobody can go, and none of those in a call ended it soon. */
  async admit(resident: Resident): Promise<boolean> {
    for (let waited = 0; this.#isFull(resident);) {
      if (await this.dropOne(resident)) continue;
      if (this.#powers === undefined || waited >= PATIENCE_MS) return false;
      const { timers } = this.#powers;
      await new Promise<void>((resolve) => void timers.after(LOOK_MS, resolve));
      waited += LOOK_MS;
    }
    if (!this.#held.has(resident)) this.#held.set(resident, 0);
    if (this.#lacks(0)) await this.#shrink(resident);
    return true;
  }

  /** Takes a place for one more where there is room without anybody's going. False where there is none. */
  claim(resident: Resident): boolean {
    if (this.#isFull(resident)) return false;
    if (!this.#held.has(resident)) this.#held.set(resident, 0);
    return true;
  }

  /** It was used, and holds so much now. False where all of them hold too much, and only it can go. */
  settled(resident: Resident, bytes: number): boolean | Promise<boolean> {
    this.#bytes += bytes - (this.#held.get(resident) ?? 0);
    this.#held.delete(resident);
    this.#held.set(resident, bytes);
    const all = this.#powers?.account.bytes ?? this.#bytes;
    if (all > this.#peak) this.#peak = all;
    return !this.#lacks(0) || this.#shrink(resident);
  }

  /**
   * One would grow by so much in the middle of its call, and there is no room: idle ones go for it, then of
   * those in a call the one that holds most. `end` ends the one that would grow.
   */
  short(resident: Resident, bytes: number, end: () => void): void {
    this.#made = this.#made.then(() => this.#relieve(resident, bytes, end));
  }

  /** Its instance has ended. Idempotent. */
  left(resident: Resident): void {
    this.#bytes -= this.#held.get(resident) ?? 0;
    this.#held.delete(resident);
  }

  /** Ends the idle one that has been unused for longest. False where there is none. */
  async dropOne(but: Resident): Promise<boolean> {
    for (const resident of this.#held.keys()) {
      if (resident === but || !resident.idle) continue;
      await resident.drop();
      return true;
    }
    return false;
  }

  #isFull(resident: Resident): boolean {
    if (this.#held.has(resident)) return false;
    if (this.#held.size >= this.#limits.instances) return true;
    const most = this.#powers?.memories;
    if (most === undefined) return false;
    let memories = resident.memories ?? 1;
    for (const one of this.#held.keys()) memories += one.memories ?? 1;
    return memories > most && this.#held.size > 0;
  }

  #lacks(more: number): boolean {
    return this.#powers?.account.lacks(more) ?? this.#bytes + more > this.#limits.totalMemoryBytes;
  }

  async #shrink(resident: Resident): Promise<boolean> {
    while (this.#lacks(0)) {
      if (!(await this.dropOne(resident))) return false;
    }
    return true;
  }

  async #relieve(resident: Resident, bytes: number, end: () => void): Promise<void> {
    this.#peak = Math.max(this.#peak, this.bytes);
    this.#powers?.account.reclaim();
    const ended = new Set<Resident>();
    while (this.#lacks(bytes)) {
      if (await this.dropOne(resident)) continue;
      const largest = this.#largest(ended) ?? resident;
      if (largest === resident || largest.endOver === undefined) return end();
      ended.add(largest);
      largest.endOver();
    }
  }

  #largest(but: ReadonlySet<Resident>): Resident | undefined {
    const bytesOf = (one: Resident): number => one.memoryBytes ?? this.#held.get(one) ?? 0;
    const busy = [...this.#held.keys()].filter((one) => !one.idle && !but.has(one));
    return busy.toSorted((one, other) => bytesOf(other) - bytesOf(one))[0];
  }
}
