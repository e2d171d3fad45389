import type {
  EngineComponent,
  EngineImports,
  EngineInstance,
  EngineInstanceOptions,
  Lender,
  LentFunction,
} from "../../component/engine.ts";
import { TenonError } from "../../errors.ts";
import { isThenable } from "../../realms.ts";
import { decodeSettled, type DecodeOptions } from "../values/decode.ts";
import { DEFAULT_VALUE_BYTES, ValueWriter } from "../values/encode.ts";
import { encodeOutcomes } from "../values/outcomes.ts";
import { CallsInFlight } from "./calls-in-flight.ts";
import { HostCalls } from "./host-calls.ts";
import type { Journal } from "./journal.ts";
import { type OpenCall, RecordedCalls } from "./recorded-calls.ts";
import { type Run, type RunOptions, Runs } from "./runs.ts";
import { NeverSettles, type Targets } from "./targets.ts";

const HOST = "tenon:javascript/host@0.1.0";
const REALM = "tenon:javascript/realm@0.1.0";

/** A program on another thread begins and gives up calls without waiting for the host. */
const ONE_WAY: ReadonlyMap<string, LentFunction> = new Map([
  ["start", { tag: "one-way", most: undefined }],
  ["cancel", { tag: "one-way", most: undefined }],
]);
const LENDER: Lender = {
  begin: (lease) => void (lease.ahead = true),
  asked: () => undefined,
};

/** What the runtime is told before anything else. */
export interface RealmLimits {
  /** Bytes that QuickJS may allocate; 0: as many as the instance has. Default: 0. */
  readonly memory: number;
  /** Bytes of stack. Default: 64 KiB, which fits the smallest machine stack that it may run on. */
  readonly stack: number;
  /** The most bytes of one value, either way. Default: 8 MiB. */
  readonly value: number;
  /** Whether text may be run as code. Default: false. */
  readonly eval: boolean;
}

/** How a realm is started. */
export interface RealmOptions {
  readonly targets: Targets;
  /** Limits, account and so on of the runtime's instance. Default: the engine's defaults. */
  readonly instance?: EngineInstanceOptions | undefined;
  readonly limits?: Partial<RealmLimits> | undefined;
  /** How the program's values are read. */
  readonly values?: DecodeOptions | undefined;
  /** Hears of rejections that the program did not handle. Default: nobody. */
  readonly unhandled?: ((error: unknown) => void) | undefined;
  /**
   * What becomes of a run that waits while nothing is under way: it fails with NeverSettles, or
   * waits for what a later run does. Default: `fails`.
   */
  readonly stuck?: "fails" | "waits" | undefined;
  /** The most calls that a program may have begun and not got back. Default: 10,000. */
  readonly maxInFlight?: number | undefined;
  /** Where what the program is told is written down, and what it is told first. Default: nowhere. */
  readonly journal?: Journal | undefined;
  /** For calls that are under way at the end of the journal. Default: they are made. */
  readonly answers?: ReadonlyMap<number, unknown> | undefined;
}

/** A file of a program: its modules are imported by exactly this name. */
export interface SourceFile {
  readonly name: string;
  readonly source: string;
}

interface RealmExports {
  open(limits: RealmLimits): unknown;
  load(run: number, files: readonly SourceFile[], main: string): unknown;
  evaluate(run: number, name: string, source: string): unknown;
  enter(run: number, path: readonly string[], args: Uint8Array): unknown;
  resume(outcomes: Uint8Array): unknown;
}

interface Entry {
  /** Undefined: for all runs. */
  readonly run?: Run;
  readonly make: (exports: RealmExports) => unknown;
}

/** Starts an instance of the runtime, with a realm in it. Rejects as `instantiate` does. */
export async function startRealm(
  runtime: EngineComponent,
  options: RealmOptions,
  open: RunOptions = {},
): Promise<Realm> {
  const realm = new Realm(options);
  await realm.start(runtime, open);
  return realm;
}

