/// Core functions that the canonical ABI provides. CanonicalABI.md, "Canonical Definitions".
import type { CoreFunction } from "../abi/call-site.ts";
import { addOwn } from "../abi/handles.ts";
import { type ComponentInstance, disposeHost, type ResourceState } from "../abi/store.ts";
import { Thread } from "../abi/task.ts";
import { hostFailure, trap } from "../abi/trap.ts";
import { waiting } from "../abi/waitables.ts";
import type { Step } from "./plan.ts";

type BuiltinStep = Extract<Step, { kind: "builtin" }>;

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

/// The built-ins that no resource takes part in.
export function makeBuiltin(
  inst: ComponentInstance,
  { builtin, returns }: BuiltinStep,
  memory: WebAssembly.Memory | undefined,
): CoreFunction {
  const { name, slot = 0, wide } = builtin;
  switch (name) {
    case "context.get":
      return () => inst.thread?.storage[slot] ?? (wide === true ? 0n : 0);
    case "context.set":
      return (value) => {
        inst.thread ??= new Thread(undefined, false);
        inst.thread.storage[slot] = value;
      };
    case "backpressure.inc":
      return guarded(inst, () => {
        if (++inst.backpressure === 2 ** 16) overflow();
      });
    case "backpressure.dec":
      return guarded(inst, () => {
        if (--inst.backpressure < 0) overflow();
      });
    case "task.return":
      return leaving(inst, (...flat) => {
        const task = inst.thread?.task;
        if (task === undefined) {
          return trap("wrong-return", "task.return in a function lifted without async");
        }
        return task.return(returns!, flat);
      });
    case "task.cancel":
      return leaving(inst, () => trap("wrong-return", "task.cancel without a request to cancel"));
    default:
      return leaving(inst, waiting(inst, name, memory));
  }
}

function overflow(): never {
  return trap("backpressure-overflow", "backpressure counter overflow");
}

/// `guarded`, and a trap where the instance may not be left.
function leaving(
  inst: ComponentInstance,
  run: (...args: readonly number[]) => unknown,
): CoreFunction {
  return guarded(inst, (...args) => {
    if (!inst.mayLeave) inst.store.refuseLeave();
    return run(...args);
  });
}

/// What a built-in throws poisons the instance before the guest can catch it.
function guarded(
  inst: ComponentInstance,
  run: (...args: readonly number[]) => unknown,
): CoreFunction {
  const { store } = inst;
  return (...args) => {
    try {
      return run(...(args as readonly number[]));
    } catch (thrown) {
      store.state = 4;
      throw store.fail(thrown);
    }
  };
}
