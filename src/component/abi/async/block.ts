// Suspends the stack of the running thread. CanonicalABI.md, `Thread.wait_until`.
import { TenonError } from "../../../errors.ts";
import type { ComponentInstance } from "../store.ts";
import { trap, trapped } from "../trap.ts";
import { type CoreShape, type Gates, Suspension } from "./stacks.ts";
import type { Pending, Thread } from "./thread.ts";

/** A function that may answer with a Suspension, where it is behind a gate. */
export interface Blocking {
  readonly inst: ComponentInstance;
  readonly shape: CoreShape;
  /** For messages. */
  readonly what: string;
  /** Undefined: the platform can't suspend WebAssembly. */
  readonly gates: Gates | undefined;
}

/**
 * The running thread waits until `ready`, and then goes on with what `go` returns. Traps where the
 * thread must not wait.
 */
export function suspendedUntil(
  { inst, what, gates }: Blocking,
  ready: () => boolean,
  cancellable: boolean,
  go: (cancelled: boolean) => unknown,
): Suspension {
  const { store } = inst;
  const { thread } = store;
  if (thread?.task === undefined) {
    return trap("cannot-block", `cannot block a synchronous task before returning (${what})`);
  }
  if (gates === undefined || !thread.suspendable) throw unsuspendable(what);
  const { unwinds } = store.scheduler!;
  let cancelled = false;
  const wait = (): Promise<void> =>
    new Promise((resolve, reject) => {
      unwinds.add(reject);
      const goes = (yes: boolean): void => {
        cancelled = yes;
        unwinds.delete(reject);
        resolve();
      };
      thread.wait(ready, cancellable, goes, true);
    });
  const goOn = (): unknown => {
    store.scheduler!.begins(thread);
    // The host may have called a function that took what it waited for.
    return cancelled || ready() ? go(cancelled) : new Suspension(wait(), goOn);
  };
  return new Suspension(wait(), goOn);
}

export function inUse(): never {
  const how = "while added to a waitable set or waited for";
  return trap("waitable-in-use", `waitable cannot be used synchronously ${how}`);
}

/** Suspends a thread, which was running until then, while others run in its turn. */
export function pausedFor(
  { inst, what, gates }: Blocking,
  thread: Thread | undefined,
  pending: Pending | undefined,
  go: () => unknown,
): Suspension {
  const { store } = inst;
  if (gates === undefined || thread?.suspendable !== true) {
    // The thread is about to trap, and says why.
    pending?.listen(
      () => {},
      (thrown) => store.failOutermost(thrown),
    );
    const message = "a function of another component that was called has trapped";
    throw gates === undefined ? unsuspendable(what) : trapped("other", message);
  }
  const left = new Promise<void>((resolve, reject) => {
    if (pending === undefined) resolve();
    else pending.listen(resolve, reject);
  });
  return new Suspension(left, go);
}

function unsuspendable(what: string): TenonError {
  const message = `this call can't be suspended, and would have to wait: ${what}`;
  return new TenonError("component-unsupported", message, { data: { features: ["JSPI", what] } });
}