/**
 * One instance of the runtime, driven. Code in it runs only within an entry, and there is one entry
 * at a time: what is asked for meanwhile waits, and the outcomes that calls come to meanwhile go in
 * together, once. Between runs nothing of the program's runs: what it began goes on with the next.
 *
 * A run answers with its value, or with a promise where that comes later. It fails with GuestThrown
 * (the program threw), NeverSettles, ValueError (what the runtime said could not be read) or the
 * TenonError that ended the instance.
 */
export class Realm implements Disposable {
  readonly #options: RealmOptions;
  readonly #writer: ValueWriter;
  readonly #runs = new Runs();
  readonly #calls = new CallsInFlight();
  readonly #host: HostCalls;
  readonly #recorded: RecordedCalls | undefined;
  readonly #queue: Entry[] = [];
  readonly #limits: RealmLimits;
  #instance: EngineInstance | undefined;
  #isEntered = false;
  #isFlushing = false;
  #ended: { readonly why: unknown } | undefined;

  constructor(options: RealmOptions) {
    this.#options = options;
    const { memory = 0, stack = 65_536, value = DEFAULT_VALUE_BYTES } = options.limits ?? {};
    this.#limits = { memory, stack, value, eval: options.limits?.eval ?? false };
    this.#writer = new ValueWriter({ maxBytes: value });
    this.#host = new HostCalls({
      targets: options.targets,
      values: options.values,
      maxInFlight: options.maxInFlight ?? 10_000,
      writer: this.#writer,
      calls: this.#calls,
      settled: () => this.#flushSoon(),
      failed: (fault) => this.end(fault),
    });
    const { journal, answers = new Map<number, unknown>() } = options;
    if (journal === undefined) return;
    const powers = { host: this.#host, calls: this.#calls, journal, answers };
    this.#recorded = new RecordedCalls(powers);
  }

  /** Called by `startRealm`. */
  async start(runtime: EngineComponent, open: RunOptions): Promise<void> {
    const imports: EngineImports = { [HOST]: this.#recorded ?? this.#host };
    const lent = new Map([[HOST, { functions: ONE_WAY, local: undefined, lender: LENDER }]]);
    this.#instance = await runtime.instantiate(imports, { ...this.#options.instance, lent });
    const run = this.#runs.begin(open);
    try {
      const options = this.#runs.entry(run);
      await this.#instance.call(({ [REALM]: realm }) => {
        return (realm as RealmExports).open(this.#limits);
      }, options);
    } catch (thrown) {
      this.#lose(thrown);
      throw thrown;
    }
    this.#runs.settle({ run: run.number, ok: true, value: undefined });
  }

  /** The runtime's instance, for what is asked of any instance. */
  get instance(): EngineInstance {
    return this.#instance!;
  }

  /** Why it has ended; undefined while it has not. */
  get ended(): { readonly why: unknown } | undefined {
    return this.#ended;
  }

  /** Calls that the program has begun and not got back. */
  get inFlight(): number {
    return this.#calls.size;
  }

  /**
   * What the program does: it waits for calls, runs, waits for a call to return (`calling`), or has
   * ended.
   */
  get doing(): "waiting" | "running" | "calling" | "over" {
    if (this.#ended !== undefined || this.#runs.size === 0) return "over";
    if (this.#host.isCalling) return "calling";
    const isBusy = this.#isEntered || this.#queue.length > 0 || this.#calls.hasOutcomes;
    return isBusy || this.#recorded?.isBehind === true ? "running" : "waiting";
  }

  /** The calls that it waits for, where there is a journal. */
  get open(): readonly OpenCall[] {
    return this.#recorded?.open ?? [];
  }

  /** Evaluates the module `main`: its exports, each as what `typeof` says of it. */
  load(files: readonly SourceFile[], main: string, options: RunOptions = {}): unknown {
    return this.#run(options, (run) => (realm) => realm.load(run.number, files, main));
  }

  /** Evaluates a program, and answers what it returns. `name`: what stacks call it. */
  evaluate(name: string, source: string, options: RunOptions = {}): unknown {
    return this.#run(options, (run) => (realm) => realm.evaluate(run.number, name, source));
  }

  /** Calls what the main module exports under this path. Throws ValueError for arguments. */
  enter(path: readonly string[], args: readonly unknown[], options: RunOptions = {}): unknown {
    const written = this.#writer.encode(args, "arguments");
    return this.#run(options, (run) => (realm) => realm.enter(run.number, path, written));
  }

  /** Forgets what all runs wait for, and fails them: what they began is aborted. */
  abandon(why: unknown): void {
    this.#calls.cancelAll();
    if (this.#isEntered) this.end(why);
    else this.#runs.failAll(why);
  }

  /** Ends the instance; runs under way fail with `why`. */
  end(why: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = { why };
    this.#queue.length = 0;
    this.#runs.failAll(why);
    this.#calls.cancelAll();
    this.#instance?.[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.end(new TenonError("component-closed", "the program was ended"));
  }

  #run(options: RunOptions, making: (run: Run) => Entry["make"]): unknown {
    if (this.#ended !== undefined) throw this.#ended.why;
    const run = this.#runs.begin(options);
    const entry = { run, make: making(run) };
    if (this.#isEntered) this.#queue.push(entry);
    else this.#enter(entry);
    return run.answer;
  }

  #enter({ run, make }: Entry): void {
    this.#isEntered = true;
    let answer: unknown;
    try {
      const options = this.#runs.entry(run);
      answer = this.#instance!.call(({ [REALM]: realm }) => make(realm as RealmExports), options);
    } catch (thrown) {
      this.#lose(thrown);
      return;
    }
    if (!isThenable(answer)) return this.#left(answer as Uint8Array);
    answer.then(
      (settled) => this.#left(settled as Uint8Array),
      (thrown: unknown) => this.#lose(thrown),
    );
  }

  #left(answered: Uint8Array): void {
    this.#isEntered = false;
    if (this.#ended !== undefined) return;
    try {
      for (const settled of decodeSettled(answered, this.#options.values)) {
        if (settled.run === 0) this.#options.unhandled?.(settled.value);
        else this.#runs.settle(settled);
      }
    } catch (thrown) {
      return this.end(thrown);
    }
    this.#next();
  }

  #next(): void {
    if (this.#ended !== undefined || this.#isEntered) return;
    const entry = this.#queue.shift();
    if (entry !== undefined) return this.#enter(entry);
    if (this.#recorded?.isBehind === true) return this.#tell(this.#recorded);
    this.#recorded?.begin();
    if (this.#calls.hasOutcomes) return this.#flushSoon();
    if (this.#calls.size > 0 || this.#runs.size === 0) return;
    if (this.#options.stuck !== "waits") this.#runs.failAll(new NeverSettles());
  }

  /** The program is told what it was told before it was saved. */
  #tell(recorded: RecordedCalls): void {
    if (this.#runs.size === 0) return;
    try {
      recorded.tell();
    } catch (fault) {
      return this.end(fault);
    }
    this.#flushSoon();
  }

  /** What settles in this turn goes in together. */
  #flushSoon(): void {
    if (this.#isFlushing || this.#isEntered || this.#runs.size === 0) return;
    this.#isFlushing = true;
    void Promise.resolve().then(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#ended !== undefined || this.#isEntered) return;
    if (this.#runs.size === 0 || !this.#calls.hasOutcomes) return;
    const taken = this.#calls.takeOutcomes();
    this.#recorded?.resumed(taken);
    const outcomes = encodeOutcomes(taken);
    this.#enter({ make: (realm) => realm.resume(outcomes) });
  }

  #lose(thrown: unknown): void {
    this.#isEntered = false;
    this.end(thrown);
  }
}
