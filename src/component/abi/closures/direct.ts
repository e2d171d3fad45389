/// Functions of up to three parameters that are one core value each, and need no memory: the calls
/// where an array of arguments would be most of the cost. What the host gets may be of any type.
import { fitsHandle, fitsScalar } from "../accepts.ts";
import type { Bind, HostFunction } from "../call-site.ts";
import type { LiftLowerContext } from "../context.ts";
import type { Layout } from "../layout.ts";
import {
  borrowsForeign,
  type LiftOptions,
  type LowerOptions,
  type Signature,
} from "../signature.ts";
import { hostFailure } from "../trap.ts";
import { badCase, isThenable } from "../values.ts";
import type { Side } from "./codec.ts";
import type { Codecs } from "./codecs.ts";
import { liftHandle, lowerHandle } from "./handles.ts";
import { lifting, lowering } from "./scalars.ts";
import { answering, postReturn, resultLifting } from "./shared.ts";

interface Direct {
  readonly fits: (cx: LiftLowerContext, value: unknown) => boolean;
  readonly lower: (cx: LiftLowerContext, value: unknown) => unknown;
  readonly lift: (cx: LiftLowerContext, core: unknown) => unknown;
}

const NOTHING: Direct = {
  fits: (_, value) => value === undefined || !isThenable(value),
  lower: () => undefined,
  lift: () => undefined,
};

const UNUSED: Direct = { fits: () => true, lower: () => undefined, lift: () => undefined };

const MOST = 3;

function directOf(layout: Layout | undefined, side: Side): Direct | undefined {
  switch (layout?.form) {
    case undefined:
      return NOTHING;
    case "scalar": {
      const { scalar } = layout;
      const [lower, lift] = [lowering(scalar), lifting(scalar)];
      return {
        fits: (_, value) => fitsScalar(scalar, value),
        lower: (_, value) => lower(value),
        lift: (_, core) => lift(core),
      };
    }
    case "cases": {
      if (layout.style !== "enum") return undefined;
      const names = layout.cases.map(({ name }) => name);
      const indices = new Map(names.map((name, index) => [name as unknown, index]));
      return {
        fits: (_, value) => indices.has(value),
        lower: (_, value) => indices.get(value),
        lift: (_, core) => names[core as number] ?? badCase(core as number),
      };
    }
    case "handle": {
      if (!layout.own && !side.host) return undefined;
      const { slot } = layout.resource;
      const [lower, lift] = [lowerHandle(side, layout), liftHandle(side, layout)];
      return {
        fits: (cx, value) => fitsHandle(cx.resources[slot]!, layout.own, value),
        lower: (cx, value) => lower(cx, value, slot),
        lift: (cx, core) => lift(cx, core as number, slot),
      };
    }
    default:
      return undefined;
  }
}

type Parts = readonly [Direct, Direct, Direct, Direct];

/// Three parameters, those there are not counting for nothing, and the result.
function partsOf({ params }: Signature, side: Side, result: Direct | undefined): Parts | undefined {
  if (params.length > MOST) return undefined;
  const parts = [0, 1, 2].map((at) => (at < params.length ? directOf(params[at], side) : UNUSED));
  const all = [...parts, result];
  return all.every((part) => part !== undefined) ? (all as unknown as Parts) : undefined;
}

export function directLift(
  signature: Signature,
  options: LiftOptions,
  codecs: Codecs,
): Bind | undefined {
  const { area, spills } = signature;
  const { side } = codecs;
  const { style, suspends, implementer } = options;
  if (suspends || side.lends || style === "constructor") return undefined;
  if (options.entered > 0 || borrowsForeign(area, implementer)) return undefined;
  const simple = spills || options.postReturn ? undefined : directOf(signature.result, side);
  const parts = partsOf(signature, side, simple ?? NOTHING);
  if (parts === undefined) return undefined;
  const [first, second, third, result] = parts;
  const lift = resultLifting(codecs, signature, false);
  const answer = answering(signature);
  const hasResult = signature.result !== undefined;
  return (site) => {
    const { m, store } = site;
    const end = (core: unknown): unknown => {
      if (store.state > 3) store.settle();
      const value = lift(m, core);
      if (options.postReturn) postReturn(site, m, hasResult ? [core] : []);
      if (store.state !== 1) store.settle();
      return value;
    };
    const run = (a: unknown, b: unknown, c: unknown): unknown => {
      if (!(first.fits(m, a) && second.fits(m, b) && third.fits(m, c))) site.refuse([a, b, c]);
      if (store.state !== 0) store.refuseEntry();
      store.state = 1;
      let value;
      try {
        value = site.core(first.lower(m, a), second.lower(m, b), third.lower(m, c));
        if (simple === undefined) value = end(value);
        else {
          if (store.state !== 1) store.settle();
          value = result.lift(m, value);
        }
      } catch (thrown) {
        store.state = 4;
        throw site.failOutermost(thrown);
      }
      store.state = 0;
      return simple === undefined ? answer(value) : value;
    };
    if (style !== "method") return run;
    return function (this: unknown, b: unknown, c: unknown) {
      return run(this, b, c);
    };
  };
}

export function directLower(
  signature: Signature,
  options: LowerOptions,
  side: Side,
): Bind | undefined {
  if (options.suspends || options.call !== "function" || signature.area.borrows) return undefined;
  if (signature.spills) return undefined;
  const parts = partsOf(signature, side, directOf(signature.result, side));
  if (parts === undefined) return undefined;
  const [first, second, third, result] = parts;
  return (site) => {
    const { m, store } = site;
    const host = asking(site.host, signature.params.length);
    return (a, b, c) => {
      if (!m.inst.mayLeave) store.refuseLeave();
      try {
        const [x, y, z] = [first.lift(m, a), second.lift(m, b), third.lift(m, c)];
        let value;
        try {
          value = host(x, y, z);
        } catch (thrown) {
          throw hostFailure(thrown);
        }
        if (store.state > 3) store.settle();
        if (!result.fits(m, value)) site.refuseResult(signature.result, value);
        return result.lower(m, value);
      } catch (thrown) {
        store.state = 4;
        throw site.fail(thrown);
      }
    };
  };
}

/// The host gets as many arguments as there are parameters: it may count them.
function asking(host: HostFunction, params: number): HostFunction {
  switch (params) {
    case 0:
      return () => host();
    case 1:
      return (x) => host(x);
    case 2:
      return (x, y) => host(x, y);
    default:
      return host;
  }
}
