import type { TenonError } from "../../errors.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Telemetry } from "../../telemetry/events.ts";
import type { InterfaceBytes } from "../../telemetry/meter.ts";
import { Breaker, type BreakerState } from "./breaker.ts";
import { InterfaceAccount } from "./interface-account.ts";
import { limitError } from "./limit-error.ts";
import {
  amountOf,
  type GrantedLimits,
  grantedLimits,
  type LimitName,
  type LimitPolicies,
  type Limits,
} from "./limits.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { SlidingWindow } from "./sliding-window.ts";
import { TokenBucket } from "./token-bucket.ts";

export interface AllowancePowers {
  readonly limits: Limits;
  readonly telemetry: Telemetry;
  readonly clock: Pick<Clock, "monotonic">;
  /** From 0 up to and without 1. */
  readonly random: () => number;
  /** The policy of a limit that was passed is to disable the plugin. */
  readonly disable: (operation: string, error: TenonError) => void;
}

interface Told {
  readonly at: number;
  /** Times since then. */
  untold: number;
}

const TELL_MS = 1_000;

/**
 * What one plugin may take, and what it has taken of it: for as long as it is installed, whatever
 * instances of it come and go.
 */
export class Allowance {
  readonly #powers: AllowancePowers;
  readonly #accounts: Map<string, InterfaceAccount> = new Map();
  readonly #told: Map<LimitName, Told> = new Map();
  readonly #cpu: SlidingWindow;
  readonly #host: SlidingWindow;
  readonly #now: () => number;
  readonly breaker: Breaker;
  /** Whether an interface has failed since the last turn that ended well. */
  #troubled = false;
  /** The interface that ended its last instance. */
  #endedBy: string | undefined;
  #plugin: string;
  #granted: GrantedLimits;

  constructor(manifest: Manifest, powers: AllowancePowers) {
    const { limits, clock } = powers;
    this.#powers = powers;
    this.#plugin = manifest.name;
    this.#now = () => clock.monotonic();
    this.#granted = grantedLimits(limits, manifest);
    this.#cpu = new SlidingWindow(limits.cpu.withinMs);
    this.#host = new SlidingWindow(limits.hostMs.withinMs);
    this.breaker = this.#breaker(undefined);
  }

  get policies(): LimitPolicies {
    return this.#powers.limits.policies;
  }

  get granted(): GrantedLimits {
    return this.#granted;
  }

