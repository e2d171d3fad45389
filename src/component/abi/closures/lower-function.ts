// CanonicalABI.md, `canon_lower`: makes a host's function callable by a guest. See
// emit/lower-text.ts.
import { isThenable } from "../../../realms.ts";
import { POISONED } from "../store.ts";
import type { Bind, CallSite } from "../call-site.ts";
import type { Layout } from "../layout.ts";
import { giveBack } from "../resources/resources.ts";
import {
  answersFuture,
  type HostCall,
  isOutcome,
  type LowerOptions,
  type Signature,
} from "../signature.ts";
import { hostFailure } from "../trap.ts";
import type { Codec, Core, Side } from "./codec.ts";
import { Codecs } from "./codecs.ts";
import { directLower } from "./direct.ts";
import { invoke } from "./invoke.ts";
import { paramsLifting, resultLowering } from "./shared.ts";

/** What a host's function has returned or thrown. */
interface Outcome {
  readonly ok: boolean;
  readonly value: unknown;
}

export function lowerFunction(signature: Signature, options: LowerOptions): Bind {
  const { encoding, implementer, call, suspends } = options;
  const side: Side = { encoding, implementer, host: true, lends: false };
  const codecs = new Codecs(side);
  const direct = directLower(signature, options, codecs);
  if (direct !== undefined) return direct;
  const lift = paramsLifting(codecs, signature);
  const lower = resultLowering(codecs, signature);
  const { result } = signature;
  const declared = isOutcome(result);
  const future = answersFuture(result);
  const arms = (declared ? result.cases.map((one) => one.layout) : [result, result]).map((layout) =>
    fitting(codecs, layout),
  );
  const check = (site: CallSite, { ok, value }: Outcome): void => {
    try {
      if (arms[ok ? 0 : 1]!(site, ok, value)) return;
    } catch {
      // Where a getter or proxy throws, the place is found and named below.
    }
    if (declared) site.refuseOutcome(ok, value);
    site.refuseResult(result, value);
  };
  const err = (site: CallSite, thrown: unknown): Outcome => {
    if (!declared) throw hostFailure(thrown);
    return { ok: false, value: site.err(thrown) };
  };

  return (site) => {
    const { m, store } = site;
    const finish = (outcome: Outcome, core: Core, lent: typeof m.lent): unknown => {
      if (store.state >= POISONED) store.settle();
      check(site, outcome);
      const answer = lower(m, outcome.value, outcome.ok, core);
      giveBack(lent);
      return answer;
    };
    return (...core: Core) => {
      if (!m.inst.mayLeave) store.refuseLeave();
      try {
        m.fresh();
        const lent = (m.lent = []);
        const args = lift(m, core);
        let outcome: Outcome;
        try {
          outcome = { ok: true, value: callHost(site, call, args) };
        } catch (thrown) {
          outcome = err(site, thrown);
        }
        const { ok, value } = outcome;
        if (!suspends || future || !ok || !isThenable(value)) return finish(outcome, core, lent);
        store.suspend();
        return site.later(
          value,
          (value) => finish({ ok: true, value }, core, lent),
          (thrown) => finish(err(site, thrown), core, lent),
        );
      } catch (thrown) {
        store.state = POISONED;
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

type Fitting = (site: CallSite, ok: boolean, value: unknown) => boolean;

function fitting(codecs: Codecs, layout: Layout | undefined): Fitting {
  if (layout === undefined) return (_, ok, value) => !ok || !isThenable(value);
  const codec: Codec = codecs.of(layout);
  if (layout.form !== "record") return ({ m }, _, value) => codec.fits(m, value);
  return ({ m }, _, value) => codec.fits(m, value) && !isThenable(value);
}
