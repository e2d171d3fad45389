// CanonicalABI.md: the built-ins of waitable sets and subtasks, and those by which a thread waits.
import { inUse, pausedFor, suspendedUntil } from "../../abi/async/block.ts";
import { Subtask } from "../../abi/async/subtask.ts";
import {
  CANCELLED,
  type Event,
  NO_EVENT,
  setAt,
  WaitableSet,
  waitableAt,
} from "../../abi/async/waitables.ts";
import { addOwn } from "../../abi/resources/handles.ts";
import type { ComponentInstance } from "../../abi/store.ts";
import { trap } from "../../abi/trap.ts";
import { BLOCKED, type BuiltinParts, type Found } from "./builtins.ts";

/** A guest that imports a built-in that is missing runs as long as it does not call it. */
export function waitableBuiltin(parts: BuiltinParts): Found | undefined {
  const { inst, step, memory } = parts;
  const { store } = inst;
  const { name, async = false, cancellable = false } = step.builtin;
  const plain = (run: Found["run"]): Found => ({ run, blocks: false });
  switch (name) {
    case "waitable-set.new":
      return plain(() => addOwn(inst, store.waitableSets, new WaitableSet(inst)));
    case "waitable-set.drop":
      return plain((index) => {
        const set = inst.handles.remove(index!, store.waitableSets).rep as WaitableSet;
        set.drop();
      });
    case "waitable-set.poll":
      return plain((index, pointer) => {
        const set = setAt(inst, index!);
        const cancelled = store.thread?.task?.takesCancel(cancellable) === true;
        const event = cancelled ? CANCELLED : set.hasEvent ? set.take() : NO_EVENT;
        return told(event, memory!, pointer!);
      });
    case "waitable-set.wait":
      return { run: (index, pointer) => wait(parts, index!, pointer!), blocks: true };
    case "waitable.join":
      return plain((index, set) => {
        const waitable = waitableAt(inst, index!);
        if (waitable.waiter !== undefined) inUse();
        waitable.join(set === 0 ? undefined : setAt(inst, set!));
      });
    case "subtask.cancel":
      return { run: (index) => cancel(parts, subtaskAt(inst, index!), async), blocks: true };
    case "subtask.drop":
      return plain((index) => {
        const subtask = subtaskAt(inst, index!);
        inst.handles.remove(index!, store.waitables);
        subtask.drop();
      });
    case "thread.yield":
      return {
        run() {
          const { thread } = store;
          // Nothing else runs before a synchronous task has returned.
          if (thread?.task === undefined) return 0;
          if (thread.task.takesCancel(cancellable)) return 1;
          const answer = suspendedUntil(
            parts,
            () => true,
            cancellable,
            (cancelled) => (cancelled ? 1 : 0),
          );
          store.scheduler!.yields(thread);
          return answer;
        },
        blocks: true,
      };
    default:
      return undefined;
  }
}

function wait(parts: BuiltinParts, index: number, pointer: number): unknown {
  const { inst, step, memory } = parts;
  const { store } = inst;
  const { cancellable = false } = step.builtin;
  const set = setAt(inst, index);
  const { thread } = store;
  if (thread?.task?.takesCancel(cancellable) === true) return told(CANCELLED, memory!, pointer);
  // It may be told at once, and whoever calls may rely on it.
  if (set.hasEvent && thread?.task !== undefined) return told(set.take(), memory!, pointer);
  const answer = suspendedUntil(
    parts,
    () => set.hasEvent,
    cancellable,
    (cancelled) => {
      set.waiters.delete(thread!);
      return told(cancelled ? CANCELLED : set.take(), memory!, pointer);
    },
  );
  set.waiters.add(thread!);
  return answer;
}

/** CanonicalABI.md, `canon_subtask_cancel`. */
function cancel(parts: BuiltinParts, subtask: Subtask, async: boolean): unknown {
  if (subtask.delivered) trap("wrong-cancel", "the subtask has ended already");
  if (subtask.cancelRequested) trap("wrong-cancel", "the subtask was cancelled already");
  if (subtask.set !== undefined && !async) inUse();
  const taken = (): number => {
    subtask.take();
    return subtask.state;
  };
  if (subtask.resolved) return taken();
  subtask.cancelRequested = true;
  const { thread } = parts.inst.store;
  const finish = (): unknown => {
    if (subtask.resolved) return taken();
    if (async) return BLOCKED;
    subtask.waiter = thread;
    return suspendedUntil(
      parts,
      () => subtask.hasEvent,
      false,
      () => {
        subtask.waiter = undefined;
        return taken();
      },
    );
  };
  const pending = subtask.cancel();
  return pending === undefined ? finish() : pausedFor(parts, thread, pending, finish);
}

function subtaskAt(inst: ComponentInstance, index: number): Subtask {
  const found = waitableAt(inst, index);
  return found instanceof Subtask ? found : trap("wrong-handle", `handle ${index} is no subtask`);
}

/** CanonicalABI.md, `unpack_event`. */
function told([code, p1, p2]: Event, { buffer }: WebAssembly.Memory, at: number): number {
  const pointer = at >>> 0;
  if ((pointer & 3) !== 0) trap("unaligned-pointer", "pointer not aligned");
  if (pointer + 8 > buffer.byteLength) {
    trap("pointer-out-of-bounds", "pointer out of bounds of memory");
  }
  new Uint32Array(buffer, pointer, 2).set([p1, p2]);
  return code;
}
