// Who may have brought down a thread. Suspects are kept apart from everybody else until they have
// behaved for a while. When one brings down a thread again, the others of its group were there, too:
// the group is divided, so that one that does it time and again is soon alone, and found out.

/**
 * Milliseconds that a suspect behaves before it may share again, after its first lost thread. Twice as
 * many after each further one, up to the most.
 */
const PROBATION_MS = 10_000;
const MOST_PROBATION_MS = 600_000;

/** Milliseconds for which it is remembered of one that behaved. */
const MEMORY_MS = 3_600_000;

/** Parties that are remembered. Further ones push out those that were noted first. */
const MOST_KNOWN = 4_096;

/** A party (a plugin) that had instances on a thread that was lost. */
export interface Suspect {
  readonly party: string;
  /** Whether its code ran when the thread was lost. */
  readonly ran: boolean;
  /** Whether a call of it was under way, or it was being started or ended. */
  readonly busy: boolean;
}

/** Parties that may share a thread with each other, and with nobody else. */
export interface SuspectGroup {
  readonly parties: ReadonlySet<string>;
}

interface Known {
  /** Undefined: it has behaved, and may share again. */
  group: SuspectGroup | undefined;
  /** Threads that were lost with it. */
  losses: number;
  /** When it was first seen at work since the last of them. Undefined: it has not been. */
  since: number | undefined;
  /** Whether its suspicion never ends. */
  readonly forGood: boolean;
  /** When it is forgotten, of one that behaved. */
  until: number;
}

export class Suspects {
  readonly #now: () => number;
  readonly #known: Map<string, Known> = new Map();

  /** `now`: milliseconds by a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** With whom a party may share a thread. Undefined: with all. */
  groupOf(party: string): SuspectGroup | undefined {
    return this.#known.get(party)?.group;
  }

  /** Threads that were lost with a party lately. */
  losses(party: string): number {
    const known = this.#known.get(party);
    if (known === undefined) return 0;
    if (this.#now() < known.until) return known.losses;
    this.#known.delete(party);
    return 0;
  }

  /**
   * A party has answered so many calls on its group's thread since it was put there, without harm.
   * Answers whether it is a suspect no more.
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

  /** It holds up those on its thread whenever it is at work: it never shares one again. */
  keepApart(party: string): void {
    this.#note(party, groupOf([party]), this.losses(party), true);
  }

  /** A thread was lost with these on it. Answers the one whose doing it was, where that is certain. */
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
    // One that stands out is tried alone.
    const rest = weight.get(first)! > weight.get(second)! ? parties.slice(1) : parties;
    if (rest !== parties) this.#suspect([first]);
    const middle = Math.ceil(rest.length / 2);
    this.#suspect(rest.slice(0, middle));
    this.#suspect(rest.slice(middle));
    return undefined;
  }

  /** What is known against it: losses before this one count most, then that it ran. */
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
