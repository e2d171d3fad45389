// What the planner says of the built-ins of streams and futures, and of those that wait.
import type { Signature } from "../abi/signature.ts";
import type { ValueType } from "../types.ts";
import type { Builtin, CanonicalOptions } from "../validate/resolved.ts";
import type { PlannedCopy } from "./plan.ts";

/** The elements' type, for a built-in of streams or futures. */
export function elementOf({
  name,
  type,
}: Builtin): { readonly type: ValueType | undefined } | undefined {
  if (!/^(stream|future)\./.test(name)) return undefined;
  return type?.kind === "stream" || type?.kind === "future" ? { type: type.item } : undefined;
}

/** `signature`: of a function that takes an element. */
export function plannedCopy(
  { params: [layout] }: Signature,
  { stringEncoding: encoding, async }: CanonicalOptions,
  context: number,
): PlannedCopy {
  const number = layout?.form === "scalar" ? layout.scalar : "bool";
  return {
    context,
    encoding,
    async,
    item: layout,
    size: layout?.size,
    align: layout?.align ?? 1,
    numeric: number === "bool" || number === "char" ? undefined : number,
  };
}

/** Whether the built-in may suspend its caller. */
export function mayBlock({ name, async, options }: Builtin): boolean {
  if (name === "waitable-set.wait" || name === "thread.yield") return true;
  const waits = /(cancel|cancel-read|cancel-write|read|write)$/.test(name);
  return waits && name !== "task.cancel" && async !== true && options?.async !== true;
}
