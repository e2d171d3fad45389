import type { AuditTrail } from "../capability/audit.ts";
import type { TimeAccount } from "../component/engine.ts";
import { TenonError } from "../errors.ts";
import type { Realm } from "../javascript/realm/realm.ts";
import type { Clock, Timers } from "../platform/clock.ts";
import type { Approve } from "./approval.ts";
import { codeFailure } from "./failures.ts";
import type { AllCodeLimits } from "./limits.ts";
import { Output, type OutputLine } from "./output.ts";
import { RunTime } from "./run-time.ts";
import { ToolCalls } from "./tool-calls.ts";
import type { BoundTool } from "./tools.ts";

/** What a run cost. */
export interface CodeUsage {
  /** Milliseconds from its start to its end. */
  readonly elapsedMs: number;
  /** Milliseconds that the program's own code ran. */
  readonly ranMs: number;
  /** How often it called each tool, by the tool's name. */
  readonly calls: Readonly<Record<string, number>>;
  /** Bytes that its sandbox held at the end, the runtime included. */
  readonly memoryBytes: number;
}

/** What a run came to. */
export interface CodeResult {
  /**
   * What the program returned, or the value of its last expression. It is data: see the values
   * that cross in docs/code-mode.md.
   */
  readonly value: unknown;
  /** What it printed, in order. */
  readonly output: readonly OutputLine[];
  /** What it cost. */
  readonly usage: CodeUsage;
}

/** Given by Sandbox (`sandbox.ts`). */
export interface CodeRunPowers {
  /** The run's name: in stacks, errors and the audit trail. */
  readonly name: string;
  readonly limits: AllCodeLimits;
  readonly tools: readonly BoundTool[];
  readonly globals: readonly unknown[];
  readonly approve: Approve | undefined;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly hears: ((line: OutputLine) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** One program's run: its time, its output, its calls. */
export class CodeRun {
  readonly output: Output;
  readonly tools: ToolCalls;
  readonly #powers: CodeRunPowers;
  readonly #time: RunTime;
  readonly #ended = Promise.withResolvers<never>();
  readonly #begun: number;
  #realm: Realm | undefined;
  #ran = 0;
  readonly account: TimeAccount;
  readonly #aborted = (): void => this.end(this.#cancelled());

  constructor(powers: CodeRunPowers) {
    const { clock, timers, limits, name, signal } = powers;
    this.#powers = powers;
    this.#begun = clock.monotonic();
    this.account = { ran: (ms) => void (this.#ran += ms), hosted: () => undefined };
    this.output = new Output(limits.outputBytes, powers.hears);
    this.#time = new RunTime(limits.deadlineMs, { clock, timers }, () => this.end(this.#late()));
    const hold = (): Disposable => this.#time.hold();
    this.tools = new ToolCalls({ ...powers, most: limits.calls, run: name, hold });
    // It is raced with; nobody else hears of it.
    this.#ended.promise.catch(() => undefined);
    signal?.addEventListener("abort", this.#aborted, { once: true });
    if (signal?.aborted === true) this.#aborted();
  }

  /** Makes the run. `enter` starts the program in its realm. Rejects with a TenonError. */
  async made(realm: () => Promise<Realm>, enter: (realm: Realm) => unknown): Promise<CodeResult> {
    try {
      const work = this.#work(realm, enter);
      work.catch(() => undefined);
      const value = await Promise.race([work, this.#ended.promise]);
      return { value, output: this.output.lines, usage: this.#usage };
    } catch (thrown) {
      throw codeFailure(thrown, {
        name: this.#powers.name,
        isCpuUsed: this.#ran >= this.#powers.limits.cpuMs - 1,
        isFull: this.#memoryBytes >= 0.9 * this.#powers.limits.memoryMiB * 1024 * 1024,
        facts: this.#facts,
      });
    } finally {
      this.#time[Symbol.dispose]();
      this.#powers.signal?.removeEventListener("abort", this.#aborted);
    }
  }

  async #work(realm: () => Promise<Realm>, enter: (realm: Realm) => unknown): Promise<unknown> {
    this.#realm = await realm();
    return await enter(this.#realm);
  }

  /** How the program is entered. */
  get entry(): { timeMs: number; leftMs: () => number; account: TimeAccount } {
    const { cpuMs } = this.#powers.limits;
    return { timeMs: cpuMs - this.#ran, leftMs: () => this.#time.leftMs, account: this.account };
  }

  /** Fails the run at once, and what its program waits for is given up. */
  end(why: TenonError): void {
    this.#ended.reject(why);
    this.#realm?.abandon(why);
  }

  /** Rejects when the run has ended before its program did. */
  get over(): Promise<never> {
    return this.#ended.promise;
  }

  /** Set while it waits for a place: what is said where its deadline passes meanwhile. */
  waitsFor: TenonError | undefined;

  #late(): TenonError {
    if (this.waitsFor !== undefined) return this.waitsFor;
    const { name, limits } = this.#powers;
    const message = `${name} had not ended after ${limits.deadlineMs} ms`;
    return new TenonError("code-deadline", message, { operation: name, data: this.#facts });
  }

  #cancelled(): TenonError {
    const { name, signal } = this.#powers;
    const message = `${name} was cancelled`;
    const cause: unknown = signal?.reason;
    return new TenonError("code-cancelled", message, { operation: name, data: this.#facts, cause });
  }

  get #memoryBytes(): number {
    return this.#realm?.instance.memoryBytes ?? 0;
  }

  get #usage(): CodeUsage {
    return {
      elapsedMs: this.#powers.clock.monotonic() - this.#begun,
      ranMs: this.#ran,
      calls: this.tools.counts,
      memoryBytes: this.#memoryBytes,
    };
  }

  get #facts(): Readonly<Record<string, unknown>> {
    return { output: this.output.lines, usage: this.#usage };
  }
}
