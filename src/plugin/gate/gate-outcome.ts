import type { Authority } from "../../capability/authority.ts";
import { askable } from "../../component/engine.ts";
import { errOf, type TenonError } from "../../errors.ts";
import { isThenable } from "../../realms.ts";
import type { Caller, InterfaceDefinition } from "../../interfaces/define.ts";
import { rulesOf } from "../../interfaces/functions.ts";
import type { Clock, Timers } from "../../platform/clock.ts";
import type { Telemetry } from "../../telemetry/events.ts";
import type { Meter } from "../../telemetry/meter.ts";
import type { Allowance } from "../limits/allowance.ts";
import { isContract } from "../../interfaces/contract/contract.ts";
import type { HeldUp } from "../limits/held-up.ts";
import type { AnswerCache } from "./answer-cache.ts";
import { asRefusal, HostFault } from "./host-fault.ts";
import type { InterfaceAccount } from "../limits/interface-account.ts";
import { limitOf } from "../limits/limit-error.ts";

/** Made by InstanceImports (`instance/instance-imports.ts`). */
export interface GatePowers {
  readonly caller: Caller;
  readonly authority: Pick<Authority, "may" | "permit">;
  readonly meter: Meter;
  readonly telemetry: Telemetry;
  readonly clock: Pick<Clock, "monotonic">;
  readonly timers: Timers;
  /** What the plugin may use, and its account with each interface. */
  readonly allowance: Allowance;
  /** Pauses the deadline of the call under way while a person is asked, and resumes it. */
  readonly patience: { hold(): void; release(): void };
  /** Told of calls of the application's interfaces, and what they wait for. */
  readonly heldUp: Pick<HeldUp, "enters" | "left" | "awaits">;
  /** Told what the guest says, for the error of its crash. */
  readonly said: (line: string) => void;
  /** For functions whose answers may be kept. */
  readonly answers: Pick<AnswerCache, "answer">;
  /** Identifies the plugin's component. */
  readonly component: string;
  /** See InterfaceContext. */
  own(resource: Disposable): () => void;
}

export type HostFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Returns a function that follows a promise of the implementation: it counts the answer, turns a
 * failure into what the guest gets, and measures the time waited.
 */
export function tracker(
  definition: InterfaceDefinition,
  name: string,
  operation: string,
  powers: GatePowers,
): (promise: PromiseLike<unknown>) => Promise<unknown> {
  const { patience, meter, clock, allowance, caller } = powers;
  const heldUp = heldUpBy(definition, powers);
  const { asksPerson = false } = rulesOf(definition, name);
  const account = allowance.account(definition.name);
  return async (promise) => {
    if (asksPerson) patience.hold();
    const settled = asksPerson ? undefined : heldUp?.awaits(operation);
    account.pending++;
    const started = clock.monotonic();
    try {
      const answer = await promise;
      account.received(answer);
      account.answered();
      return answer;
    } catch (error) {
      throw failedCall(account, operation, error, caller.plugin);
    } finally {
      settled?.();
      meter.waitedMs += clock.monotonic() - started;
      account.pending = Math.max(0, account.pending - 1);
      if (asksPerson) patience.release();
    }
  };
}

/** Undefined for Tenon's own interfaces, whose time is the plugin's. */
export function heldUpBy(
  { name }: Pick<InterfaceDefinition, "name">,
  { heldUp }: Pick<GatePowers, "heldUp">,
): GatePowers["heldUp"] | undefined {
  return isContract(name) ? undefined : heldUp;
}

/** Turns what a call threw into what its caller gets, and tells the interface's breaker. */
export function failedCall(
  account: InterfaceAccount,
  operation: string,
  thrown: unknown,
  plugin: string,
): unknown {
  const error = askable(thrown);
  const failure = sifted(operation, error);
  if (errOf(failure) !== undefined) account.answered();
  else if (limitOf(error, plugin) === undefined) account.failed();
  else account.withdrawn();
  return failure;
}

export function refuse(
  definition: InterfaceDefinition,
  name: string,
  operation: string,
  capability: string,
  why: string | TenonError,
  { meter, telemetry, caller, allowance }: GatePowers,
  fault: "refused" | "left-alone" = "refused",
): unknown {
  meter.refusals++;
  // The breaker may have admitted this call as its trial: the trial was not made.
  allowance.account(definition.name).withdrawn();
  const { plugin } = caller;
  const [reason, cause] = typeof why === "string" ? [why, new Error(why)] : [why.message, why];
  telemetry.emit({ tag: "refused", plugin, capability, function: operation, reason });
  const answer = definition.refuse?.(name, reason);
  const refused = new HostFault(operation, fault, cause);
  if (answer === undefined) throw refused;
  if ("throw" in answer) throw asRefusal(answer.throw, refused);
  return answer.value;
}

export function traced(
  operation: string,
  { telemetry, clock, caller }: GatePowers,
  run: () => unknown,
  wasKept: () => boolean = () => false,
): unknown {
  const started = clock.monotonic();
  const tell = (outcome: "ok" | "err" | "fault"): void => {
    const ms = clock.monotonic() - started;
    const call = { plugin: caller.plugin, function: operation, ms, outcome, kept: wasKept() };
    telemetry.emit({ tag: "host-call", ...call });
  };
  const failed = (error: unknown): never => {
    tell(errOf(error) === undefined ? "fault" : "err");
    throw error;
  };
  try {
    const value = run();
    if (!isThenable(value)) {
      tell("ok");
      return value;
    }
    return Promise.resolve(value).then((answer: unknown) => {
      tell("ok");
      return answer;
    }, failed);
  } catch (error) {
    return failed(error);
  }
}

/**
 * What its engine is told of a failure. Only the engine knows the type of the function's `err`: it
 * finds out whether what was thrown fits.
 */
export function sifted(operation: string, error: unknown): unknown {
  return errOf(error) !== undefined || error instanceof HostFault
    ? error
    : new HostFault(operation, "threw", error);
}
