/// Core functions that the canonical ABI provides. CanonicalABI.md, "Canonical Definitions".
import { TenonError } from "../../errors.ts";
import type { CoreFunction } from "../abi/call-site.ts";
import { addOwn } from "../abi/handles.ts";
import { type ComponentInstance, disposeHost, type ResourceState } from "../abi/store.ts";
import { hostFailure, trap } from "../abi/trap.ts";
import type { Builtin } from "../validate/resolved.ts";

/// `canon resource.new`.
export function resourceNew(inst: ComponentInstance, type: ResourceState): CoreFunction {
  const { store } = inst;
  return (rep) => {
    if (!inst.mayLeave) store.refuseLeave();
    try {
      return addOwn(inst, type, rep);
    } catch (thrown) {
      throw store.fail(thrown);
    }
  };
}

/// `canon resource.rep`.
export function resourceRep(inst: ComponentInstance, type: ResourceState): CoreFunction {
  return guarded(inst, (index) => inst.handles.get(index, type).rep);
}

/// `canon resource.drop`. A destructor of another instance is a call into it.
export function resourceDrop(inst: ComponentInstance, type: ResourceState): CoreFunction {
  const { store } = inst;
  const { implementer } = type;
  const entered = implementer?.entering(inst) ?? [];
  return guarded(inst, (index) => {
    if (!inst.mayLeave) store.refuseLeave();
    const handle = inst.handles.remove(index, type);
    if (handle.scope !== undefined) {
      handle.scope.borrows--;
      return;
    }
    if (implementer === undefined) {
      try {
        disposeHost(handle.rep);
      } catch (thrown) {
        throw hostFailure(thrown);
      }
      if (store.state > 3) store.settle();
      return;
    }
    if (type.destructor === undefined) return;
    for (const one of entered) if (!one.mayEnter) store.refuseReentrance();
    for (const one of entered) one.mayEnter = false;
    type.destructor(handle.rep as number);
    if (store.state > 3) store.settle();
    for (const one of entered) one.mayEnter = true;
  });
}

/// The built-ins that no resource takes part in. Those of tasks, waitables, streams and futures are
/// the place where the asynchronous ABI goes; until then a guest that calls one is stopped.
export function makeBuiltin(inst: ComponentInstance, builtin: Builtin): CoreFunction {
  const slot = builtin.slot ?? 0;
  switch (builtin.name) {
    case "context.get":
      return () => inst.locals[slot];
    case "context.set":
      return (value) => {
        inst.locals[slot] = value as number;
      };
    case "backpressure.inc":
      return guarded(inst, () => {
        if (++inst.backpressure === 2 ** 16) overflow();
      });
    case "backpressure.dec":
      return guarded(inst, () => {
        if (--inst.backpressure < 0) overflow();
      });
    default:
      return guarded(inst, () => {
        if (!inst.mayLeave) inst.store.refuseLeave();
        throw new TenonError("component-unsupported", `${builtin.name} is not supported yet`, {
          data: { features: [builtin.name] },
        });
      });
  }
}

function overflow(): never {
  return trap("backpressure-overflow", "backpressure counter overflow");
}

/// What a built-in throws poisons the instance before the guest can catch it.
function guarded(inst: ComponentInstance, run: (value: number) => unknown): CoreFunction {
  const { store } = inst;
  return (value) => {
    try {
      return run(value as number);
    } catch (thrown) {
      store.state = 4;
      throw store.fail(thrown);
    }
  };
}
