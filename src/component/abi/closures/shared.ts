/// What closures for whole functions have in common. See emit/parts.ts for the same as text.
import type { CallSite } from "../call-site.ts";
import type { LiftLowerContext } from "../context.ts";
import { BorrowScope } from "../handles.ts";
import { type Layout, SHIFTS } from "../layout.ts";
import { borrowsForeign, isOutcome, MANY_NODES, type Signature } from "../signature.ts";
import { badCase } from "../values.ts";
import { Flat, type Side } from "./codec.ts";
import type { Codecs } from "./codecs.ts";
import { invoke } from "./invoke.ts";
import { liftOwnHandle } from "../resources.ts";

/// What a host's function answered or threw.
export interface Outcome {
  readonly ok: boolean;
  readonly value: unknown;
}

/// Gives arguments to a guest; answers its core arguments.
export function paramsLowering(
  codecs: Codecs,
  signature: Signature,
): (cx: LiftLowerContext, args: readonly unknown[]) => unknown[] {
  const { params, area, flat } = signature;
  if (flat === undefined) {
    const codec = codecs.of(area);
    return (cx, args) => {
      const pointer = cx.reallocate(0, 0, area.align, area.size);
      codec.store(cx, args, pointer);
      return [pointer];
    };
  }
  const each = params.map((layout) => codecs.of(layout));
  return (cx, args) => {
    const out: unknown[] = [];
    for (let at = 0; at < each.length; at++) each[at]!.lower(cx, args[at], out);
    return out;
  };
}

/// Takes from a guest what it calls with. The pointer for the result stays in `flat`.
export function paramsLifting(
  codecs: Codecs,
  signature: Signature,
): (cx: LiftLowerContext, flat: Flat) => unknown[] {
  const { params, area, flat } = signature;
  const { host } = codecs.side;
  if (flat === undefined) {
    const codec = codecs.of(area);
    return (cx, flat) => {
      budget(cx, area, host);
      const pointer = flat.u32();
      cx.area(pointer, area.size, area.align);
      return codec.load(cx, pointer) as unknown[];
    };
  }
  const each = params.map((layout) => codecs.of(layout));
  return (cx, flat) => {
    budget(cx, area, host);
    return each.map((codec) => codec.lift(cx, flat));
  };
}

function budget(cx: LiftLowerContext, layout: Layout, host: boolean): void {
  if (host) cx.budget();
  else cx.budgetWithin();
  if (layout.nodes > MANY_NODES) cx.spend(0, layout.nodes);
}

/// Takes a result from a guest. For the host, one that may be ok or err comes as an Outcome.
export function resultLifting(
  codecs: Codecs,
  signature: Signature,
  raw: boolean,
): (cx: LiftLowerContext, core: unknown) => unknown {
  const { result, spills } = signature;
  if (result === undefined) return () => undefined;
  const { host } = codecs.side;
  const take = (layout: Layout, offset: number) => takeResult(codecs, layout, offset, spills, raw);
  const outcome = host && isOutcome(result);
  const arms = outcome
    ? result.cases.map(({ layout }) => layout && take(layout, result.payload))
    : [take(result, 0)];
  return (cx, core) => {
    cx.fresh();
    const at = spills ? (core as number) >>> 0 : (core as number);
    if (spills) cx.area(at, result.size, result.align);
    budget(cx, result, host);
    if (!outcome) return arms[0]!(cx, at);
    const index = spills ? (cx[result.view][at >>> SHIFTS[result.view]] as number) : at >>> 0;
    if (index > 1) badCase(index);
    return { ok: index === 0, value: arms[index]?.(cx, at) } satisfies Outcome;
  };
}

function takeResult(
  codecs: Codecs,
  layout: Layout,
  offset: number,
  spills: boolean,
  raw: boolean,
): (cx: LiftLowerContext, at: number) => unknown {
  if (raw && layout.form === "handle") {
    const { slot } = layout.resource;
    return (cx, at) => liftOwnHandle(cx, spills ? cx.u32[(at + offset) >>> 2]! : at, slot);
  }
  const codec = codecs.of(layout);
  return spills
    ? (cx, at) => codec.load(cx, at + offset)
    : (cx, at) => codec.lift(cx, new Flat([at]));
}

/// Gives a result to a guest that called; `flat` still holds where it is to go.
export function resultLowering(
  codecs: Codecs,
  signature: Signature,
): (cx: LiftLowerContext, value: unknown, ok: boolean, flat: Flat) => unknown {
  const { result, spills } = signature;
  if (result === undefined) return () => undefined;
  const tagged = codecs.side.host && isOutcome(result);
  const whole = codecs.of(result);
  const shaped = (value: unknown, ok: boolean) =>
    tagged ? { tag: ok ? "ok" : "err", val: value } : value;
  return (cx, value, ok, flat) => {
    if (spills) {
      cx.fresh();
      const pointer = flat.u32();
      cx.area(pointer, result.size, result.align);
      whole.store(cx, shaped(value, ok), pointer);
      return undefined;
    }
    const out: unknown[] = [];
    whole.lower(cx, shaped(value, ok), out);
    return out[0];
  };
}

/// CanonicalABI.md, `canon_lift`: with the core result, once, and may not leave.
export function postReturn(site: CallSite, cx: LiftLowerContext, args: readonly unknown[]): void {
  cx.inst.mayLeave = false;
  invoke(site.post, args);
  if (site.store.state > 3) site.store.settle();
  cx.inst.mayLeave = true;
}

export function scopeOf(
  layout: Layout,
  side: Side,
): (cx: LiftLowerContext) => BorrowScope | undefined {
  if (!borrowsForeign(layout, side.implementer)) return () => undefined;
  return (cx) => (cx.scope = new BorrowScope());
}
