import { type AuditDecision, type AuditTrail, noAudit } from "../capability/audit.ts";
import { TenonError } from "../errors.ts";
import { type BegunCall, GuestError, type Targets } from "../javascript/realm/targets.ts";
import type { Clock, Timers } from "../platform/clock.ts";
import { isError, isThenable } from "../realms.ts";
import { visibleText } from "../visible-text.ts";
import { type Approve, approved } from "./approval.ts";
import { shownArguments } from "./shown-arguments.ts";
import { type BoundTool, GLOBALS_TARGET, type ToolCall } from "./tools.ts";

/** The most UTF-16 units of what a tool's error tells the program. */
const MOST_SAID = 4_096;

/** Thrown where a program has called tools too often: it ends the run. */
export class TooManyToolCalls extends Error {
  override readonly name = "TooManyToolCalls";
}

/** Made by CodeRun (`code-run.ts`). */
export interface ToolCallsPowers {
  readonly tools: readonly BoundTool[];
  /** The values of `globals`, in order. */
  readonly globals: readonly unknown[];
  /** How often tools may be called, all together. */
  readonly most: number;
  readonly approve: Approve | undefined;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly timers: Timers;
  /** The run's name. */
  readonly run: string;
  /** The run's time stands still until the result is disposed of. */
  hold(): Disposable;
}

/** The tools that one run calls: counted, asked for, written into the audit trail. */
export class ToolCalls implements Pick<Targets, "call" | "start"> {
  readonly #powers: ToolCallsPowers;
  readonly #counts: Map<BoundTool, number> = new Map();
  #made = 0;

  constructor(powers: ToolCallsPowers) {
    this.#powers = powers;
  }

  /** How often each tool was called, by its name. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].map(([{ name }, count]) => [name, count]));
  }

  call(target: number, args: readonly unknown[]): unknown {
    if (target === GLOBALS_TARGET) return this.#powers.globals;
    const tool = this.#counted(target, args);
    try {
      const answer = this.#apply(tool, args, () => new AbortController().signal);
      if (!isThenable(answer)) return this.#told(tool, args, answer);
      void Promise.resolve(answer).catch(() => undefined);
    } catch (thrown) {
      throw this.#failed(tool, args, thrown);
    }
    const message = `${tool.name} answered with a promise, and is a tool that answers at once`;
    throw this.#failed(tool, args, new TypeError(message));
  }

  /** A call that was made before the program was saved: it counts. */
  again(target: number): void {
    const tool = this.#powers.tools[target - GLOBALS_TARGET - 1];
    if (tool === undefined) return;
    this.#made += 1;
    this.#counts.set(tool, (this.#counts.get(tool) ?? 0) + 1);
  }

  async start(target: number, args: readonly unknown[], call: BegunCall): Promise<unknown> {
    const tool = this.#counted(target, args);
    if (tool.asks === true) await this.#ask(tool, args, call);
    let answer: unknown;
    try {
      answer = await this.#timed(tool, args, call);
    } catch (thrown) {
      throw this.#failed(tool, args, thrown);
    }
    return this.#told(tool, args, answer);
  }

  /** Throws where a limit is passed: one of the run ends it, one of the tool is the program's. */
  #counted(target: number, args: readonly unknown[]): BoundTool {
    const tool = this.#powers.tools[target - GLOBALS_TARGET - 1];
    if (tool === undefined) throw new GuestError(new TypeError("there is no such function"));
    if (++this.#made > this.#powers.most) throw new TooManyToolCalls("too many calls of tools");
    const count = (this.#counts.get(tool) ?? 0) + 1;
    if (count > (tool.calls ?? Infinity)) {
      this.#note(tool, args, "refused", `it may be called ${tool.calls} times`);
      const message = `${tool.name} may be called ${tool.calls} times in one run`;
      throw new GuestError(new RangeError(message));
    }
    this.#counts.set(tool, count);
    return tool;
  }

  async #ask(tool: BoundTool, args: readonly unknown[], { signal }: BegunCall): Promise<void> {
    const { approve, run } = this.#powers;
    using _held = this.#powers.hold();
    const request = { tool: tool.name, arguments: args, run, signal };
    if (approve !== undefined && (await approved(approve, request))) return;
    this.#note(tool, args, "refused", "it was not approved");
    throw new GuestError(named("NotApproved", `${tool.name} was not approved`));
  }

  async #timed(tool: BoundTool, args: readonly unknown[], call: BegunCall): Promise<unknown> {
    const { timeMs = Infinity } = tool;
    if (timeMs === Infinity) return this.#apply(tool, args, () => call.signal);
    const own = new AbortController();
    call.signal.addEventListener("abort", () => own.abort(), { once: true });
    const late = Promise.withResolvers<never>();
    using _pending = this.#powers.timers.after(timeMs, () => {
      own.abort();
      late.reject(named("TimeoutError", `${tool.name} did not answer within ${timeMs} ms`));
    });
    return await Promise.race([this.#apply(tool, args, () => own.signal), late.promise]);
  }

  #apply(tool: BoundTool, args: readonly unknown[], signal: () => AbortSignal): unknown {
    return Reflect.apply(tool.call, new Context(tool.name, this.#powers.run, signal), args);
  }

  #told(tool: BoundTool, args: readonly unknown[], answer: unknown): unknown {
    this.#note(tool, args, "granted", "a program called it");
    return answer;
  }

  /** What the program is told: the words of the tool's error, and nothing of its stack. */
  #failed(tool: BoundTool, args: readonly unknown[], thrown: unknown): GuestError {
    const { name, message } = wordsOf(thrown);
    this.#note(tool, args, "failed", `${name}: ${message}`);
    return new GuestError(named(name, message));
  }

  #note(
    { name }: BoundTool,
    args: readonly unknown[],
    decision: AuditDecision,
    reason: string,
  ): void {
    const { audit, clock, run } = this.#powers;
    if (audit === noAudit) return;
    audit.write({
      at: clock.now(),
      plugin: `code/${run}`,
      operation: `tool:${name}`,
      use: shownArguments(args),
      decision,
      reason: visibleText(reason, { limit: 1_000 }),
    });
  }
}

/** Asking for the signal costs something, and most tools never do. */
class Context implements ToolCall {
  readonly tool: string;
  readonly run: string;
  readonly #signal: () => AbortSignal;

  constructor(tool: string, run: string, signal: () => AbortSignal) {
    this.tool = tool;
    this.run = run;
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return this.#signal();
  }
}

/** What a tool throws may be anything, even something that throws when it is looked at. */
function wordsOf(thrown: unknown): { readonly name: string; readonly message: string } {
  try {
    if (!isError(thrown)) return { name: "Error", message: String(thrown).slice(0, MOST_SAID) };
    const message = thrown instanceof TenonError ? thrown.message : String(thrown.message);
    return { name: String(thrown.name).slice(0, 100), message: message.slice(0, MOST_SAID) };
  } catch {
    return { name: "Error", message: "the tool failed" };
  }
}

function named(name: string, message: string): Error {
  return Object.defineProperty(new Error(message), "name", { value: name });
}
