// Which parties may have brought down a thread. Suspects are kept apart from all others until they
// have behaved for a while. When a group loses a thread again, it is divided, so that a party that
// brings threads down repeatedly is soon alone, and identified.

/**
 * For how many milliseconds a suspect must behave before it may share threads again, after its
 * first lost thread. Doubled after each further one, up to the maximum.
 */
const PROBATION_MS = 10_000;
const MOST_PROBATION_MS = 600_000;

/** For how many milliseconds a suspect that has behaved is remembered. */
const MEMORY_MS = 3_600_000;

/** The most parties that are remembered. Further ones replace the oldest. */
const MOST_KNOWN = 4_096;

/** A party (a plugin) that had instances on a thread that was lost. */
export interface Suspect {
  readonly party: string;
  /** Whether its code was running when the thread was lost. */
  readonly ran: boolean;
  /** Whether one of its calls was under way, or an instance was being started or ended. */
  readonly busy: boolean;
}

/** Parties that may share a thread with each other only. */
export interface SuspectGroup {
  readonly parties: ReadonlySet<string>;
}

interface Known {
  /** Undefined: it has behaved, and may share threads with all. */
  group: SuspectGroup | undefined;
  /** How many threads were lost with it. */
  losses: number;
  /** When it was first seen at work since the last loss. Undefined: it has not been yet. */
  since: number | undefined;
  /** Whether it stays a suspect for ever. */
  readonly forGood: boolean;
  /** For a party that has behaved: when it is forgotten. */
  until: number;
}

export class Suspects {
  readonly #now: () => number;
  readonly #known: Map<string, Known> = new Map();

  /** `now`: milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The group with which a party may share a thread. Undefined: with all. */
  groupOf(party: string): SuspectGroup | undefined {
    return this.#known.get(party)?.group;
  }

  /** How many threads were lost with a party recently. */
  losses(party: string): number {
    const known = this.#known.get(party);
    if (known === undefined) return 0;
    if (this.#now() < known.until) return known.losses;
    this.#known.delete(party);
    return 0;
  }

  /**
   * A party has answered `calls` calls on its group's thread since it was put there, without harm.
   * Returns whether it is not a suspect any more.
   */
  behaves(party: string, calls: number): boolean {
    const known = this.#known.get(party);
    if (known?.group === undefined) return true;
    if (known.forGood || calls === 0) return false;
    known.since ??= this.#now();
    if (this.#now() - known.since < probationMs(known.losses)) return false;
    known.group = undefined;
    known.until = this.#now() + MEMORY_MS;
    return true;
  }

  /** The party delays others on its thread whenever it is at work: it never shares one again. */
  keepApart(party: string): void {
    this.#note(party, groupOf([party]), this.losses(party), true);
  }

  /**
   * A thread was lost with these on it. Returns the party that caused it, where that is certain.
   */
  lost(suspects: readonly Suspect[]): string | undefined {
    const parties = [...new Set(suspects.map(({ party }) => party))];
    const [only] = parties;
    if (only === undefined) return undefined;
    if (parties.length === 1) {
      this.#suspect(parties);
      return only;
    }
    const weight = new Map(parties.map((party) => [party, this.#weight(party, suspects)]));
    parties.sort((one, other) => weight.get(other)! - weight.get(one)!);
    const first = parties[0]!;
    const second = parties[1]!;
    // A party that stands out is tried alone.
    const rest = weight.get(first)! > weight.get(second)! ? parties.slice(1) : parties;
    if (rest !== parties) this.#suspect([first]);
    const middle = Math.ceil(rest.length / 2);
    this.#suspect(rest.slice(0, middle));
    this.#suspect(rest.slice(middle));
    return undefined;
  }

  /**
   * What is known against a party: earlier losses count most, then whether its code was running.
   */
  #weight(party: string, suspects: readonly Suspect[]): number {
    const its = suspects.filter((suspect) => suspect.party === party);
    const ran = its.some((suspect) => suspect.ran) ? 2 : 0;
    const busy = its.some((suspect) => suspect.busy) ? 1 : 0;
    return this.losses(party) * 4 + ran + busy;
  }

  #suspect(parties: readonly string[]): void {
    if (parties.length === 0) return;
    const group = groupOf(parties);
    for (const party of parties) {
      const forGood = this.#known.get(party)?.forGood ?? false;
      this.#note(party, group, this.losses(party) + 1, forGood);
    }
  }

  #note(party: string, group: SuspectGroup, losses: number, forGood: boolean): void {
    this.#known.delete(party);
    this.#known.set(party, { group, losses, since: undefined, forGood, until: Infinity });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN) this.#known.delete(oldest!);
  }
}

function groupOf(parties: readonly string[]): SuspectGroup {
  return { parties: new Set(parties) };
}

function probationMs(losses: number): number {
  return Math.min(MOST_PROBATION_MS, PROBATION_MS * 2 ** Math.max(0, losses - 1));
}
