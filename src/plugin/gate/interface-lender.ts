import type { Authority } from "../../capability/authority.ts";
import type { Lease, Lender } from "../../component/engine.ts";
import type { InterfaceDefinition } from "../../interfaces/define.ts";
import type { Telemetry } from "../../telemetry/events.ts";
import type { Meter } from "../../telemetry/meter.ts";
import type { Allowance } from "../limits/allowance.ts";
import type { InterfaceAccount } from "../limits/interface-account.ts";

/** The part of a second's calls that is lent at a time, and the most that is. */
const SHARE = 1 / 64;
const MOST = 16_384;

/** Milliseconds for which a guest that went over a limit waits for each of its calls. */
const SLOWED_MS = 1_000;

/** Made by InstanceImports (`instance/instance-imports.ts`). */
export interface LenderPowers {
  readonly plugin: string;
  readonly authority: Pick<Authority, "permit" | "watch">;
  readonly allowance: Allowance;
  readonly meter: Meter;
  readonly telemetry: Telemetry;
  readonly clock: { monotonic(): number };
}

/**
 * Lends one instance on another thread a number of calls of one interface, which it may make
 * without asking the gate. They are taken from the plugin's allowance when they are lent. They are
 * taken back as soon as the plugin's grants change or a listener wants to see host calls; then the
 * next call goes through the gate, and calls are lent anew.
 */
export class InterfaceLender implements Lender, Disposable {
  readonly #definition: InterfaceDefinition;
  readonly #powers: LenderPowers;
  readonly #account: InterfaceAccount;
  readonly #unwatch: readonly (() => void)[];
  #lease: Lease | undefined;
  /** How many of the lease's calls and bytes have been counted. */
  #used = 0;
  #bytes = 0;
  #ahead = true;
  #slowedUntil = 0;

  constructor(definition: InterfaceDefinition, powers: LenderPowers) {
    this.#definition = definition;
    this.#powers = powers;
    this.#account = powers.allowance.account(definition.name);
    const { authority, telemetry, plugin } = powers;
    const back = (): void => this.#takeBack();
    this.#unwatch =
      definition.local === undefined
        ? []
        : [authority.watch(plugin, back), telemetry.watchTraced(back)];
  }

  begin(lease: Lease): void {
    this.#lease = lease;
    this.#used = lease.used;
    this.#bytes = lease.bytes;
    lease.limit = this.#used;
    lease.ahead = this.#ahead = true;
  }

  asked(): void {
    const lease = this.#lease;
    if (lease === undefined) return;
    if (!this.#ahead && this.#powers.clock.monotonic() >= this.#slowedUntil) {
      lease.ahead = this.#ahead = true;
    }
    if (this.#definition.local !== undefined) this.#lend(lease);
  }

  /**
   * The plugin went over a limit of the interface: for a while it must wait for each of its calls.
   */
  slow(): void {
    if (this.#lease === undefined) return;
    this.#slowedUntil = this.#powers.clock.monotonic() + SLOWED_MS;
    this.#lease.ahead = this.#ahead = false;
  }

  /** Counts the calls that the lease has answered since the last count. */
  settle(): void {
    const lease = this.#lease;
    if (lease === undefined) return;
    const { used, bytes } = lease;
    this.#powers.meter.hostCalls += (used - this.#used) >>> 0;
    this.#account.in += (bytes - this.#bytes) >>> 0;
    this.#used = used;
    this.#bytes = bytes;
  }

  [Symbol.dispose](): void {
    for (const unwatch of this.#unwatch) unwatch();
    this.#takeBack();
    this.#lease = undefined;
  }

  #lend(lease: Lease): void {
    this.settle();
    const { authority, plugin, telemetry } = this.#powers;
    const { capability } = this.#definition;
    if (telemetry.traced || ((lease.limit - this.#used) | 0) > 0) return;
    if (capability !== undefined && !authority.permit(plugin, capability.name).allowed) return;
    lease.limit = this.#used + this.#account.lend(SHARE, MOST);
  }

  #takeBack(): void {
    const lease = this.#lease;
    if (lease === undefined) return;
    const { limit } = lease;
    lease.limit = lease.used;
    // The guest may have made one more call in between.
    this.settle();
    this.#account.giveBack(Math.max(0, (limit - this.#used) | 0));
  }
}
