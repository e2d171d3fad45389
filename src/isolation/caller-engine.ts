/// Guests on the thread of whoever calls, with an end to their time all the same.
import type {
  Engine,
  EngineCompileOptions,
  EngineComponent,
  EngineImports,
  EngineInstance,
  EngineInstanceOptions,
  EngineSnapshot,
} from "../component/engine.ts";
import type { Clock } from "../platform/clock.ts";
import type { InterruptMode } from "../component/transform/interrupt.ts";
import { LEAVE_MS, Turn } from "./guest/turn.ts";
import type { Ticker } from "../platform/threads.ts";

export interface CallerEnginePowers {
  engine(): Promise<Engine>;
  readonly clock: Pick<Clock, "monotonic">;
  /// Undefined: the guest's checks are counted, and look at the clock every so often.
  readonly ticker: Ticker | undefined;
}

/// Compiles checks into guests' code, so that a call that takes too long is stopped. Waiting for a
/// host function counts.
export function callerEngine({ engine, clock, ticker }: CallerEnginePowers): Engine & Disposable {
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
      // Without JSPI host functions that may wait are to answer at once: a promise ends the instance.
      const suspend = "Suspending" in WebAssembly ? (options?.suspend ?? []) : [];
      const compiled = await (await engine()).compile(bytes, { ...options, suspend, interrupt });
      const turn = (): Turn =>
        new Turn({ now: () => clock.monotonic(), flag: shared(interrupt), others: undefined });
      return new CallerComponent(compiled, turn);
    },
    [Symbol.dispose]: () => watch?.[Symbol.dispose](),
  };
}

class CallerComponent implements EngineComponent {
  readonly #compiled: EngineComponent;
  readonly #turn: () => Turn;

  constructor(compiled: EngineComponent, turn: () => Turn) {
    this.#compiled = compiled;
    this.#turn = turn;
  }

  async instantiate(
    imports: EngineImports,
    options: EngineInstanceOptions = {},
  ): Promise<EngineInstance> {
    const turn = this.#turn();
    turn.start(options.startMs ?? Infinity);
    try {
      const instance = await this.#compiled.instantiate(imports, { ...options, interrupt: turn });
      return new CallerInstance(instance, turn);
    } finally {
      turn.stop();
    }
  }

  [Symbol.dispose](): void {
    this.#compiled[Symbol.dispose]();
  }
}

class CallerInstance implements EngineInstance {
  readonly #instance: EngineInstance;
  readonly #turn: Turn;

  constructor(instance: EngineInstance, turn: Turn) {
    this.#instance = instance;
    this.#turn = turn;
  }

  get exports(): Readonly<Record<string, unknown>> {
    return this.#instance.exports;
  }

  get state(): EngineInstance["state"] {
    return this.#instance.state;
  }

  get memoryBytes(): number {
    return this.#instance.memoryBytes;
  }

  set timeMs(ms: number | undefined) {
    if (ms === undefined) this.#turn.stop();
    else this.#turn.start(ms);
  }

  /// Host calls included.
  get ranMs(): number {
    return this.#turn.ran;
  }

  snapshot(): EngineSnapshot | undefined {
    return this.#instance.snapshot?.();
  }

  [Symbol.dispose](): void {
    this.#turn.start(LEAVE_MS);
    try {
      this.#instance[Symbol.dispose]();
    } finally {
      this.#turn.stop();
    }
  }
}
