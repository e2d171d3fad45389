import type { Announcer } from "../events.ts";
import type { Clock, Timers } from "../clock.ts";
import { inTime, isPromise } from "../promises.ts";

export interface GuardOptions {
  readonly clock: Clock;
  readonly timers: Timers | undefined;
  readonly announcer: Announcer;
  /** How long a level that failed is left alone, in milliseconds. */
  readonly retryAfter: number;
  /** How long an asynchronous level may take over a read or a write, in milliseconds. */
  readonly timeout: number;
}

/** What is guarded: a level with what is on its way to it. */
export interface Guarded {
  readonly name: string;
  readonly canClear: boolean;
  /** The level was turned off: drops the writes that are under way, and returns their keys. */
  abandon(): Iterable<string>;
  /**
   * Before the level is used again: deletes the keys that changed while it was off, or all entries.
   * May throw or reject.
   */
  catchUp(all: boolean, keys: readonly string[]): void | Promise<void>;
  /** The level is on again. Does the same for what changed while `catchUp` ran. */
  returned(all: boolean, keys: readonly string[]): void;
}

type State =
  | { readonly tag: "on" }
  | { readonly tag: "off"; readonly until: number }
  | { readonly tag: "returning" };

/**
 * Whether a level is on. Whatever it throws or rejects with, and any answer that takes too long,
 * turns it off for a while.
 */
export class Guard {
  readonly outdated: Outdated = new Outdated();
  failures = 0;
  /** Counts the times it was turned off, so that answers from before are known as such. */
  epoch = 0;
  readonly #guarded: Guarded;
  readonly #options: GuardOptions;
  readonly #waiting = new Set<Promise<unknown>>();
  #state: State = { tag: "on" };

  constructor(guarded: Guarded, options: GuardOptions) {
    this.#guarded = guarded;
    this.#options = options;
  }

  /** Turns it on where its time has come. */
  isOn(): boolean {
    if (this.#state.tag === "on") return true;
    if (this.#state.tag === "off" && this.#options.clock.now() >= this.#state.until) this.#return();
    return this.isOnNow();
  }

  isOnNow(): boolean {
    return this.#state.tag === "on";
  }

  /** `outdated`: keys whose copies in the level are outdated if this fails. */
  attempt<Result>(call: () => Result, outdated: readonly string[] = []): Result | undefined {
    try {
      return call();
    } catch (error) {
      this.outdated.note(outdated);
      this.fail(error);
      return undefined;
    }
  }

  /** Never rejects. */
  async settle<Answer, Result>(
    answer: Promise<Answer>,
    done: (answer: Answer) => Result,
    failed: () => Result,
  ): Promise<Result> {
    const { epoch } = this;
    const { timeout, timers } = this.#options;
    try {
      return done(await inTime(answer, timeout, timers, this.#guarded.name));
    } catch (error) {
      if (epoch === this.epoch) this.fail(error);
      return failed();
    }
  }

  /** `idle` waits for it, too. */
  wait(done: Promise<unknown>): void {
    const waiting = done.then(() => {
      this.#waiting.delete(waiting);
    });
    this.#waiting.add(waiting);
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    while (this.#waiting.size > 0) await Promise.all(this.#waiting);
  }

  fail(error: unknown): void {
    const { clock, retryAfter, announcer } = this.#options;
    const until = clock.now() + retryAfter;
    const wasOn = this.#state.tag !== "off";
    this.failures += 1;
    this.epoch += 1;
    this.outdated.note(this.#guarded.abandon());
    this.#state = { tag: "off", until };
    if (wasOn) announcer.tell("level-off", { level: this.#guarded.name, error, until });
  }

  #return(): void {
    const { retryAfter, clock } = this.#options;
    if (this.outdated.all && !this.#guarded.canClear) {
      this.#state = { tag: "off", until: clock.now() + retryAfter };
      return;
    }
    this.#state = { tag: "returning" };
    const { all, keys } = this.outdated.take();
    const failed = (): void => {
      if (all) this.outdated.noteAll();
      this.outdated.note(keys);
    };
    const done = this.attempt(() => this.#guarded.catchUp(all, keys));
    if (isPromise(done)) this.wait(this.settle(done, () => this.#turnOn(), failed));
    else if (this.#state.tag === "returning") this.#turnOn();
    else failed();
  }

  #turnOn(): void {
    if (this.#state.tag !== "returning") return;
    this.#state = { tag: "on" };
    this.#options.announcer.tell("level-on", { level: this.#guarded.name });
    const { all, keys } = this.outdated.take();
    this.#guarded.returned(all, keys);
  }
}

/** More than this and all of the level counts as outdated. */
const MAX_KEYS = 10_000;

/** What a level missed while it was off: the keys whose copies in it are outdated, or all of it. */
export class Outdated {
  readonly #keys = new Set<string>();
  #all = false;

  get all(): boolean {
    return this.#all;
  }

  note(keys: Iterable<string>): void {
    for (const key of keys) this.#keys.add(key);
    if (this.#keys.size > MAX_KEYS) this.noteAll();
  }

  noteAll(): void {
    this.#keys.clear();
    this.#all = true;
  }

  /** Clears the note, and returns what it was; `note` it again if it could not be made good. */
  take(): { readonly all: boolean; readonly keys: readonly string[] } {
    const taken = { all: this.#all, keys: [...this.#keys] };
    this.#all = false;
    this.#keys.clear();
    return taken;
  }
}
