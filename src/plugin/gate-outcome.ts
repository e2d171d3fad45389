import type { Authority } from "../capability/authority.ts";
import { WitError } from "../errors.ts";
import type { Caller, InterfaceDefinition } from "../interfaces/define.ts";
import type { Clock } from "../platform/clock.ts";
import type { Telemetry } from "../telemetry/events.ts";
import type { Meter } from "../telemetry/meter.ts";
import type { AnswerCache } from "./answer-cache.ts";
import { HostFault } from "./host-fault.ts";

export interface GatePowers {
  readonly caller: Caller;
  readonly authority: Pick<Authority, "may">;
  readonly meter: Meter;
  readonly telemetry: Telemetry;
  readonly clock: Pick<Clock, "monotonic">;
  /// Stops the deadline of the call under way while a person is asked, and starts it again.
  readonly patience: { hold(): void; release(): void };
  /// For functions whose answers may be kept.
  readonly answers: Pick<AnswerCache, "answer">;
  /// Tells the plugin's component from every other one.
  readonly component: string;
  /// See InterfaceContext.
  own(resource: Disposable): () => void;
}

export type HostFunction = (this: unknown, ...args: unknown[]) => unknown;

/// What becomes of a promise that an implementation answered with.
export function tracker(
  definition: InterfaceDefinition,
  name: string,
  operation: string,
  { patience }: GatePowers,
): (promise: Promise<unknown>) => Promise<unknown> {
  const asksPerson = definition.asksPerson?.includes(name) ?? false;
  return async (promise) => {
    if (asksPerson) patience.hold();
    try {
      return await promise;
    } catch (error) {
      throw sifted(operation, error);
    } finally {
      if (asksPerson) patience.release();
    }
  };
}

export function refuse(
  definition: InterfaceDefinition,
  name: string,
  operation: string,
  capability: string,
  reason: string,
  { meter, telemetry, caller }: GatePowers,
): unknown {
  meter.refusals++;
  const { plugin } = caller;
  telemetry.emit({ tag: "refused", plugin, capability, function: operation, reason });
  const answer = definition.refuse?.(name, reason);
  if (answer === undefined) throw new HostFault(operation, "refused", new Error(reason));
  if ("throw" in answer) throw answer.throw;
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
    tell(error instanceof WitError ? "err" : "fault");
    throw error;
  };
  try {
    const value = run();
    if (!(value instanceof Promise)) {
      tell("ok");
      return value;
    }
    return value.then((answer: unknown) => {
      tell("ok");
      return answer;
    }, failed);
  } catch (error) {
    return failed(error);
  }
}

export function sifted(operation: string, error: unknown): unknown {
  return error instanceof WitError || error instanceof HostFault
    ? error
    : new HostFault(operation, "threw", error);
}
