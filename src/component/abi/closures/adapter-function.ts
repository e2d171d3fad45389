// Makes one guest's function callable by another guest. See emit/adapter-text.ts.
import { POISONED } from "../store.ts";
import type { Bind } from "../call-site.ts";
import { expectNoBorrows } from "../resources/handles.ts";
import { giveBack } from "../resources/resources.ts";
import type { AdapterOptions, Signature } from "../signature.ts";
import type { Core } from "./codec.ts";
import { invoke } from "./invoke.ts";
import { Codecs } from "./codecs.ts";
import {
  paramsLifting,
  paramsLowering,
  postReturn,
  resultLifting,
  resultLowering,
  scopeOf,
} from "./shared.ts";

const WITHIN = { host: false, lends: false };

export function adapterFunction(
  signature: Signature,
  given: Signature,
  options: AdapterOptions,
): Bind {
  const caller = new Codecs({ ...options.caller, ...WITHIN });
  const callee = new Codecs({ ...options.callee, ...WITHIN });
  const liftParams = paramsLifting(caller, given);
  const lowerParams = paramsLowering(callee, signature);
  const liftResult = resultLifting(callee, signature, false);
  const lowerResult = resultLowering(caller, given);
  const openScope = scopeOf(signature.area, callee.side);

  return (site) => {
    const { m, k, store, entered } = site;
    const begin = (given: Core) => {
      m.fresh();
      const lent = (m.lent = []);
      const args = liftParams(m, given);
      k.fresh();
      const scope = openScope(k);
      return { lent, given, scope, core: invoke(site.core, lowerParams(k, args)) };
    };
    const end = ({ lent, given, scope }: ReturnType<typeof begin>, core: unknown) => {
      if (store.state >= POISONED) store.settle();
      const value = liftResult(k, core);
      if (scope !== undefined && !options.begins) expectNoBorrows(scope);
      const answer = lowerResult(m, value, true, given);
      if (options.postReturn) postReturn(site, k, core);
      if (!options.begins) giveBack(lent);
      for (const one of entered) one.mayEnter = true;
      return answer;
    };
    const enter = () => {
      if (!m.inst.mayLeave) store.refuseLeave();
      for (const one of entered) if (!one.mayEnter) store.refuseReentrance();
      for (const one of entered) one.mayEnter = false;
    };
    if (options.suspends) {
      return async (...core: Core) => {
        enter();
        try {
          const going = begin(core);
          store.suspend();
          const result = await store.wait(going.core);
          store.resume();
          return end(going, result);
        } catch (thrown) {
          store.state = POISONED;
          throw site.fail(thrown);
        }
      };
    }
    return (...core: Core) => {
      enter();
      try {
        const going = begin(core);
        return end(going, going.core);
      } catch (thrown) {
        store.state = POISONED;
        throw site.fail(thrown);
      }
    };
  };
}

/** See `Route.resolve`. The callee is still running. */
export function resolveFunction(
  given: Signature,
  returned: Signature,
  options: AdapterOptions,
): Bind {
  const lift = paramsLifting(new Codecs({ ...options.callee, ...WITHIN }), returned);
  const lower = resultLowering(new Codecs({ ...options.caller, ...WITHIN }), given);
  // The pointer for the result comes first here, and last in the caller's own arguments.
  const last = given.flat?.length ?? 1;
  return ({ m, k }) =>
    (pointer, ...core: Core) => {
      k.fresh();
      const [value] = lift(k, core);
      const where: Core = [];
      where[last] = pointer;
      return lower(m, value, true, where);
    };
}