  /** The plugin has another manifest now. What it took counts on; what failed is forgotten. */
  renew(manifest: Manifest): void {
    this.#plugin = manifest.name;
    this.#granted = grantedLimits(this.#powers.limits, manifest);
    for (const account of this.#accounts.values()) {
      account.renew(new TokenBucket(this.#granted.hostCallsPerSecond, this.#now));
    }
    this.breaker.reset();
    this.#endedBy = undefined;
  }

  /** Its account with an interface, by the interface's name. */
  account(name: string): InterfaceAccount {
    let account = this.#accounts.get(name);
    if (account === undefined) {
      const bucket = new TokenBucket(this.#granted.hostCallsPerSecond, this.#now);
      account = new InterfaceAccount(bucket, this.#breaker(name), () => {
        this.#troubled = true;
      });
      this.#accounts.set(name, account);
    }
    return account;
  }

  get interfaces(): Readonly<Record<string, InterfaceBytes>> {
    const entries = [...this.#accounts].map(([name, { in: read, out }]) => [
      name,
      { in: read, out },
    ]);
    return Object.fromEntries(entries) as Readonly<Record<string, InterfaceBytes>>;
  }

  /** Its instance has ended; `late`: for its deadline. */
  ended(late: boolean): void {
    for (const account of this.#accounts.values()) account.ended(late);
  }

  /** An interface of the host's ended its instance. `counted`: its breaker has heard of that already. */
  endedBy(name: string, counted: boolean): void {
    this.#endedBy = name;
    if (!counted) this.account(name).failed();
  }

  /** A call of its has ended, and left the instance as it should be. */
  turnEndedWell(): void {
    this.#endedBy = undefined;
    if (!this.#troubled) return;
    this.#troubled = false;
    for (const account of this.#accounts.values()) account.turnEndedWell();
  }

  /**
   * The interface that ended its last instance, while its breaker is open: it is not started again before,
   * or a host function that always fails would have it started for ever.
   */
  get leftAlone(): { readonly name: string; readonly waitMs: number } | undefined {
    const name = this.#endedBy;
    if (name === undefined) return undefined;
    const waitMs = this.account(name).leftAloneMs;
    return waitMs > 0 ? { name, waitMs } : undefined;
  }

  /** The plugin's code ran for so many milliseconds. */
  ran(ms: number): void {
    this.#cpu.add(this.#now(), ms);
  }

  /** Milliseconds that it ran within the window. */
  get cpuMs(): number {
    return this.#cpu.sum(this.#now());
  }

  /** Milliseconds that it may still run now. */
  get cpuLeftMs(): number {
    return Math.max(0, this.#granted.cpu.ms - this.cpuMs);
  }

  /** The host's thread worked for it for so many milliseconds. */
  hosted(ms: number): void {
    this.#host.add(this.#now(), ms);
  }

  /** Milliseconds that it did within the window. */
  get hostMs(): number {
    return this.#host.sum(this.#now());
  }

  /** Milliseconds that it may still do so now. */
  get hostLeftMs(): number {
    return Math.max(0, this.#granted.hostMs.ms - this.hostMs);
  }

  /** Milliseconds until there is room for more of it; 0: now. */
  waitMs(limit: "cpu" | "hostMs"): number {
    const window = limit === "cpu" ? this.#cpu : this.#host;
    return window.waitMs(this.#now(), this.#granted[limit].ms);
  }

  /**
   * The plugin went over a limit: tells of it, and disables the plugin where that is the policy.
   * `then` is what follows otherwise. Answers the error that says so. `value`: where a call has one
   * of its own.
   */
  passed(
    limit: LimitName,
    operation: string,
    then: "refuse" | "throttle" | "stop",
    { cause, value = this.#value(limit) }: { cause?: unknown; value?: number } = {},
  ): TenonError {
    const disable = this.policies[limit] === "disable";
    this.#tell(limit, value, operation, disable ? "disable" : then);
    const details = { cause, disabled: disable };
    const error = limitError(this.#plugin, operation, { limit, value }, details);
    if (disable) this.#powers.disable(operation, error);
    return error;
  }

  /** The error that says that a limit was passed, which nobody is told of. */
  error(
    limit: LimitName,
    operation: string,
    { cause, value = this.#value(limit) }: { cause?: unknown; value?: number } = {},
  ): TenonError {
    return limitError(this.#plugin, operation, { limit, value }, { cause });
  }

  /** How much the plugin may have of what a limit is about. */
  #value(limit: LimitName): number {
    return amountOf(this.#powers.limits, this.#granted, limit);
  }

  #tell(
    limit: LimitName,
    value: number,
    operation: string,
    then: "refuse" | "throttle" | "stop" | "disable",
  ): void {
    const now = this.#now();
    const told = this.#told.get(limit);
    if (told !== undefined && now - told.at < TELL_MS) {
      told.untold++;
      return;
    }
    this.#told.set(limit, { at: now, untold: 0 });
    const times = 1 + (told?.untold ?? 0);
    const plugin = this.#plugin;
    this.#powers.telemetry.emit({ tag: "limit", plugin, limit, value, operation, then, times });
  }

  #breaker(name: string | undefined): Breaker {
    const { limits, random, telemetry } = this.#powers;
    const breaker: Breaker = new Breaker(limits.breaker, {
      now: this.#now,
      random,
      changed: ({ tag }: BreakerState) =>
        telemetry.emit({
          tag: "breaker",
          plugin: this.#plugin,
          interface: name,
          state: tag,
          waitMs: breaker.waitMs,
        }),
    });
    return breaker;
  }
}
