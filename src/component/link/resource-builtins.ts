// The core functions of the canonical ABI for resources. CanonicalABI.md, "Canonical Definitions".
import type { CoreFunction } from "../abi/call-site.ts";
import { addOwn } from "../abi/resources/handles.ts";
import { type ComponentInstance, disposeHost, type ResourceState, POISONED } from "../abi/store.ts";
import { hostFailure } from "../abi/trap.ts";

/** `canon resource.new`. */
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

/** `canon resource.rep`. */
export function resourceRep(inst: ComponentInstance, type: ResourceState): CoreFunction {
  return guarded(inst, (index) => inst.handles.get(index, type).rep);
}

/**
 * `canon resource.drop`. Where another instance has the destructor, it is a call into that
 * instance.
 */
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
        throw hostFailure(thrown, type.dropName);
      }
      if (store.state >= POISONED) store.settle();
      return;
    }
    if (type.destructor === undefined) return;
    for (const one of entered) if (!one.mayEnter) store.refuseReentrance();
    for (const one of entered) one.mayEnter = false;
    type.destructor(handle.rep as number);
    if (store.state >= POISONED) store.settle();
    for (const one of entered) one.mayEnter = true;
  });
}

/** Wraps a built-in so that what it throws poisons the instance before the guest can catch it. */
export function guarded(
  inst: ComponentInstance,
  run: (...args: readonly number[]) => unknown,
): CoreFunction {
  const { store } = inst;
  return (...args) => {
    try {
      return run(...(args as readonly number[]));
    } catch (thrown) {
      store.state = POISONED;
      throw store.fail(thrown);
    }
  };
}
