/// CanonicalABI.md, `canon_lower`: a host's function for a guest to call. See emit/lower-text.ts.
import { fits } from "../accepts.ts";
import type { Bind, CallSite } from "../call-site.ts";
import type { Layout } from "../layout.ts";
import { giveBack } from "../resources.ts";
import { type HostCall, isOutcome, type LowerOptions, type Signature } from "../signature.ts";
import { hostFailure } from "../trap.ts";
import { isThenable, payloadOf } from "../values.ts";
import { Flat, type Side } from "./codec.ts";
import { Codecs } from "./codecs.ts";
import { directLower } from "./direct.ts";
import { invoke } from "./invoke.ts";
import { type Outcome, paramsLifting, resultLowering } from "./shared.ts";

export function lowerFunction(signature: Signature, options: LowerOptions): Bind {
  const { encoding, implementer, call, suspends } = options;
  const side: Side = { encoding, implementer, host: true, lends: false };
  const direct = directLower(signature, options, side);
  if (direct !== undefined) return direct;
  const codecs = new Codecs(side);
  const lift = paramsLifting(codecs, signature);
  const lower = resultLowering(codecs, signature);
  const declared = isOutcome(signature.result);
  const err = (thrown: unknown): Outcome => {
    if (!declared) throw hostFailure(thrown);
    return { ok: false, value: payloadOf(thrown) };
  };

  return (site) => {
    const { m, store } = site;
    const finish = (outcome: Outcome, flat: Flat, lent: typeof m.lent): unknown => {
      if (store.state > 3) store.settle();
      checkOutcome(site, outcome, declared);
      const core = lower(m, outcome.value, outcome.ok, flat);
      giveBack(lent);
      return core;
    };
    return (...core) => {
      if (!m.inst.mayLeave) store.refuseLeave();
      try {
        m.fresh();
        const lent = (m.lent = []);
        const flat = new Flat(core);
        const args = lift(m, flat);
        let outcome: Outcome;
        try {
          outcome = { ok: true, value: callHost(site, call, args) };
        } catch (thrown) {
          outcome = err(thrown);
        }
        const { ok, value } = outcome;
        if (!suspends || !ok || !isThenable(value)) return finish(outcome, flat, lent);
        store.suspend();
        return site.later(
          value,
          (value) => finish({ ok: true, value }, flat, lent),
          (thrown) => finish(err(thrown), flat, lent),
        );
      } catch (thrown) {
        store.state = 4;
        throw site.fail(thrown);
      }
    };
  };
}

function callHost(site: CallSite, call: HostCall, args: readonly unknown[]): unknown {
  const { host } = site;
  switch (call) {
    case "function":
      return invoke(host, args);
    case "method":
      return host.call(...(args as [unknown]));
    case "static":
      return host.call(site.self, ...args);
    case "constructor":
      return Reflect.construct(host, args);
  }
}

function checkOutcome(site: CallSite, { ok, value }: Outcome, declared: boolean): void {
  const { result } = site.signature;
  const layout: Layout | undefined =
    declared && result?.form === "cases" ? result.cases[ok ? 0 : 1]!.layout : result;
  const fine =
    layout === undefined
      ? !ok || !isThenable(value)
      : fits(layout, value, site.m.resources) && !(layout.form === "record" && isThenable(value));
  if (fine) return;
  if (declared) site.refuseOutcome(ok, value);
  site.refuseResult(layout, value);
}
