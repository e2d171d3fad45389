// The core functions of the canonical ABI that do not concern resources. CanonicalABI.md,
// "Canonical Definitions".
import type { CoreFunction } from "../abi/call-site.ts";
import type { ComponentInstance } from "../abi/store.ts";
import { Thread } from "../abi/async/task.ts";
import { trap } from "../abi/trap.ts";
import { waiting } from "../abi/async/waitables.ts";
import type { Step } from "./plan.ts";
import { guarded } from "./resource-builtins.ts";

type BuiltinStep = Extract<Step, { kind: "builtin" }>;

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

/** Like `guarded`, and traps where the instance may not be left. */
function leaving(
  inst: ComponentInstance,
  run: (...args: readonly number[]) => unknown,
): CoreFunction {
  return guarded(inst, (...args) => {
    if (!inst.mayLeave) inst.store.refuseLeave();
    return run(...args);
  });
}
