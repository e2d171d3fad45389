// What the closures of whole functions have in common. See emit/parts.ts for the same as text.
import { POISONED } from "../store.ts";
import type { CallSite } from "../call-site.ts";
import type { LiftLowerContext } from "../context.ts";
import { BorrowScope } from "../resources/handles.ts";
import { type Layout, SHIFTS } from "../layout.ts";
import { borrowsForeign, isOutcome, MANY_NODES, type Signature } from "../signature.ts";
import { badCase } from "../values/values.ts";
import { type Codec, type Core, type Side, u32 } from "./codec.ts";
import type { Codecs } from "./codecs.ts";
import { lifting } from "./scalars.ts";
import { liftOwnHandle } from "../resources/resources.ts";

/** Lowers arguments into a guest. Returns its core arguments. */
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
  const each = placed(codecs, params);
  // Copied for each call, because an engine converts an array that begins with numbers when
  // something else is stored.
  const blank: Core = Array(flat.length).fill(undefined);
  return (cx, args) => {
    const core = blank.slice();
    for (let at = 0; at < each.length; at++) {
      const { codec, slot } = each[at]!;
      codec.lower(cx, args[at], core, slot);
    }
    return core;
  };
}

/** The codecs of parameters, with the place where the core values of each begin. */
export function placed(
  codecs: Codecs,
  params: readonly Layout[],
): readonly { readonly codec: Codec; readonly slot: number }[] {
  let slot = 0;
  return params.map((layout) => {
    const one = { codec: codecs.of(layout), slot };
    slot += layout.flat?.length ?? 0;
    return one;
  });
}

/** Lifts the arguments of a guest's call. */
export function paramsLifting(
  codecs: Codecs,
  signature: Signature,
): (cx: LiftLowerContext, core: Core) => unknown[] {
  const { params, area, flat } = signature;
  const { host } = codecs.side;
  if (flat === undefined) {
    const codec = codecs.of(area);
    return (cx, core) => {
      budget(cx, area, host);
      const pointer = u32(core, 0);
      cx.area(pointer, area.size, area.align);
      return codec.load(cx, pointer) as unknown[];
    };
  }
  const each = placed(codecs, params);
  return (cx, core) => {
    budget(cx, area, host);
    return each.map(({ codec, slot }) => codec.lift(cx, core, slot));
  };
}

function budget(cx: LiftLowerContext, layout: Layout, host: boolean): void {
  if (!layout.spends && layout.nodes <= MANY_NODES) return;
  if (host) cx.budget();
  else cx.budgetWithin();
  if (layout.nodes > MANY_NODES) cx.spend(0, layout.nodes);
}

/**
 * Lifts a guest's result. For the host, a result that is ok or err is lifted to its payload, and
 * `n` of the context tells which it is: 0 or 1.
 */
export function resultLifting(
  codecs: Codecs,
  signature: Signature,
  raw: boolean,
): (cx: LiftLowerContext, core: unknown) => unknown {
  const { result, spills } = signature;
  if (result === undefined) return () => undefined;
  const { host } = codecs.side;
  const { size, align } = result;
  const take = (layout: Layout, offset: number) => takeResult(codecs, layout, offset, spills, raw);
  if (host && isOutcome(result)) {
    const { view, cases, payload } = result;
    const arm = ({ layout }: (typeof cases)[number]) =>
      layout === undefined ? () => undefined : take(layout, payload);
    const [ok, err] = [arm(cases[0]!), arm(cases[1]!)];
    const shift = SHIFTS[view];
    return (cx, core) => {
      const at = (core as number) >>> 0;
      let index = at;
      cx.fresh();
      if (spills) {
        cx.area(at, size, align);
        index = cx[view][at >>> shift] as number;
      }
      budget(cx, result, host);
      if (index > 1) badCase(index);
      const value = index === 0 ? ok(cx, at) : err(cx, at);
      cx.n = index;
      return value;
    };
  }
  const whole = take(result, 0);
  if (!spills && !result.dynamic) return whole;
  return (cx, core) => {
    cx.fresh();
    if (spills) cx.area((core as number) >>> 0, size, align);
    budget(cx, result, host);
    return whole(cx, core);
  };
}

function takeResult(
  codecs: Codecs,
  layout: Layout,
  offset: number,
  spills: boolean,
  raw: boolean,
): (cx: LiftLowerContext, core: unknown) => unknown {
  if (raw && layout.form === "handle") {
    const { slot } = layout.resource;
    return (cx, core) =>
      liftOwnHandle(
        cx,
        spills ? cx.u32[(((core as number) >>> 0) + offset) >>> 2]! : (core as number),
        slot,
      );
  }
  const { load, lift } = codecs.of(layout);
  if (spills) return (cx, core) => load(cx, ((core as number) >>> 0) + offset);
  if (layout.form !== "scalar") return (cx, core) => lift(cx, [core], 0);
  const up = lifting(layout.scalar);
  return (_, core) => up(core);
}

/**
 * Lowers a result into the guest that called. Its core arguments end with the pointer for the
 * result.
 */
export function resultLowering(
  codecs: Codecs,
  signature: Signature,
): (cx: LiftLowerContext, value: unknown, ok: boolean, core: Core) => unknown {
  const { result, spills, flat } = signature;
  if (result === undefined) return () => undefined;
  const tagged = codecs.side.host && isOutcome(result);
  const whole = codecs.of(result);
  const shaped = (value: unknown, ok: boolean) =>
    tagged ? { tag: ok ? "ok" : "err", val: value } : value;
  const last = flat?.length ?? 1;
  return (cx, value, ok, core) => {
    if (spills) {
      cx.fresh();
      const pointer = u32(core, last);
      cx.area(pointer, result.size, result.align);
      whole.store(cx, shaped(value, ok), pointer);
      return undefined;
    }
    const out: Core = [undefined];
    whole.lower(cx, shaped(value, ok), out, 0);
    return out[0];
  };
}

/**
 * CanonicalABI.md, `canon_lift`: called once, with the core result where there is one, while the
 * instance must not be left.
 */
export function postReturn(site: CallSite, cx: LiftLowerContext, core: unknown): void {
  cx.inst.mayLeave = false;
  site.post(core);
  if (site.store.state >= POISONED) site.store.settle();
  cx.inst.mayLeave = true;
}

export function scopeOf(
  layout: Layout,
  side: Side,
): (cx: LiftLowerContext) => BorrowScope | undefined {
  if (!borrowsForeign(layout, side.implementer)) return () => undefined;
  return (cx) => (cx.scope = new BorrowScope());
}
