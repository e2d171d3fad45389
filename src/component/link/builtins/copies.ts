// CanonicalABI.md: the built-ins of streams and futures.
import { inUse, suspendedUntil } from "../../abi/async/block.ts";
import { type Elements, GuestBuffer } from "../../abi/async/buffers.ts";
import { type CopyEnd, ReadableEnd, WritableEnd } from "../../abi/async/ends.ts";
import { SharedFuture, SharedStream } from "../../abi/async/shared.ts";
import { addWaitable, waitableAt } from "../../abi/async/waitables.ts";
import { trap } from "../../abi/trap.ts";
import { BLOCKED, type BuiltinParts, type Found } from "./builtins.ts";

type Kind = "stream" | "future";

/** `elements`: what `read` and `write` copy. Undefined: it is no built-in of streams or futures. */
export function copyBuiltin(
  parts: BuiltinParts,
  elements: (() => Elements) | undefined,
): Found | undefined {
  const { inst, step } = parts;
  const { builtin, payload } = step;
  const [kind, what] = builtin.name.split(".") as [Kind, string];
  if (payload === undefined || (kind !== "stream" && kind !== "future")) return undefined;
  const end = (index: number): CopyEnd => endAt(parts, kind, what, index, payload);
  switch (what) {
    case "new":
      return {
        blocks: false,
        run() {
          const shared = kind === "stream" ? new SharedStream(payload) : new SharedFuture(payload);
          const readable = addWaitable(new ReadableEnd(inst, shared));
          const writable = addWaitable(new WritableEnd(inst, shared));
          return BigInt(readable) | (BigInt(writable) << 32n);
        },
      };
    case "read":
    case "write": {
      const { async } = step.copy!;
      const items = elements!();
      return {
        blocks: !async,
        run: (index, pointer, length) =>
          copy(
            parts,
            end(index!),
            async,
            items,
            pointer! >>> 0,
            kind === "stream" ? length! >>> 0 : 1,
          ),
      };
    }
    case "cancel-read":
    case "cancel-write":
      return {
        blocks: builtin.async !== true,
        run: (index) => cancel(parts, end(index!), builtin.async === true),
      };
    case "drop-readable":
    case "drop-writable":
      return {
        blocks: false,
        run(index) {
          const found = end(index!);
          inst.handles.remove(index!, inst.store.waitables);
          found.drop();
        },
      };
    default:
      return undefined;
  }
}

function endAt(
  { inst }: BuiltinParts,
  kind: Kind,
  what: string,
  index: number,
  payload: number,
): CopyEnd {
  const found = waitableAt(inst, index);
  const End = /read/.test(what) ? ReadableEnd : WritableEnd;
  if (!(found instanceof End) || found.shared.kind !== kind || found.shared.payload !== payload) {
    return trap("wrong-handle", `handle ${index} is no ${kind} end for ${what} of this type`);
  }
  return found;
}

function copy(
  parts: BuiltinParts,
  end: CopyEnd,
  async: boolean,
  elements: Elements,
  pointer: number,
  length: number,
): unknown {
  if (end.state !== "idle") notIdle(end);
  if (end.set !== undefined && !async) inUse();
  end.copy(new GuestBuffer(elements, pointer, length));
  return taken(parts, end, async);
}

function cancel(parts: BuiltinParts, end: CopyEnd, async: boolean): unknown {
  if (end.state !== "copying" || end.waiter !== undefined) {
    trap("wrong-cancel", "there is no copy that could be cancelled");
  }
  if (end.set !== undefined && !async) inUse();
  end.state = "cancelling";
  if (!end.hasEvent) end.shared.cancel();
  // Where a part was copied, and no more will be, the suite wants to see that it was cancelled.
  else if (end.shared.kind === "stream") end.cut();
  return taken(parts, end, async);
}

/** The outcome of a copy: at once, by an event, or when the thread goes on. */
function taken(parts: BuiltinParts, end: CopyEnd, async: boolean): unknown {
  if (end.hasEvent) return end.take()[2];
  if (async) return BLOCKED;
  end.waiter = parts.inst.store.thread;
  return suspendedUntil(
    parts,
    () => end.hasEvent,
    false,
    () => {
      end.waiter = undefined;
      return end.take()[2];
    },
  );
}

function notIdle(end: CopyEnd): never {
  const { kind } = end.shared;
  const what = end instanceof ReadableEnd ? "read from" : "write to";
  const why = end.copying ? "it is busy" : "it has ended, or its other end was dropped";
  return trap("end-in-use", `cannot ${what} ${kind}: ${why}`);
}
