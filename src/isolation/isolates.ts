import type { Engine } from "../component/engine.ts";
import type { MemoryAccount } from "../component/memory-account.ts";
import type { Platform } from "../platform/platform.ts";
import { callerEngine } from "./caller-engine.ts";
import { GuestPool, type ThreadEvent } from "./guest-pool.ts";

export type IsolatePowers = Pick<
  Platform,
  "engine" | "threads" | "ticker" | "clock" | "timers" | "derived"
>;

/// Where a host's guests run, each made when the first guest needs it.
export class Isolates implements AsyncDisposable {
  readonly #powers: IsolatePowers;
  readonly #account: MemoryAccount;
  readonly #tell: (event: ThreadEvent) => void;
  #caller: (Engine & Disposable) | undefined;
  #pool: GuestPool | undefined;

  /// `account`: where what guests hold is counted. `tell`: told of each thread of guests that is lost or held.
  constructor(powers: IsolatePowers, account: MemoryAccount, tell: (event: ThreadEvent) => void) {
    this.#powers = powers;
    this.#account = account;
    this.#tell = tell;
  }

  /// `own`: the caller's thread.
  engine(trust: "own" | "stranger"): Engine {
    const { threads, timers, clock, derived } = this.#powers;
    return trust === "own" || threads === undefined
      ? (this.#caller ??= callerEngine(this.#powers))
      : (this.#pool ??= new GuestPool({
          threads,
          timers,
          clock,
          derived,
          account: this.#account,
          tell: this.#tell,
        }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#caller?.[Symbol.dispose]();
    await this.#pool?.[Symbol.asyncDispose]();
  }
}
