import { isThenable } from "../../realms.ts";
import type { Permit } from "../../capability/authority.ts";
import type { Meter } from "../../telemetry/meter.ts";
import type { Telemetry } from "../../telemetry/events.ts";
import { failedCall, type GatePowers, type HostFunction } from "./gate-outcome.ts";
import type { InterfaceAccount } from "../limits/interface-account.ts";

export interface QuickFunction {
  readonly plugin: string;
  readonly operation: string;
  readonly call: HostFunction;
  /** The authority's decision, kept up to date. */
  readonly permit: Permit;
  readonly account: InterfaceAccount;
  readonly meter: Meter;
  readonly telemetry: Telemetry;
  /** Follows a promise of the implementation. Undefined: the function may not return one. */
  readonly track: ((promise: PromiseLike<unknown>) => Promise<unknown>) | undefined;
  /** Told of each call. Undefined for Tenon's own interfaces. */
  readonly heldUp: GatePowers["heldUp"] | undefined;
  /** The gate for all other calls. */
  readonly careful: HostFunction;
}

/**
 * The gate for most calls: those that are allowed, within the rate, neither traced nor timed. It
 * does what `careful` does, without the steps that have no effect then. There is one closure for
 * each number of arguments, so that arguments are not collected into an array; a call with another
 * number than the implementation declares takes `careful`.
 */
export function quickGate(its: QuickFunction): HostFunction {
  const { plugin, operation, call, permit, account, meter, telemetry, track, heldUp } = its;
  const { careful } = its;

  switch (call.length) {
    case 0:
      return function gated(this: unknown) {
        if (arguments.length !== 0 || !admitted()) return Reflect.apply(careful, this, arguments);
        try {
          return answered(call.call(this));
        } catch (error) {
          throw failed(error);
        }
      };
    case 1:
      return function gated(this: unknown, a: unknown) {
        if (arguments.length !== 1 || !admitted()) return Reflect.apply(careful, this, arguments);
        account.sent(a);
        try {
          return answered(call.call(this, a));
        } catch (error) {
          throw failed(error);
        }
      };
    case 2:
      return function gated(this: unknown, a: unknown, b: unknown) {
        if (arguments.length !== 2 || !admitted()) return Reflect.apply(careful, this, arguments);
        account.sent(a);
        account.sent(b);
        try {
          return answered(call.call(this, a, b));
        } catch (error) {
          throw failed(error);
        }
      };
    case 3:
      return function gated(this: unknown, a: unknown, b: unknown, c: unknown) {
        if (arguments.length !== 3 || !admitted()) return Reflect.apply(careful, this, arguments);
        account.sent(a);
        account.sent(b);
        account.sent(c);
        try {
          return answered(call.call(this, a, b, c));
        } catch (error) {
          throw failed(error);
        }
      };
    case 4:
      return function gated(this: unknown, a: unknown, b: unknown, c: unknown, d: unknown) {
        if (arguments.length !== 4 || !admitted()) return Reflect.apply(careful, this, arguments);
        account.sent(a);
        account.sent(b);
        account.sent(c);
        account.sent(d);
        try {
          return answered(call.call(this, a, b, c, d));
        } catch (error) {
          throw failed(error);
        }
      };
    default:
      return careful;
  }

  function admitted(): boolean {
    if (account.quick === 0 || !permit.allowed || telemetry.traced) return false;
    account.quick--;
    meter.hostCalls++;
    heldUp?.enters(operation);
    return true;
  }

  function failed(error: unknown): unknown {
    heldUp?.left();
    return failedCall(account, operation, error, plugin);
  }

  function answered(value: unknown): unknown {
    heldUp?.left();
    if (track !== undefined && isThenable(value)) return track(value);
    account.received(value);
    return value;
  }
}
