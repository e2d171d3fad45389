// Runs guests on the caller's thread, and still stops those that take too long.
import {
  type CallOptions,
  type Engine,
  type EngineCompileOptions,
  type EngineComponent,
  type EngineExports,
  type EngineImports,
  type EngineInstance,
  type EngineInstanceOptions,
  type EngineSnapshot,
  type InterruptMode,
  type MemoryShare,
  ShareCounter,
  type TimeAccount,
} from "../component/engine.ts";
import type { Clock, Timers } from "../platform/clock.ts";
import { LEAVE_MS, Turn } from "./guest/turn.ts";
import { soon } from "../platform/soon.ts";
import type { Ticker } from "../platform/threads.ts";

/** Made by Isolates (`isolates.ts`). */
export interface CallerEnginePowers {
  engine(): Promise<Engine>;
  readonly clock: Pick<Clock, "monotonic">;
  readonly timers: Timers;
  /** Undefined: the guest counts its checks, and looks at the clock from time to time. */
  readonly ticker: Ticker | undefined;
}

/**
 * Compiles checks into guests' code, so that a call that takes too long can be stopped. Time spent
 * in a host function counts.
 */
export function callerEngine(powers: CallerEnginePowers): Engine & Disposable {
  const { engine, clock, timers, ticker } = powers;
  let flag: WebAssembly.Memory | undefined;
  let watch: Disposable | undefined;
  const shared = (mode: InterruptMode): WebAssembly.Memory | undefined => {
    if (ticker === undefined || mode === "count") return undefined;
    if (flag !== undefined) return flag;
    flag = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    watch = ticker.watch(flag);
    return flag;
  };
  return {
    name: "caller",
    async compile(bytes: Uint8Array, options?: EngineCompileOptions): Promise<EngineComponent> {
      const ticks = ticker !== undefined && (await (ticker.runs?.() ?? true));
      const interrupt = ticks ? "flag" : "count";
      // Without JSPI, a host function must return its result at once: a promise ends the instance.
      const suspend = "Suspending" in WebAssembly ? (options?.suspend ?? []) : [];
      const compiled = await (await engine()).compile(bytes, { ...options, suspend, interrupt });
      const turn = (runs: () => void): Turn => {
        const others = (): Promise<void> => new Promise((resolve) => soon(timers, resolve));
        const flag = shared(interrupt);
        return new Turn({ now: () => clock.monotonic(), flag, others, setsAside: false }, 0, runs);
      };
      return new CallerComponent(compiled, turn);
    },
    [Symbol.dispose]: () => watch?.[Symbol.dispose](),
  };
}

class CallerComponent implements EngineComponent {
  readonly #compiled: EngineComponent;
  readonly #turn: (runs: () => void) => Turn;

  /** `turn`: makes the time of an instance; `runs` is called whenever it is checked. */
  constructor(compiled: EngineComponent, turn: (runs: () => void) => Turn) {
    this.#compiled = compiled;
    this.#turn = turn;
  }

  async instantiate(
    imports: EngineImports,
    options: EngineInstanceOptions = {},
  ): Promise<EngineInstance> {
    const turn = this.#turn(() => account.runs());
    const account: RunAccount = new RunAccount(turn, options.account);
    const { room } = options;
    const share = room?.account.open((bytes) => room.wants(bytes));
    if (share !== undefined) {
      turn.counter = new ShareCounter(share.words, (bytes) => share.wants(bytes));
    }
    turn.start(options.startMs ?? Infinity);
    try {
      const instance = await this.#compiled.instantiate(imports, { ...options, interrupt: turn });
      return new CallerInstance(instance, turn, { account, share });
    } catch (thrown) {
      share?.release();
      throw thrown;
    } finally {
      turn.stop();
      account.settle();
    }
  }

  [Symbol.dispose](): void {
    this.#compiled[Symbol.dispose]();
  }
}

/** Reports how long a guest's code has run since the last report. */
class RunAccount {
  readonly #turn: Turn;
  readonly #instance: TimeAccount | undefined;
  #told = 0;

  /** `instance`: hears what belongs to no call, or to one without an account. */
  constructor(turn: Turn, instance: TimeAccount | undefined) {
    this.#turn = turn;
    this.#instance = instance;
    turn.reports = (ran) => this.#tell(ran, this.call);
  }

  /** The call under way. */
  call: CallOptions | undefined;

  /** The guest's code runs. */
  runs(): void {
    (this.call?.account ?? this.#instance)?.runs?.();
  }

  settle(call?: CallOptions): void {
    this.#tell(this.#turn.ran, call);
  }

  #tell(ran: number, call: CallOptions | undefined): void {
    const ms = ran - this.#told;
    this.#told = ran;
    if (ms > 0) (call?.account ?? this.#instance)?.ran(ms, true);
  }
}

class CallerInstance implements EngineInstance {
  readonly #instance: EngineInstance;
  readonly #turn: Turn;
  readonly #account: RunAccount;
  readonly #share: MemoryShare | undefined;
  readonly measures = true;
  readonly mayBeLate: () => boolean;

  /** `share`: where the memory of the instance is counted. */
  constructor(
    instance: EngineInstance,
    turn: Turn,
    { account, share }: { readonly account: RunAccount; readonly share: MemoryShare | undefined },
  ) {
    this.#instance = instance;
    this.#turn = turn;
    this.#account = account;
    this.#share = share;
    this.mayBeLate = () => turn.asked;
  }

  get exports(): EngineExports {
    return this.#instance.exports;
  }

  get state(): EngineInstance["state"] {
    return this.#instance.state;
  }

  get memories(): number {
    return this.#instance.memories ?? 1;
  }

  get memoryBytes(): number {
    return this.#instance.memoryBytes;
  }

  call<Answer>(enter: (exports: EngineExports) => Answer, options: CallOptions): Answer {
    // The engine refuses this call; the time of the call under way continues.
    if (this.#account.call !== undefined) return this.#instance.call(enter, options);
    this.#account.call = options;
    this.#turn.start(options.timeMs ?? Infinity);
    let answer: Answer;
    try {
      answer = this.#instance.call(enter, options);
    } catch (thrown) {
      this.#over();
      throw thrown;
    }
    if (answer instanceof Promise) return this.#later(answer) as Answer;
    this.#over();
    return answer;
  }

  async #later(answer: Promise<unknown>): Promise<unknown> {
    try {
      return await answer;
    } finally {
      this.#over();
    }
  }

  #over(): void {
    // Stopping may report: what ran until now is this call's.
    this.#turn.stop();
    const call = this.#account.call;
    this.#account.call = undefined;
    this.#account.settle(call);
  }

  /** Time in host functions counts here. */
  holdTime(call: CallOptions, isHeld: boolean): void {
    if (this.#account.call !== call) return;
    if (!isHeld) this.#turn.start(call.timeMs ?? Infinity);
    else {
      this.#turn.stop();
      this.#account.settle(call);
    }
  }

  set forgotten(drop: EngineInstance["forgotten"]) {
    this.#instance.forgotten = drop;
  }

  snapshot(): EngineSnapshot | undefined {
    return this.#instance.snapshot?.();
  }

  [Symbol.dispose](): void {
    this.#turn.stop();
    this.#account.settle(this.#account.call);
    this.#turn.start(LEAVE_MS);
    try {
      this.#instance[Symbol.dispose]();
    } finally {
      this.#turn.end();
      this.#account.settle();
      this.#share?.release();
    }
  }
}
