import type { EngineSnapshot } from "../../component/engine.ts";
import type { InstanceScope } from "./instance-scope.ts";

/** How an instance of a stateless plugin was before its first call, to make it so again. */
export class StartingPoint {
  readonly #snapshot: EngineSnapshot | undefined;
  readonly #scope: InstanceScope;
  readonly #owned: ReadonlySet<Disposable>;
  readonly #report: (error: unknown) => void;
  #used = false;

  /** `report` hears of what resources of the host threw when they were disposed of. */
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

  /** A call is entered. */
  leave(): void {
    this.#used = true;
  }

  /**
   * Nothing is left of the calls since, neither in the guest nor of what it came by. False where that
   * can't be: end the instance then.
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
