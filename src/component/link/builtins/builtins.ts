// The core functions of the canonical ABI that do not concern resources. CanonicalABI.md,
// "Canonical Definitions".
import { TenonError } from "../../../errors.ts";
import type { Blocking } from "../../abi/async/block.ts";
import { freed } from "../../abi/async/scheduler.ts";
import type { Gates } from "../../abi/async/stacks.ts";
import { Thread } from "../../abi/async/thread.ts";
import type { CoreFunction } from "../../abi/call-site.ts";
import type { ComponentInstance } from "../../abi/store.ts";
import { trap } from "../../abi/trap.ts";
import type { Step } from "../plan.ts";
import { guarded } from "../resource-builtins.ts";

export type BuiltinStep = Extract<Step, { kind: "builtin" }>;

/** What a built-in is made for. Made by `makeBuiltin`. */
export interface BuiltinParts extends Blocking {
  readonly step: BuiltinStep;
  readonly memory: WebAssembly.Memory | undefined;
}

/** A built-in that is more than its thread's own affair. */
export interface Found {
  readonly run: (...args: readonly number[]) => unknown;
  /** Whether it may suspend its caller. */
  readonly blocks: boolean;
}

/** CanonicalABI.md, `BLOCKED`. */
export const BLOCKED = -1;

/**
 * `find`: how the built-in is found that is not its thread's own affair. A guest that imports one
 * that is missing runs as long as it does not call it.
 */
export function makeBuiltin(
  inst: ComponentInstance,
  step: BuiltinStep,
  memory: WebAssembly.Memory | undefined,
  gates: Gates | undefined,
  find: (parts: BuiltinParts) => Found | undefined,
): unknown {
  const { builtin } = step;
  const { name } = builtin;
  const local = localBuiltin(inst, step);
  if (local !== undefined) return local;
  const [params, result] = SHAPES[name] ?? [[], undefined];
  const shape = { params, result };
  const parts: BuiltinParts = { inst, step, memory, gates, shape, what: name };
  const found = find(parts);
  if (found === undefined) return leaving(inst, () => unsupported(name));
  const func = leaving(inst, found.run);
  return found.blocks && gates !== undefined ? gates.gate(shape, func) : func;
}

/** Those of the running thread and of its task. */
function localBuiltin(
  inst: ComponentInstance,
  { builtin, returns }: BuiltinStep,
): CoreFunction | undefined {
  const { store } = inst;
  const { slot = 0, wide } = builtin;
  switch (builtin.name) {
    case "context.get":
      return () => store.thread?.storage[slot] ?? (wide === true ? 0n : 0);
    case "context.set":
      return (value) => {
        store.thread ??= new Thread(inst, undefined, false);
        store.thread.storage[slot] = value;
      };
    case "backpressure.inc":
      return guarded(inst, () => {
        if (++inst.backpressure === 2 ** 16) overflow();
      });
    case "backpressure.dec":
      return guarded(inst, () => {
        if (--inst.backpressure < 0) overflow();
        freed(inst);
      });
    case "task.return":
      return leaving(inst, (...flat) => {
        const task = store.thread?.task;
        if (task?.callee.returns === undefined) {
          return trap("wrong-return", "task.return in a function lifted without async");
        }
        const { type, strings, memory } = task.callee.returns;
        const other = returns!.memory !== undefined && returns!.memory !== memory;
        if (type !== returns!.type || strings !== returns!.strings || other) {
          const rest = "with another type or other options than the function's";
          trap("wrong-return", `task.return ${rest}`);
        }
        task.return(flat);
      });
    case "task.cancel":
      return leaving(inst, () => {
        const task = store.thread?.task;
        if (task?.callee.returns === undefined) {
          return trap("wrong-return", "task.cancel in a function lifted without async");
        }
        task.cancel();
      });
    default:
      return undefined;
  }
}

type Shape = readonly [params: readonly ("i32" | "i64")[], result: "i32" | "i64" | undefined];

/** The core types of the built-ins that may wait. */
const SHAPES: Readonly<Record<string, Shape>> = {
  "thread.yield": [[], "i32"],
  "waitable-set.wait": [["i32", "i32"], "i32"],
  "subtask.cancel": [["i32"], "i32"],
  "stream.read": [["i32", "i32", "i32"], "i32"],
  "stream.write": [["i32", "i32", "i32"], "i32"],
  "stream.cancel-read": [["i32"], "i32"],
  "stream.cancel-write": [["i32"], "i32"],
  "future.read": [["i32", "i32"], "i32"],
  "future.write": [["i32", "i32"], "i32"],
  "future.cancel-read": [["i32"], "i32"],
  "future.cancel-write": [["i32"], "i32"],
};

function overflow(): never {
  return trap("backpressure-overflow", "backpressure counter overflow");
}

function unsupported(name: string): never {
  throw new TenonError("component-unsupported", `${name} is not supported yet`, {
    data: { features: [name] },
  });
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
