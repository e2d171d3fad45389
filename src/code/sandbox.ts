import type { AuditTrail } from "../capability/audit.ts";
import type { MemoryAccount } from "../component/engine.ts";
import { TenonError } from "../errors.ts";
import { Journal, type JournalEntry } from "../javascript/realm/journal.ts";
import { type Realm, startRealm } from "../javascript/realm/realm.ts";
import type { CompiledRuntime } from "../javascript/runtimes.ts";
import { standardTargets } from "../javascript/standard-targets.ts";
import { decodeValue } from "../javascript/values/decode.ts";
import type { Platform } from "../platform/platform.ts";
import type { Approve } from "./approval.ts";
import { CodeRun, type CodeResult } from "./code-run.ts";
import type { AllCodeLimits } from "./limits.ts";
import type { OutputLine } from "./output.ts";
import type { Places } from "./places.ts";
import type { SavedProgram } from "./saved-program.ts";
import type { BoundTools } from "./tools.ts";

const MIB = 1024 * 1024;

/** Bytes that the runtime itself takes of an instance's memory: its code's data, stacks, a realm. */
const RUNTIME_BYTES = 4 * MIB;

/** The most bytes that a program can be told and be saved. */
const MOST_TOLD = 16 * MIB;

/** Made by CodeRunner (`runner.ts`). */
export interface SandboxPowers {
  readonly platform: Pick<Platform, "clock" | "timers" | "entropy">;
  /** The runtime, for programs of so many bytes. */
  runtime(programBytes: number): Promise<CompiledRuntime>;
  readonly places: Places;
  readonly account: MemoryAccount;
  readonly audit: AuditTrail;
  /** Who is suspected where a thread is lost. */
  readonly party: string;
  /** The sandbox was closed. */
  ended(): void;
}

/** What a sandbox is for. */
export interface SandboxOptions {
  readonly limits: AllCodeLimits;
  readonly tools: BoundTools;
  /** The values of `globals`, in order. */
  readonly globals: readonly unknown[];
  readonly eval: boolean;
  /** For a program that can be saved: what it is told first. Default: it cannot be. */
  readonly recording?: Recording | undefined;
}

/** What a program that goes on was told, and the answers that it waits for. */
export interface Recording {
  readonly entries: readonly JournalEntry[];
  readonly answers: ReadonlyMap<number, unknown>;
}

/** How one program is run in it. */
export interface SandboxRun {
  /** JavaScript. */
  readonly source: string;
  readonly name: string;
  readonly limits: AllCodeLimits;
  readonly approve: Approve | undefined;
  readonly hears: ((line: OutputLine) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A realm for programs, one after another. It is started by the first. */
export class Sandbox implements Disposable {
  readonly #powers: SandboxPowers;
  readonly #options: SandboxOptions;
  #starting: Promise<Realm> | undefined;
  #realm: Realm | undefined;
  #run: CodeRun | undefined;
  #place: Disposable | undefined;
  #journal: Journal | undefined;
  #isClosed = false;

  constructor(powers: SandboxPowers, options: SandboxOptions) {
    this.#powers = powers;
    this.#options = options;
  }

  get tools(): BoundTools["all"] {
    return this.#options.tools.all;
  }

  /** What its program does: see Realm. Before it has started, it runs. */
  get doing(): Realm["doing"] {
    return this.#realm?.doing ?? "running";
  }

  /** What its program was told, and what it waits for. Undefined: that was too much. */
  get told(): Pick<SavedProgram, "entries" | "waiting"> | undefined {
    const entries = this.#journal?.entries;
    if (entries === undefined) return undefined;
    const { all } = this.#options.tools;
    const waiting = (this.#realm?.open ?? []).map(({ call, target, args }) => ({
      call,
      tool: all.find((tool) => tool.target === target)?.name,
      arguments: decodeValue(args, "arguments") as readonly unknown[],
    }));
    return { entries: [...entries], waiting };
  }

  /** Ends the program that runs in it. */
  end(why: TenonError): void {
    this.#run?.end(why);
  }

