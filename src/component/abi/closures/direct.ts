// Calls of few arguments, for which an array of arguments would be most of the cost.
import { isThenable } from "../../../realms.ts";
import { POISONED } from "../store.ts";
import { MOST_CORE, MOST_PARAMS } from "../generated/call-places.ts";
import type { Bind, CallSite } from "../call-site.ts";
import { guestRep } from "../resources/guest-resource.ts";
import type { Layout } from "../layout.ts";
import { borrowsForeign, isOutcome, type LiftOptions } from "../signature.ts";
import type { LowerOptions, Signature } from "../signature.ts";
import { hostFailure } from "../trap.ts";
import { type Given, hostCall, liftPlace, simplePlace, type Value } from "./calls.ts";
import type { Core } from "./codec.ts";
import type { Codecs } from "./codecs.ts";
import { DirectLift } from "./direct-lift.ts";
import { lifting, VALUES } from "./scalars.ts";
import { placed, resultLifting } from "./shared.ts";

export function directLift(
  signature: Signature,
  options: LiftOptions,
  codecs: Codecs,
): Bind | undefined {
  const { area, flat, params, result } = signature;
  const { style, suspends, begins, implementer, entered, postReturn } = options;
  if (suspends || begins || codecs.side.lends || style === "constructor") return undefined;
  if (entered > 0 || borrowsForeign(area, implementer)) return undefined;
  if (flat === undefined || flat.length > MOST_CORE || params.length > MOST_PARAMS)
    return undefined;
  const lift = resultLifting(codecs, signature, false);
  const traits = { outcome: isOutcome(result), postReturn, width: flat.length };
  const bind = simple(signature, codecs, lift) ?? general(signature, codecs, lift, flat.length);
  return (site) => {
    const bound = bind(new DirectLift(site, traits), site);
    if (style !== "method") return bound;
    return function (this: unknown, b: unknown, c: unknown) {
      return bound(this, b, c);
    };
  };
}

type Lift = ReturnType<typeof resultLifting>;
type BindDirect = (direct: DirectLift, site: CallSite) => Directly;
type Directly = (a: unknown, b: unknown, c: unknown) => unknown;

function general(signature: Signature, codecs: Codecs, lift: Lift, width: number): BindDirect {
  const given = givenOf(codecs, signature);
  const { run, call } = liftPlace(signature.area.id, width);
  return (direct, site) => run(direct, given, call(site), lift);
}

/** For functions whose parameters are each one core value that checking already returns. */
function simple({ params, area }: Signature, { side }: Codecs, lift: Lift): BindDirect | undefined {
  const values = params.map((layout): Value | undefined => {
    if (layout.form === "scalar") return VALUES[layout.scalar];
    if (layout.form !== "handle" || layout.own) return undefined;
    const { slot } = layout.resource;
    if (side.implementer(slot) !== "self") return undefined;
    return (cx, value) => guestRep(cx.resources[slot]!, value);
  });
  if (values.includes(undefined)) return undefined;
  const [x = unused, y = unused, z = unused] = values;
  const run = simplePlace(area.id);
  return (direct, site) => run(direct, site, x, y, z, lift);
}

function unused(): number {
  return 0;
}

/** Up to three parameters; missing ones have no effect. */
function givenOf(codecs: Codecs, { params, area }: Signature): [Given, Given, Given] {
  // Looking at one parameter must not change another that has already been taken.
  const steady = !area.borrows || params.every(isPlain);
  const all = placed(codecs, params);
  const taken = steady && all.every(({ codec }) => codec.take !== undefined);
  const one = (at: number): Given => {
    const param = all[at];
    if (param === undefined) return { check: () => true, lower: () => {}, slot: 0 };
    const { codec, slot } = param;
    if (taken) return { check: codec.take!, lower: () => {}, slot };
    return { check: codec.fits, lower: codec.lower, slot };
  };
  return [one(0), one(1), one(2)];
}

function isPlain({ form }: Layout): boolean {
  return form === "scalar" || form === "handle";
}

/** For functions of scalars alone, whose lifting can't trap. */
export function directLower(
  signature: Signature,
  options: LowerOptions,
  codecs: Codecs,
): Bind | undefined {
  const { params, result, area } = signature;
  if (options.suspends || options.call !== "function" || params.length > MOST_PARAMS) {
    return undefined;
  }
  if (!params.every(isTotal)) return undefined;
  const lift = (at: number) => {
    const layout = params[at];
    return lifting(layout?.form === "scalar" ? layout.scalar : "u8");
  };
  if (result !== undefined && result.form !== "scalar") return undefined;
  const asking = hostCall(area.id, params.length);
  const take = result && codecs.of(result).take!;
  return (site) => {
    const { m, store } = site;
    const ask = asking(site.host, lift(0), lift(1), lift(2));
    const out: Core = [undefined];
    return (a, b, c) => {
      if (!m.inst.mayLeave) store.refuseLeave();
      try {
        let value;
        try {
          value = ask(a, b, c);
        } catch (thrown) {
          throw hostFailure(thrown);
        }
        if (store.state >= POISONED) store.settle();
        if (take === undefined ? isThenable(value) : !take(m, value, out, 0)) {
          site.refuseResult(result, value);
        }
        return out[0];
      } catch (thrown) {
        store.state = POISONED;
        throw site.fail(thrown);
      }
    };
  };
}

/** Whether lifting a value can't trap. */
function isTotal(layout: Layout): boolean {
  return layout.form === "scalar" && layout.scalar !== "char";
}
