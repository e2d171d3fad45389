import { TenonError } from "../../errors.ts";
import type { CountedQuantity } from "../../interfaces/define.ts";
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

/** Made by Plugin (`life/plugin.ts`). */
export interface AllowancePowers {
  readonly limits: Limits;
  readonly telemetry: Telemetry;
  readonly clock: Pick<Clock, "monotonic">;
  /** Returns a number from 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** Called where the policy of a limit that was passed is to disable the plugin. */
  readonly disable: (operation: string, error: TenonError) => void;
}

interface Told {
  readonly at: number;
  /** How many times the limit was passed since then without being told. */
  untold: number;
}

const TELL_MS = 1_000;

/**
 * What one plugin may use, and what it has used. Kept for as long as the plugin is installed;
 * instances come and go.
 */
export class Allowance {
  readonly #powers: AllowancePowers;
  readonly #accounts: Map<string, InterfaceAccount> = new Map();
  readonly #told: Map<string, Told> = new Map();
  /** How much the plugin holds of the quantities that the application's interfaces count. */
  readonly #counted: Map<string, number> = new Map();
  readonly #cpu: SlidingWindow;
  readonly #host: SlidingWindow;
  readonly #now: () => number;
  readonly breaker: Breaker;
  /** Whether an interface has failed since the last call of the plugin that ended well. */
  #troubled = false;
  /** The interface whose failure ended the plugin's last instance. */
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

  /** The plugin has another manifest now. What it has used still counts; failures are forgotten. */
  renew(manifest: Manifest): void {
    this.#plugin = manifest.name;
    this.#granted = grantedLimits(this.#powers.limits, manifest);
    for (const account of this.#accounts.values()) {
      account.renew(new TokenBucket(this.#granted.hostCallsPerSecond, this.#now));
    }
    this.breaker.reset();
    this.#endedBy = undefined;
  }

  /** The plugin's account with an interface, by the interface's name. */
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

  /** The plugin's instance has ended. `late`: because of its deadline. */
  ended(late: boolean): void {
    for (const account of this.#accounts.values()) account.ended(late);
  }

  /**
   * The failure of a host interface has ended the plugin's instance. `counted`: the interface's
   * breaker has been told already.
   */
  endedBy(name: string, counted: boolean): void {
    this.#endedBy = name;
    if (!counted) this.account(name).failed();
  }

  /** A call of the plugin has ended without a failure of its instance. */
  turnEndedWell(): void {
    this.#endedBy = undefined;
    if (!this.#troubled) return;
    this.#troubled = false;
    for (const account of this.#accounts.values()) account.turnEndedWell();
  }

  /**
   * The interface whose failure ended the plugin's last instance, while the breaker of that
   * interface is open. Until it closes, the plugin is not started again: otherwise a host function
   * that always fails would have it started for ever.
   */
  get leftAlone(): { readonly name: string; readonly waitMs: number } | undefined {
    const name = this.#endedBy;
    if (name === undefined) return undefined;
    const waitMs = this.account(name).leftAloneMs;
    return waitMs > 0 ? { name, waitMs } : undefined;
  }

  /** The plugin's code ran for `ms` milliseconds. */
  ran(ms: number): void {
    this.#cpu.add(this.#now(), ms);
  }

  /** Milliseconds that the plugin's code ran within the window. */
  get cpuMs(): number {
    return this.#cpu.sum(this.#now());
  }

  /** Milliseconds that the plugin's code may still run now. */
  get cpuLeftMs(): number {
    return Math.max(0, this.#granted.cpu.ms - this.cpuMs);
  }

  /** The host's thread worked for the plugin for `ms` milliseconds. */
  hosted(ms: number): void {
    this.#host.add(this.#now(), ms);
  }

  /** Milliseconds that the host's thread worked for the plugin within the window. */
  get hostMs(): number {
    return this.#host.sum(this.#now());
  }

  /** Milliseconds that the host's thread may still work for the plugin now. */
  get hostLeftMs(): number {
    return Math.max(0, this.#granted.hostMs.ms - this.hostMs);
  }

  /** Milliseconds until the plugin may use more of this limit; 0: it may now. */
  waitMs(limit: "cpu" | "hostMs"): number {
    const window = limit === "cpu" ? this.#cpu : this.#host;
    return window.waitMs(this.#now(), this.#granted[limit].ms);
  }

  /**
   * Reports that the plugin went over a limit, and disables the plugin where that is the policy;
   * otherwise the caller does what `then` says. Returns the error that says so. `value`: the
   * limit's value for one call, where that differs from the plugin's.
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

  /** The error that says that the plugin went over a limit, without reporting it. */
  error(
    limit: LimitName,
    operation: string,
    { cause, value = this.#value(limit) }: { cause?: unknown; value?: number } = {},
  ): TenonError {
    return limitError(this.#plugin, operation, { limit, value }, { cause });
  }

  /**
   * Counts `amount` more of a quantity of an application's interface, until the result is disposed
   * of. Undefined where that would exceed its `most`, which is reported.
   */
  count(
    operation: string,
    quantity: string,
    { most, policy = "refuse" }: CountedQuantity,
    amount: number,
  ): Disposable | undefined {
    const name = `${operation}#${quantity}`;
    const held = this.#counted.get(name) ?? 0;
    if (held + amount <= most) {
      this.#counted.set(name, held + amount);
      let isHeld = true;
      return {
        [Symbol.dispose]: () => {
          if (isHeld) this.#counted.set(name, this.#counted.get(name)! - amount);
          isHeld = false;
        },
      };
    }
    this.#tell(name, most, operation, policy);
    if (policy === "disable") {
      const message = `"${this.#plugin}" went over its limit of ${most} ${quantity} of ${operation}.`;
      const data = { limit: name, value: most };
      const plugin = this.#plugin;
      const error = new TenonError("plugin-limit", message, { plugin, operation, data });
      this.#powers.disable(operation, error);
    }
    return undefined;
  }

  /** How much of a limit the plugin may use. */
  #value(limit: LimitName): number {
    return amountOf(this.#powers.limits, this.#granted, limit);
  }

  #tell(
    limit: string,
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
