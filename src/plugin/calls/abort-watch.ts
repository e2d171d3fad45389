import type { Timers } from "../../platform/clock.ts";
import type { GuestCall } from "./call-group.ts";

/** Milliseconds that a guest has to end a call that was aborted. */
const GRACE_MS = 100;

/**
 * Watches whether the call under way in one instance is aborted, and has the instance ended where
 * the call is still running `GRACE_MS` later.
 */
export class AbortWatch {
  readonly #timers: Timers;
  readonly #end: (operation: string) => void;
  #watch: Disposable | undefined;

  constructor(timers: Timers, end: (operation: string) => void) {
    this.#timers = timers;
    this.#end = end;
  }

  /** A call begins; the one before it has ended. */
  begin({ signal, operation }: Pick<GuestCall, "signal" | "operation">): void {
    if (this.#watch !== undefined) this.end();
    if (signal === undefined) return;
    let grace: Disposable | undefined;
    const aborted = (): void => {
      grace = this.#timers.after(GRACE_MS, () => this.#end(operation));
    };
    if (signal.aborted) aborted();
    else signal.addEventListener("abort", aborted, { once: true });
    this.#watch = {
      [Symbol.dispose]: () => {
        signal.removeEventListener("abort", aborted);
        grace?.[Symbol.dispose]();
      },
    };
  }

  /** The call has ended. */
  end(): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
  }
}