  /** Why no program can run in it any more; undefined while one can. */
  get ended(): { readonly why: unknown } | undefined {
    return this.#realm?.ended;
  }

  /** Runs a program; the one before must have ended. Rejects with a TenonError. */
  async run(how: SandboxRun): Promise<CodeResult> {
    const isFirst = this.#starting === undefined;
    try {
      return await this.#made(how);
    } catch (thrown) {
      // Its thread was lost by what another program did there, before it had called any tool.
      if (!isFirst || !isBystander(thrown) || this.#isClosed) throw thrown;
      this.#starting = undefined;
      this.#realm = undefined;
      this.#place?.[Symbol.dispose]();
      return await this.#made(how);
    }
  }

  async #made(how: SandboxRun): Promise<CodeResult> {
    const { audit, platform } = this.#powers;
    const { tools, globals } = this.#options;
    const { clock, timers } = platform;
    const run = new CodeRun({ ...how, tools: tools.all, globals, audit, clock, timers });
    this.#run = run;
    return await run.made(
      () => (this.#starting ??= this.#started(run)),
      (realm) => realm.evaluate(how.name, how.source, run.entry),
    );
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    const why = new TenonError("code-closed", "the sandbox was closed");
    this.#run?.end(why);
    this.#realm?.end(why);
    this.#place?.[Symbol.dispose]();
    this.#powers.ended();
  }

  async #started(run: CodeRun): Promise<Realm> {
    const { places } = this.#powers;
    try {
      this.#place = places.take() ?? (await this.#waited(run, places));
      const realm = await this.#start(run);
      // It was closed meanwhile.
      if (this.#isClosed) this[Symbol.dispose]();
      return realm;
    } catch (thrown) {
      this.#place?.[Symbol.dispose]();
      this.#starting = undefined;
      throw thrown;
    }
  }

  async #waited(run: CodeRun, places: Places): Promise<Disposable> {
    run.waitsFor = places.full;
    const place = await places.wait(run.over);
    run.waitsFor = undefined;
    return place;
  }

  async #start(run: CodeRun): Promise<Realm> {
    const { limits, tools, recording } = this.#options;
    this.#journal = recording && new Journal(MOST_TOLD, recording.entries);
    const { account, party, platform } = this.#powers;
    const { component, memoryBytes } = await this.#powers.runtime(
      limits.memoryMiB * MIB + RUNTIME_BYTES,
    );
    const realm: Realm = await startRealm(
      component,
      {
        targets: standardTargets({
          clock: platform.clock,
          timers: platform.timers,
          entropy: platform.entropy,
          print: (level, text) => this.#run!.output.print(level, text),
          further: {
            call: (target, args) => this.#run!.tools.call(target, args),
            start: (target, args, call) => this.#run!.tools.start(target, args, call),
            again: (target) => this.#run!.tools.again(target),
          },
        }),
        instance: {
          limits: { memoryBytes, liftedBytes: 2 * limits.valueBytes + MIB },
          room: { account, wants: () => this.#crowded() },
          startMs: limits.cpuMs,
          party,
        },
        limits: {
          memory: limits.memoryMiB * MIB,
          value: limits.valueBytes,
          eval: this.#options.eval,
        },
        maxInFlight: limits.callsInFlight,
        journal: this.#journal,
        answers: recording?.answers,
      },
      run.entry,
    );
    this.#realm = realm;
    if (tools.module !== undefined) {
      const files = [{ name: "tenon:globals", source: tools.module }];
      await realm.load(files, "tenon:globals", run.entry);
    }
    return realm;
  }

  #crowded(): void {
    const message = "all programs together need more memory than there is";
    this.#realm?.end(new TenonError("code-memory", message, { data: { limit: "totalMemoryMiB" } }));
  }
}

function isBystander(thrown: unknown): boolean {
  if (!(thrown instanceof TenonError) || thrown.code !== "isolate-failed") return false;
  const { usage } = thrown.data;
  return Object.keys((usage as CodeResult["usage"] | undefined)?.calls ?? {}).length === 0;
}
