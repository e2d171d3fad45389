/// The place of a running instance.
export interface Resident {
  /// No call is under way and none waits.
  readonly idle: boolean;
  /// Ends its instance in good order, and leaves; the next event starts another.
  drop(): Promise<void>;
}

export interface ResidentLimits {
  readonly instances: number;
  readonly totalMemoryBytes: number;
}

/// Which instances of a host's plugins run, and how much memory all of them hold. Where there is no room for
/// another, the idle one that has been unused for longest goes.
export class Residents {
  readonly #limits: ResidentLimits;
  /// Bytes of each, the one used last at the end.
  readonly #held: Map<Resident, number> = new Map();
  #bytes = 0;
  #peak = 0;

  constructor(limits: ResidentLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#held.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get peakBytes(): number {
    return this.#peak;
  }

  /// Makes room for one more. False where nobody can go.
  async admit(resident: Resident): Promise<boolean> {
    while (this.#held.size >= this.#limits.instances && !this.#held.has(resident)) {
      if (!(await this.#dropOne(resident))) return false;
    }
    if (!this.#held.has(resident)) this.#held.set(resident, 0);
    return true;
  }

  /// Takes a place for one more where there is room without anybody's going. False where there is none.
  claim(resident: Resident): boolean {
    if (this.#held.size >= this.#limits.instances) return this.#held.has(resident);
    if (!this.#held.has(resident)) this.#held.set(resident, 0);
    return true;
  }

  /// It was used, and holds so much now. False where all of them hold too much, and only it can go.
  settled(resident: Resident, bytes: number): boolean | Promise<boolean> {
    this.#bytes += bytes - (this.#held.get(resident) ?? 0);
    this.#held.delete(resident);
    this.#held.set(resident, bytes);
    if (this.#bytes > this.#peak) this.#peak = this.#bytes;
    return this.#bytes <= this.#limits.totalMemoryBytes || this.#shrink(resident);
  }

  /// Its instance has ended. Idempotent.
  left(resident: Resident): void {
    this.#bytes -= this.#held.get(resident) ?? 0;
    this.#held.delete(resident);
  }

  async #shrink(resident: Resident): Promise<boolean> {
    while (this.#bytes > this.#limits.totalMemoryBytes) {
      if (!(await this.#dropOne(resident))) return false;
    }
    return true;
  }

  async #dropOne(but: Resident): Promise<boolean> {
    for (const resident of this.#held.keys()) {
      if (resident === but || !resident.idle) continue;
      await resident.drop();
      return true;
    }
    return false;
  }
}
