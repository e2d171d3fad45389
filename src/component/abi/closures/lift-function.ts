// CanonicalABI.md, `canon_lift`: makes a guest's function callable by the host. See
// emit/lift-text.ts.
import { IDLE, POISONED, RUNNING } from "../store.ts";
import type { Bind, CallSite, CoreFunction } from "../call-site.ts";
import { expectNoBorrows } from "../resources/handles.ts";
import { giveBack } from "../resources/resources.ts";
import { isOutcome, type LiftOptions, type Signature } from "../signature.ts";
import { raise } from "../values/values.ts";
import type { Side } from "./codec.ts";
import { Codecs } from "./codecs.ts";
import { directLift } from "./direct.ts";
import { invoke } from "./invoke.ts";
import { paramsLowering, postReturn, resultLifting, scopeOf } from "./shared.ts";

export function liftFunction(signature: Signature, options: LiftOptions): Bind {
  const { params, result, area } = signature;
  const { encoding, implementer, style, suspends, begins } = options;
  const lends = area.owns && area.borrows;
  const side: Side = { encoding, implementer, host: true, lends };
  const codecs = new Codecs(side);
  const direct = directLift(signature, options, codecs);
  if (direct !== undefined) return direct;
  const wanted = params.map((layout) => codecs.of(layout));
  const lower = paramsLowering(codecs, signature);
  const lift = resultLifting(codecs, signature, style === "constructor");
  const openScope = scopeOf(area, side);

  const begin = (site: CallSite, args: readonly unknown[]) => {
    const { m, store } = site;
    // Where a getter or proxy throws, `refuse` looks again and names the place.
    let fine = true;
    let thrown;
    try {
      for (let at = 0; fine && at < wanted.length; at++) fine = wanted[at]!.fits(m, args[at]);
    } catch (cause) {
      fine = false;
      thrown = { cause };
    }
    if (!fine) site.refuse(args, thrown);
    if (begins) return;
    if (store.state !== IDLE) store.refuseEntry();
    store.state = RUNNING;
    for (const one of site.entered) one.mayEnter = false;
  };
  const call = (site: CallSite, args: readonly unknown[]) => {
    const { m } = site;
    m.fresh();
    const scope = openScope(m);
    const lent = (m.lent = []);
    const core = invoke(site.core, lower(m, args));
    return { scope, lent, core };
  };
  const outcome = isOutcome(result);
  const end = (site: CallSite, { scope, lent }: ReturnType<typeof call>, core: unknown) => {
    const { m, store } = site;
    if (store.state >= POISONED) store.settle();
    giveBack(lent);
    const value = lift(m, core);
    const failed = outcome && m.n !== 0;
    if (scope !== undefined) expectNoBorrows(scope);
    if (options.postReturn) postReturn(site, m, core);
    if (store.state !== RUNNING) store.settle();
    for (const one of site.entered) one.mayEnter = true;
    return { value, failed };
  };

  return (site) => {
    const { store } = site;
    const run = (args: readonly unknown[]): unknown => {
      begin(site, args);
      let answer;
      try {
        const going = call(site, args);
        answer = end(site, going, going.core);
      } catch (thrown) {
        store.state = POISONED;
        throw site.failOutermost(thrown);
      }
      store.state = IDLE;
      return answer.failed ? raise(answer.value) : answer.value;
    };
    // One variable is enough, because there is one call at a time.
    let going: ReturnType<typeof call>;
    const ended = (core: unknown): unknown => {
      let answer;
      try {
        answer = end(site, going, core);
      } catch (thrown) {
        store.state = POISONED;
        throw site.failOutermost(thrown);
      }
      store.state = IDLE;
      return answer.failed ? raise(answer.value) : answer.value;
    };
    const runSuspending = (args: readonly unknown[]): unknown => {
      try {
        begin(site, args);
        try {
          going = call(site, args);
        } catch (thrown) {
          store.state = POISONED;
          throw site.failOutermost(thrown);
        }
      } catch (thrown) {
        return site.refused(thrown);
      }
      return site.answer(going.core, ended);
    };
    const runBegun = (args: readonly unknown[]): void => {
      begin(site, args);
      try {
        call(site, args);
      } catch (thrown) {
        store.state = POISONED;
        throw site.failOutermost(thrown);
      }
    };
    return shaped(begins ? runBegun : suspends ? runSuspending : run, style);
  };
}

function shaped(
  run: (args: readonly unknown[]) => unknown,
  style: LiftOptions["style"],
): CoreFunction {
  if (style !== "method") return (...args) => run(args);
  return function (this: unknown, ...args) {
    return run([this, ...args]);
  };
}
