import type { Timers } from "../../platform/clock.ts";
import type { GuestCall } from "./call-group.ts";

/** Milliseconds that a guest has to end a call that nobody wants any more. */
const GRACE_MS = 100;

/**
 * Watches whether the call under way in one instance is still wanted, and asks for the end of the
 * instance where it goes on for `GRACE_MS` after it is not.
 */
export class AbortWatch {
  readonly #timers: Timers;
  readonly #end: (operation: string) => void;
  #watch: Disposable | undefined;

  constructor(timers: Timers, end: (operation: string) => void) {
    this.#timers = timers;
    this.#end = end;
  }

  /** A call is under way, and the one before it is over. */
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

  /** It is over. */
  end(): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
  }
}
