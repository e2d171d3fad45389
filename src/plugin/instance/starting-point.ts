import type { EngineSnapshot } from "../../component/engine.ts";
import type { InstanceScope } from "./instance-scope.ts";

/**
 * The state of a stateless plugin's instance before its first call, to restore it after each call.
 */
export class StartingPoint {
  readonly #snapshot: EngineSnapshot | undefined;
  readonly #scope: InstanceScope;
  readonly #owned: ReadonlySet<Disposable>;
  readonly #report: (error: unknown) => void;
  #used = false;

  /** `report` is told what host resources throw when they are disposed of. */
  constructor(
    snapshot: EngineSnapshot | undefined,
    scope: InstanceScope,
    report: (error: unknown) => void,
  ) {
    this.#snapshot = snapshot;
    this.#scope = scope;
    this.#owned = scope.mark();
    this.#report = report;
  }

  /** Called before a call is entered. */
  leave(): void {
    this.#used = true;
  }

  /**
   * Undoes what the calls since have done, in the guest and in what it has acquired. Returns false
   * where that is not possible: the caller must end the instance then.
   */
  restore(): boolean {
    if (!this.#used) return true;
    try {
      if (this.#snapshot?.restore() !== true) return false;
    } catch (error) {
      this.#report(error);
      return false;
    }
    this.#scope.endSince(this.#owned);
    this.#used = false;
    return true;
  }
}
