import type { TenonError } from "../../errors.ts";
import type { Suspect } from "../suspects.ts";
import type { RemoteInstance } from "./remote-instance.ts";

/** The instances on one thread, by their numbers, and the party of each. */
export class ThreadInstances {
  readonly #instances: Map<number, RemoteInstance> = new Map();
  /** Instances whose running time the thread may still report, including ended ones. */
  readonly #accounts: Map<number, RemoteInstance> = new Map();
  /** The component of each instance. */
  readonly #components: Map<number, number> = new Map();
  /** The party of each instance; for one that has ended, until the thread confirms that. */
  readonly #parties: Map<number, string> = new Map();
  /** Instances that are being made or ended. */
  readonly #changing: Set<number> = new Set();

  get size(): number {
    return this.#instances.size;
  }

  get(number: number): RemoteInstance | undefined {
    return this.#instances.get(number);
  }

  party(number: number): string | undefined {
    return this.#parties.get(number);
  }

  /** An instance of a component is about to be made on the thread. */
  add(number: number, instance: RemoteInstance, component: number, party: string): void {
    this.#instances.set(number, instance);
    this.#accounts.set(number, instance);
    this.#components.set(number, component);
    this.#parties.set(number, party);
    this.#changing.add(number);
  }

  /** The instance has been made. */
  made(number: number): void {
    this.#changing.delete(number);
  }

  /** The instance is being ended. Until `gone`, it may still bring the thread down. */
  ends(number: number): void {
    this.#instances.delete(number);
    this.#components.delete(number);
    this.#changing.add(number);
  }

  gone(number: number): void {
    this.#changing.delete(number);
    this.#parties.delete(number);
  }

  /** The thread says that the instance has run for `ms` milliseconds in all. */
  hasRun(number: number, ms: number): void {
    this.#accounts.get(number)?.hasRun(ms);
  }

  /** The thread has reported all of the instance's running time. */
  settled(number: number): void {
    this.#accounts.delete(number);
  }

  /** Whether the thread waits for the answer of a host function. */
  get owes(): boolean {
    for (const { owes } of this.#instances.values()) if (owes) return true;
    return false;
  }

  get busy(): boolean {
    for (const { busy } of this.#instances.values()) if (busy) return true;
    return false;
  }

  /** How many calls a party's instances have answered. */
  answeredBy(party: string): number {
    let answered = 0;
    for (const [number, instance] of this.#instances) {
      if (this.#parties.get(number) === party) answered += instance.answered;
    }
    return answered;
  }

  /** How many instances of a component there are. */
  of(component: number): number {
    let count = 0;
    for (const of of this.#components.values()) if (of === component) count++;
    return count;
  }

  /** Whether there are instances of others than a party. */
  hasOthers(party: string): boolean {
    for (const number of this.#instances.keys()) {
      if (this.#parties.get(number) !== party) return true;
    }
    return false;
  }

  isAtWork(party: string): boolean {
    for (const [number, { busy }] of this.#instances) {
      if (this.#parties.get(number) === party && (busy || this.#changing.has(number))) return true;
    }
    return false;
  }

  /**
   * All parties with instances on the thread, including those whose end is not confirmed.
   * `running`: the instance whose code the thread runs.
   */
  suspects(running: number | undefined): readonly Suspect[] {
    return Array.from(this.#parties, ([number, party]) => ({
      party,
      ran: number === running,
      busy: this.#changing.has(number) || (this.#instances.get(number)?.busy ?? false),
    }));
  }

  /**
   * The suspects for keeping the thread busy: the one whose code runs; where none runs, those at
   * work.
   */
  hangSuspects(running: number | undefined): readonly Suspect[] {
    const suspects = this.suspects(running);
    const ran = suspects.filter((suspect) => suspect.ran);
    if (ran.length > 0) return ran;
    const busy = suspects.filter((suspect) => suspect.busy);
    return busy.length > 0 ? busy : suspects;
  }

  /** Ends the instances of all parties but `but` whose calls can be repeated on another thread. */
  leave(but: string | undefined): void {
    for (const [number, instance] of this.#instances) {
      if (this.#parties.get(number) !== but && !this.#changing.has(number)) instance.leave();
    }
  }

  /**
   * The thread has ended, `silentMs` milliseconds after its last message. Counts the guest that ran
   * then as running until now; all instances are lost.
   */
  lost(
    silentMs: number,
    running: number | undefined,
    failure: (party: string | undefined, again: boolean) => TenonError,
  ): void {
    for (const [number, instance] of this.#accounts) {
      if (running === number || (running === undefined && instance.busy)) {
        instance.ranUnsaid(silentMs);
      }
    }
    this.#accounts.clear();
    for (const [number, instance] of this.#instances) {
      const party = this.#parties.get(number);
      instance.lost((again) => failure(party, again));
    }
  }
}
