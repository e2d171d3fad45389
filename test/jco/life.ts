import { TenonError } from "../../src/errors.ts";

export type LifeState =
  | { readonly tag: "live" }
  | { readonly tag: "poisoned"; readonly error: TenonError }
  | { readonly tag: "closed" };

/** Whether an instance may still be entered, and the call that is under way. The first end wins. */
export class Life {
  #state: LifeState = { tag: "live" };
  /** Ends the call that is suspended, if one is. */
  #abandon: ((error: TenonError) => void) | undefined;
  #entered = false;
  readonly #release: () => void;

  constructor(release: () => void) {
    this.#release = release;
  }

  get state(): LifeState {
    return this.#state;
  }

  get live(): boolean {
    return this.#state.tag === "live";
  }

  /** Marks the instance as poisoned and answers the error that its callers get. */
  poison(cause: unknown, during: string): TenonError {
    if (this.#state.tag === "poisoned") return this.#state.error;
    if (this.#state.tag === "closed") return closed(during);
    const error =
      cause instanceof TenonError && cause.code === "component-trap"
        ? cause
        : new TenonError("component-trap", trapMessage(cause, during), {
            operation: during,
            cause,
          });
    this.#end({ tag: "poisoned", error }, error);
    return error;
  }

  close(): void {
    if (this.#state.tag === "closed") return;
    this.#end({ tag: "closed" }, closed("a call"));
  }

  #end(state: LifeState, error: TenonError): void {
    this.#state = state;
    const abandon = this.#abandon;
    this.#abandon = undefined;
    this.#release();
    abandon?.(error);
  }

  /** Runs a call that can't be suspended. */
  callSync(name: string, call: () => unknown): unknown {
    this.#check(name);
    if (this.#entered) {
      throw this.poison(new Error("the instance was entered again during a call"), name);
    }
    this.#entered = true;
    let value: unknown;
    try {
      value = call();
    } catch (error) {
      throw this.live && isDeclared(error) ? error : this.poison(error, name);
    } finally {
      this.#entered = false;
    }
    // The guest may have caught what the host threw and gone on: its answer counts for nothing.
    if (this.#state.tag === "poisoned") throw this.#state.error;
    if (this.#state.tag === "closed") throw closed(name);
    return value;
  }

  /**
   * Runs a call that may be suspended. Settles when the call does or when the instance ends,
   * whichever is first.
   */
  async callSuspending(name: string, call: () => Promise<unknown>): Promise<unknown> {
    this.#check(name);
    if (this.#entered) {
      throw new TenonError("component-suspended", `${name} can't run: a call is under way.`, {
        operation: name,
      });
    }
    this.#entered = true;
    try {
      return await new Promise((resolve, reject) => {
        this.#abandon = reject;
        call().then(resolve, reject);
      });
    } catch (error) {
      throw this.live && isDeclared(error) ? error : this.poison(error, name);
    } finally {
      this.#entered = false;
      this.#abandon = undefined;
    }
  }

  #check(name: string): void {
    if (this.#state.tag === "closed") throw closed(name);
    if (this.#state.tag === "poisoned") {
      throw new TenonError("component-poisoned", `${name} can't run: an earlier call trapped.`, {
        operation: name,
        cause: this.#state.error,
      });
    }
  }
}

/** The glue's form of a guest's `err`. */
export function isDeclared(error: unknown): error is Error & { readonly payload: unknown } {
  return (
    error instanceof Error && error.constructor.name === "ComponentError" && "payload" in error
  );
}

function closed(name: string): TenonError {
  return new TenonError("component-closed", `${name} can't run: the instance was closed.`, {
    operation: name,
  });
}

function trapMessage(cause: unknown, during: string): string {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return `The guest ended in ${during}: ${detail}`;
}
