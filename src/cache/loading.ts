import { TenonError } from "../errors.ts";
import { checkCacheOptions, freshnessOf, invalidOptions } from "./entry-options.ts";
import type { Found } from "./search.ts";
import { Flight, LOAD_RULES, type LoadOptions, type Loader } from "./flight.ts";
import type { Front } from "./front.ts";
import { isPromise } from "./promises.ts";
import { checkKey } from "./key.ts";
import type { Slot } from "./sieve.ts";
import { LatencyCounter, type LoadStatistics } from "./statistics.ts";

/**
 * Loads values that no level has: one load for all who ask at the same time, and old values where
 * they can be served.
 */
export class Loading<Value> {
  readonly #front: Front<Value>;
  readonly #defaults: LoadOptions;
  readonly #flights = new Map<string, Flight<Value>>();
  readonly #latency = new LatencyCounter();
  readonly #counts = { loads: 0, loadFailures: 0, joined: 0, staleServed: 0, graceServed: 0 };

  constructor(front: Front<Value>, defaults: LoadOptions) {
    this.#front = front;
    this.#defaults = this.checked(defaults);
  }

  /** Options with the defaults behind them. Throws `cache-options`. */
  checked(options: LoadOptions): LoadOptions {
    checkCacheOptions("an entry", options, LOAD_RULES);
    const { softTimeout = Infinity, hardTimeout = Infinity } = options;
    const timed = softTimeout !== Infinity || hardTimeout !== Infinity;
    if (timed && this.#front.backing.options.timers === undefined) {
      throw invalidOptions("timeouts need timers: give createCache some");
    }
    return options;
  }

  withDefaults(options: LoadOptions | undefined): LoadOptions {
    if (options === undefined) return this.#defaults;
    return { ...this.#defaults, ...this.checked(options) };
  }

  statistics(): LoadStatistics {
    return { ...this.#counts, load: this.#latency.read() };
  }

  /** `known` is what level 1 has, neither fresh nor gone. */
  getOrLoad(
    key: string,
    slot: Slot<Value | undefined> | undefined,
    loader: Loader<Value>,
    options: LoadOptions | undefined,
  ): Value | undefined | Promise<Value | undefined> {
    const known = this.#front.recall(key, slot);
    if (known !== undefined && known.freshness !== "grace") {
      return this.#serve(key, known, loader, options);
    }
    this.#front.misses += 1;
    const flight = this.#flights.get(key);
    if (flight !== undefined) return this.#join(flight);
    checkKey(key);
    const found = this.#front.find(key);
    if (!isPromise(found)) return this.#serve(key, found ?? known, loader, options);
    return found.then((late) => {
      // Other callers waited, too: one of them may have loaded it by now.
      const now = this.#front.recall(key, this.#front.memory.get(key));
      const usable = now === undefined || now.freshness === "grace" ? (late ?? now ?? known) : now;
      return this.#serve(key, usable, loader, options);
    });
  }

  /**
   * For one key, or for all: loads under way will not be kept, and new callers do not join them.
   */
  doom(key: string): void {
    const flight = this.#flights.size === 0 ? undefined : this.#flights.get(key);
    if (flight === undefined) return;
    flight.doomed = true;
    this.#flights.delete(key);
  }

  doomAll(): void {
    for (const key of this.#flights.keys()) this.doom(key);
  }

  #serve(
    key: string,
    found: Found<Value> | undefined,
    loader: Loader<Value>,
    options: LoadOptions | undefined,
  ): Value | undefined | Promise<Value | undefined> {
    if (found?.freshness === "fresh") return found.value;
    const flight = this.#flights.get(key);
    if (found?.freshness !== "stale") {
      return flight === undefined ? this.#start(key, found, loader, options) : this.#join(flight);
    }
    this.#counts.staleServed += 1;
    this.#front.backing.options.announcer.tell("stale", { key: this.#front.prefix + key });
    if (flight === undefined) this.#refresh(key, found, loader, options);
    return found.value;
  }

  #refresh(
    key: string,
    found: Found<Value>,
    loader: Loader<Value>,
    options: LoadOptions | undefined,
  ): void {
    const loaded = this.#start(key, found, loader, options);
    if (isPromise(loaded)) loaded.catch(() => undefined);
  }

  #join(flight: Flight<Value>): Promise<Value | undefined> {
    if (!flight.airborne) {
      throw new TenonError("cache-recursion", "a loader asked for the key that it loads");
    }
    this.#counts.joined += 1;
    return flight.outcome;
  }

