// Call sites, each for few functions: see sites.ts for why there are many.
import { CORE_CALLS, HOST_CALLS, RUNS, SIMPLE_RUNS } from "../generated/call-places.ts";
import type { CallSite, HostFunction } from "../call-site.ts";
import type { LiftLowerContext } from "../context.ts";
import type { Codec, Core } from "./codec.ts";
import type { DirectLift } from "./direct-lift.ts";

/** One parameter. Where `check` already lowers it, `lower` does nothing. */
export interface Given {
  readonly check: NonNullable<Codec["take"]>;
  readonly lower: Codec["lower"];
  readonly slot: number;
}

/** Returns the core value of an argument; undefined where the argument does not fit. */
export type Value = (cx: LiftLowerContext, value: unknown) => unknown;

export type SimpleRun = (
  direct: DirectLift,
  site: CallSite,
  x: Value,
  y: Value,
  z: Value,
  lift: (cx: LiftLowerContext, core: unknown) => unknown,
) => (a: unknown, b: unknown, c: unknown) => unknown;

/**
 * Calls a guest's function of up to three core arguments. A core function ignores additional ones.
 */
export function simplePlace(nth: number): SimpleRun {
  return SIMPLE_RUNS[nth % SIMPLE_RUNS.length]!;
}

export type CoreCall = (site: CallSite) => (core: Core) => unknown;
export type Run = (
  direct: DirectLift,
  given: readonly [Given, Given, Given],
  call: (core: Core) => unknown,
  lift: (cx: LiftLowerContext, core: unknown) => unknown,
) => (a: unknown, b: unknown, c: unknown) => unknown;

/** Calls a guest's function of `width` core arguments. */
export function liftPlace(
  nth: number,
  width: number,
): { readonly run: Run; readonly call: CoreCall } {
  const place = nth % RUNS.length;
  return { run: RUNS[place]!, call: CORE_CALLS[place]![width]! };
}

type Lift = (core: unknown) => unknown;
export type HostCall = (host: HostFunction, x: Lift, y: Lift, z: Lift) => HostFunction;

/**
 * Calls a host's function with exactly as many lifted arguments as it has: it may look at their
 * number.
 */
export function hostCall(nth: number, params: number): HostCall {
  return HOST_CALLS[nth % HOST_CALLS.length]![params]!;
}
