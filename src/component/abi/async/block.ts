// Suspends the stack of the running thread. CanonicalABI.md, `Thread.wait_until`.
import { TenonError } from "../../../errors.ts";
import { type ComponentInstance, POISONED, type Store } from "../store.ts";
import { trap } from "../trap.ts";
import type { CoreShape, Gates } from "./stacks.ts";
import type { Thread } from "./thread.ts";

/** A function that may suspend the stack from which the guest calls it. */
export interface Blocking {
  readonly inst: ComponentInstance;
  readonly shape: CoreShape;
  /** For messages. */
  readonly what: string;
  /** Undefined: the platform can't suspend WebAssembly. */
  readonly gates: Gates | undefined;
}

/**
 * Suspends the running thread until `ready`, and then answers with what `go` returns. Traps where
 * the thread must not wait.
 */
export function suspendedUntil(
  { inst, shape, what, gates }: Blocking,
  ready: () => boolean,
  cancellable: boolean,
  go: (cancelled: boolean) => unknown,
): unknown {
  const { store } = inst;
  const { thread } = store;
  if (thread?.task === undefined) {
    return trap("cannot-block", `cannot block a synchronous task before returning (${what})`);
  }
  if (gates === undefined || !thread.suspendable) throw unsuspendable(what);
  const { unwinds } = store.scheduler!;
  const waited = new Promise<boolean>((resolve, reject) => {
    unwinds.add(reject);
    thread.wait(ready, cancellable, (cancelled) => {
      unwinds.delete(reject);
      resolve(cancelled);
    });
  });
  return gates.suspend(
    shape,
    waited.then((cancelled) => resumed(store, () => go(cancelled))),
  );
}

/** Suspends a thread, which was running until then, while others run in its turn. */
export function pausedFor(
  { inst, shape, what, gates }: Blocking,
  thread: Thread | undefined,
  pending: Promise<void>,
  go: () => unknown,
): unknown {
  const { store } = inst;
  const waited = pending.then(() => resumed(store, go));
  if (gates === undefined || thread?.suspendable !== true) {
    // The thread is about to trap, and says why.
    waited.catch((thrown: unknown) => store.failOutermost(thrown));
    throw unsuspendable(what);
  }
  return gates.suspend(shape, waited);
}

function resumed(store: Store, go: () => unknown): unknown {
  if (store.state >= POISONED) throw store.failure ?? store.ended();
  try {
    return go();
  } catch (thrown) {
    throw store.fail(thrown);
  }
}

function unsuspendable(what: string): TenonError {
  const message = `this call can't be suspended, and would have to wait: ${what}`;
  return new TenonError("component-unsupported", message, { data: { features: ["JSPI", what] } });
}
