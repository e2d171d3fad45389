// Places that call, each for few functions: see sites.ts for why there are many.
import type { CallSite, HostFunction } from "../call-site.ts";
import type { LiftLowerContext } from "../context.ts";
import type { Codec, Core } from "./codec.ts";
import type { DirectLift } from "./direct-lift.ts";

/** Most core arguments, and most parameters, of what is called from these places. */
export const MOST_CORE = 8;
export const MOST_PARAMS = 3;

/** One parameter: where `check` takes it already, `lower` does nothing. */
export interface Given {
  readonly check: NonNullable<Codec["take"]>;
  readonly lower: Codec["lower"];
  readonly slot: number;
}

/** The core value that an argument is; undefined where it doesn't fit. */
export type Value = (cx: LiftLowerContext, value: unknown) => unknown;

type SimpleRun = (
  direct: DirectLift,
  site: CallSite,
  x: Value,
  y: Value,
  z: Value,
  lift: (cx: LiftLowerContext, core: unknown) => unknown,
) => (a: unknown, b: unknown, c: unknown) => unknown;

/** Calls a guest's function of three core arguments or, as it doesn't see those left over, fewer. */
export function simplePlace(nth: number): SimpleRun {
  return SIMPLE_RUNS[nth % SIMPLE_RUNS.length]!;
}

type CoreCall = (site: CallSite) => (core: Core) => unknown;
type Run = (
  direct: DirectLift,
  given: readonly [Given, Given, Given],
  call: (core: Core) => unknown,
  lift: (cx: LiftLowerContext, core: unknown) => unknown,
) => (a: unknown, b: unknown, c: unknown) => unknown;

/** Calls a guest's function of so many core arguments. */
export function liftPlace(
  nth: number,
  width: number,
): { readonly run: Run; readonly call: CoreCall } {
  const place = nth % RUNS.length;
  return { run: RUNS[place]!, call: CORE_CALLS[place]![width]! };
}

type Lift = (core: unknown) => unknown;
type HostCall = (host: HostFunction, x: Lift, y: Lift, z: Lift) => HostFunction;

/** Calls a host's function with what so many lifts make of its arguments: it may count them. */
export function hostCall(nth: number, params: number): HostCall {
  return HOST_CALLS[nth % HOST_CALLS.length]![params]!;
}

// oxfmt-ignore
const RUNS: readonly Run[] = [
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => { const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r; try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); } d.enter(o, a, b, c); try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
];

// oxfmt-ignore
const SIMPLE_RUNS: readonly SimpleRun[] = [
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
  (d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => { const i = x(m, a), j = y(m, b), k = z(m, c); d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r; try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); } return d.leave(r); }; },
];

// oxfmt-ignore
const CORE_CALLS: readonly (readonly CoreCall[])[] = [
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
  [(s) => () => s.core(), (s) => (w) => s.core(w[0]), (s) => (w) => s.core(w[0], w[1]), (s) => (w) => s.core(w[0], w[1], w[2]), (s) => (w) => s.core(w[0], w[1], w[2], w[3]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6]), (s) => (w) => s.core(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])],
];

// oxfmt-ignore
const HOST_CALLS: readonly (readonly HostCall[])[] = [
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
  [(h) => () => h(), (h, x) => (a) => h(x(a)), (h, x, y) => (a, b) => h(x(a), y(b)), (h, x, y, z) => (a, b, c) => h(x(a), y(b), z(c))],
];