  #start(
    key: string,
    found: Found<Value> | undefined,
    loader: Loader<Value>,
    options: LoadOptions | undefined,
  ): Value | undefined | Promise<Value | undefined> {
    const asked = this.withDefaults(options);
    const { log, options: shared } = this.#front.backing;
    this.#tell(found === undefined ? "miss" : undefined, key);
    this.#tell("load", key);
    const flight = new Flight<Value>(key, log.begin(), asked, found);
    this.#flights.set(key, flight);
    this.#counts.loads += 1;
    let answer: Value | undefined | Promise<Value | undefined>;
    try {
      answer = loader(flight);
    } catch (error) {
      if (this.#failed(flight, error)) return flight.old;
      throw error;
    }
    if (!isPromise(answer)) {
      this.#landed(flight, answer);
      return answer;
    }
    flight.airborne = true;
    if (shared.timers !== undefined) {
      const serve = (): boolean => this.#mayServeOld(flight);
      flight.limit(shared.timers, (error) => this.#settle(flight, { error }), serve);
    }
    answer.then(
      (value) => this.#settle(flight, { value }),
      (error: unknown) => this.#settle(flight, { error }),
    );
    return flight.outcome;
  }

  #settle(
    flight: Flight<Value>,
    outcome: { readonly value: Value | undefined } | { readonly error: unknown },
  ): void {
    if (flight.settled) return;
    try {
      if ("value" in outcome) {
        this.#landed(flight, outcome.value);
        flight.resolve(outcome.value);
      } else if (this.#failed(flight, outcome.error)) {
        flight.resolve(flight.old);
      } else {
        flight.reject(outcome.error);
      }
    } catch (error) {
      flight.reject(error);
    }
  }

  #landed(flight: Flight<Value>, value: Value | undefined): void {
    const { log, options } = this.#front.backing;
    this.#end(flight);
    try {
      if (!flight.doomed) {
        const asked = this.checked(flight.asked);
        flight.doomed = !this.#front.keep(flight.key, value, asked, (metadata) =>
          log.outdated(flight.since, metadata),
        );
      }
      if (flight.doomed)
        options.announcer.tell("load-outdated", { key: this.#front.prefix + flight.key });
    } finally {
      log.end();
    }
  }

  /** Whether the old value is served in place of the failure. */
  #failed(flight: Flight<Value>, error: unknown): boolean {
    const { backing, prefix } = this.#front;
    this.#end(flight);
    backing.log.end();
    this.#counts.loadFailures += 1;
    const served = this.#mayServeOld(flight);
    const { graceBackoff = 0 } = flight.asked;
    if (served && graceBackoff > 0) this.#front.extend(flight.key, flight.found!, graceBackoff);
    backing.options.announcer.tell("load-failed", { key: prefix + flight.key, error, served });
    return served;
  }

  #end(flight: Flight<Value>): void {
    this.#latency.add(performance.now() - flight.started);
    if (this.#flights.get(flight.key) === flight) this.#flights.delete(flight.key);
  }

  #mayServeOld(flight: Flight<Value>): boolean {
    const { found } = flight;
    if (found === undefined || flight.doomed) return false;
    if (freshnessOf(found.metadata, this.#front.now()) === "gone") return false;
    this.#counts.graceServed += 1;
    return true;
  }

  #tell(type: "miss" | "load" | undefined, key: string): void {
    const { announcer } = this.#front.backing.options;
    if (type !== undefined && announcer.has(type))
      announcer.tell(type, { key: this.#front.prefix + key });
  }
}
