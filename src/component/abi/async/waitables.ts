// CanonicalABI.md, "Waitable State": the built-ins that read it. No call makes a subtask (see
// task.ts), and there are no streams or futures yet, so nothing is waitable and every set is empty.
import { TenonError } from "../../../errors.ts";
import { addOwn } from "../resources/handles.ts";
import type { ComponentInstance } from "../store.ts";
import { mustWait, NO_EVENT } from "./task.ts";
import { trap } from "../trap.ts";

/** A guest that imports a missing built-in runs as long as it does not call it. */
export function waiting(
  inst: ComponentInstance,
  name: string,
  memory: WebAssembly.Memory | undefined,
): (...args: readonly number[]) => unknown {
  const { waitableSets, waitables } = inst.store;
  const known = (set: number) => inst.handles.get(set, waitableSets);
  switch (name) {
    case "waitable-set.new":
      return () => addOwn(inst, waitableSets, {});
    case "waitable-set.drop":
      return (set) => void inst.handles.remove(set!, waitableSets);
    case "waitable-set.poll":
      return (set, pointer) => {
        known(set!);
        storeNothing(memory!, pointer! >>> 0);
        return NO_EVENT;
      };
    case "waitable-set.wait":
      return (set) => {
        known(set!);
        return mustWait(inst, name);
      };
    case "thread.yield":
      return () => NO_EVENT;
    case "waitable.join":
    case "subtask.cancel":
    case "subtask.drop":
      return (waitable) => inst.handles.get(waitable!, waitables);
    // Built-ins of streams, futures, error contexts, and of threads beyond the one of a call.
    default:
      return () => {
        throw new TenonError("component-unsupported", `${name} is not supported yet`, {
          data: { features: [name] },
        });
      };
  }
}

/** Stores the payload of the event `none`. */
function storeNothing({ buffer }: WebAssembly.Memory, pointer: number): void {
  if ((pointer & 3) !== 0) trap("unaligned-pointer", "pointer not aligned");
  if (pointer + 8 > buffer.byteLength)
    trap("pointer-out-of-bounds", "pointer out of bounds of memory");
  new Uint32Array(buffer, pointer, 2).fill(0);
}
