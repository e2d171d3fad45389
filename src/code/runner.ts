import { noAudit } from "../capability/audit.ts";
import { MemoryAccount } from "../component/engine.ts";
import { CompiledStore } from "../component/outline.ts";
import { TenonError } from "../errors.ts";
import { Isolates } from "../isolation/isolates.ts";
import { Runtimes } from "../javascript/runtimes.ts";
import { checkGiven } from "../option-rules.ts";
import { checkText, lacksOption } from "../options.ts";
import type { Platform } from "../platform/platform.ts";
import { visibleText } from "../visible-text.ts";
import { Begun, type BegunProgram } from "./begun-program.ts";
import type { CodeResult } from "./code-run.ts";
import { type AllCodeLimits, limitsOf } from "./limits.ts";
import {
  type CodeRunnerOptions,
  PROGRAM_RULES,
  type ProgramOptions,
  RESUME_RULES,
  type ResumeOptions,
  RUN_RULES,
  RUNNER_RULES,
  type RunOptions,
} from "./options.ts";
import { Places } from "./places.ts";
import { type Recording, Sandbox, type SandboxPowers, type SandboxRun } from "./sandbox.ts";
import { readSaved, type SavedProgram, type WaitingCall } from "./saved-program.ts";
import { type CodeSession, Session } from "./session.ts";
import { type BoundTools, bindTools } from "./tools.ts";
import { javascriptOf } from "./typescript.ts";

const MIB = 1024 * 1024;

/** Runs programs, each in a sandbox of its own. */
export interface CodeRunner extends AsyncDisposable {
  /**
   * Runs a program: the body of an async function. Options that are given take the place of the
   * runner's. Rejects with a TenonError, in whose `data` are `output` and `usage`; one whose code
   * starts with `code-` concerns this run alone.
   */
  run(source: string, options?: ProgramOptions & RunOptions): Promise<CodeResult>;
  /** A sandbox for several programs: what one leaves on `globalThis`, the next one finds. */
  session(options?: ProgramOptions): CodeSession;
  /**
   * As `run`, for a program that can be saved while it waits. What it is told is kept until it has
   * ended. Throws as `run` rejects for options and for a source whose types cannot be taken out.
   */
  begin(source: string, options?: ProgramOptions & RunOptions): BegunProgram;
  /**
   * Goes on with a program that was saved: it runs again up to where it was, and is told the same
   * again, without a tool being called; then it waits for what it waited for. `tools` must have the
   * same names, limits count anew, and `globals`, `eval` and the name are those that it had. Rejects
   * with `code-saved-wrong`.
   */
  resume(saved: Uint8Array, options?: ResumeOptions): Promise<BegunProgram>;
  /** What a saved program waits for. Rejects with `code-saved-wrong`. */
  waiting(saved: Uint8Array): Promise<readonly WaitingCall[]>;
  /** Ends all runs and sessions, and the platform where the runner has made it. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Made by `createCodeRunner` of the platform's entry. */
export interface RunnerPowers {
  readonly platform: Platform;
  /** Disposes of the platform, where the runner has made it. */
  close(): Promise<void>;
}

/** Throws `usage` for options that do not exist or make no sense. */
export function createRunner(
  options: CodeRunnerOptions,
  platformOf: () => RunnerPowers,
): CodeRunner {
  checkGiven("createCodeRunner", options, RUNNER_RULES, "usage");
  return new Runner(options, platformOf());
}

class Runner implements CodeRunner {
  readonly #options: CodeRunnerOptions;
  readonly #isolates: Isolates;
  readonly #platform: RunnerPowers;
  readonly #runtimes: Runtimes;
  readonly #account: MemoryAccount;
  readonly #places: Places;
  readonly #alive = new Set<Disposable>();
  #sandboxes = 0;
  #isClosed = false;

  constructor(options: CodeRunnerOptions, powers: RunnerPowers) {
    const { isolation = "thread", sandboxes = 64, totalMemoryMiB = 1_024 } = options;
    const { platform } = powers;
    this.#options = options;
    this.#platform = powers;
    this.#account = new MemoryAccount(totalMemoryMiB * MIB);
    this.#places = new Places(Math.min(sandboxes, platform.memories ?? Infinity));
    const store = new CompiledStore(platform.derived);
    this.#isolates = new Isolates(platform, { store, account: this.#account });
    this.#isolates.assertOffered(isolation, "code");
    this.#runtimes = new Runtimes(platform, () => this.#isolates.engine(isolation, "code"));
  }

  async run(source: string, options: ProgramOptions & RunOptions = {}): Promise<CodeResult> {
    checkGiven("run", options, { ...PROGRAM_RULES, ...RUN_RULES }, "usage");
    const how = this.#how(source, options, limitsOf(options, this.#options));
    using sandbox = this.#sandbox(options);
    return await sandbox.run(how);
  }

  session(options: ProgramOptions = {}): CodeSession {
    checkGiven("session", options, PROGRAM_RULES, "usage");
    const sandbox = this.#sandbox(options);
    const run = (source: string, given: RunOptions): SandboxRun => {
      checkGiven("run of a session", given, RUN_RULES, "usage");
      return this.#how(source, { ...options, ...given }, limitsOf(options, this.#options));
    };
    return new Session(sandbox, run);
  }

  begin(source: string, options: ProgramOptions & RunOptions = {}): BegunProgram {
    checkGiven("begin", options, { ...PROGRAM_RULES, ...RUN_RULES }, "usage");
    const how = this.#how(source, options, limitsOf(options, this.#options));
    return this.#begun(how, options, { entries: [], answers: new Map() });
  }

  async resume(saved: Uint8Array, options: ResumeOptions = {}): Promise<BegunProgram> {
    checkGiven("resume", options, RESUME_RULES, "usage");
    const { answers = new Map<number, unknown>(), ...given } = options;
    const { name, source, globals, eval: mayEval, tools, entries } = await this.#saved(saved);
    const how = { ...this.#how(source, given, limitsOf(given, this.#options)), name, source };
    // Their values are in what the program was told.
    const values = Object.fromEntries(globals.map((one) => [one, undefined]));
    const program = { ...given, globals: values, eval: mayEval };
    const bound = bindTools(given.tools ?? this.#options.tools ?? {}, values).all;
    const names = bound.map((tool) => tool.name);
    if (names.length !== tools.length || names.some((one, at) => one !== tools[at])) {
      const message = `it was saved with other tools: ${tools.join(", ") || "none"}`;
      throw new TenonError("code-saved-wrong", message, { operation: name, data: { tools } });
    }
    return this.#begun(how, program, { entries, answers });
  }

  async waiting(saved: Uint8Array): Promise<readonly WaitingCall[]> {
    return (await this.#saved(saved)).waiting;
  }

  #saved(saved: Uint8Array): Promise<SavedProgram> {
    return readSaved(saved, (bytes) => this.#platform.platform.sha256(bytes));
  }

  #begun(how: SandboxRun, options: ProgramOptions, recording: Recording): BegunProgram {
    const { globals = this.#options.globals ?? {}, eval: mayEval = this.#options.eval ?? false } =
      options;
    const sandbox = this.#sandbox(options, recording);
    const program = {
      name: how.name,
      source: how.source,
      tools: sandbox.tools.map(({ name }) => name),
      globals: Object.keys(globals),
      eval: mayEval,
    };
    return new Begun({ sandbox, how, platform: this.#platform.platform, program });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const sandbox of this.#alive) sandbox[Symbol.dispose]();
    this.#runtimes[Symbol.dispose]();
    await this.#isolates[Symbol.asyncDispose]();
    await this.#platform.close();
  }

  #sandbox(options: ProgramOptions, recording?: Recording): Sandbox {
    if (this.#isClosed) throw new TenonError("code-closed", "the runner was closed");
    const { globals = this.#options.globals ?? {}, eval: evals = this.#options.eval ?? false } =
      options;
    const tools = bindTools(options.tools ?? this.#options.tools ?? {}, globals);
    this.#assertAsked(tools, options);
    const powers: SandboxPowers = {
      platform: this.#platform.platform,
      runtime: (bytes) => this.#runtimes.get(bytes),
      places: this.#places,
      account: this.#account,
      audit: options.audit ?? this.#options.audit ?? noAudit,
      party: `code/${++this.#sandboxes}`,
      ended: () => void this.#alive.delete(sandbox),
    };
    const limits = limitsOf(options, this.#options);
    const values = Object.values(globals);
    const sandbox: Sandbox = new Sandbox(powers, {
      limits,
      tools,
      globals: values,
      eval: evals,
      recording,
    });
    this.#alive.add(sandbox);
    return sandbox;
  }

  #assertAsked({ all }: BoundTools, { approve = this.#options.approve }: ProgramOptions): void {
    const asking = all.find(({ asks }) => asks);
    if (asking === undefined || approve !== undefined) return;
    throw lacksOption(`a run whose tool ${asking.name} asks`, "approve");
  }

  #how(source: string, options: ProgramOptions & RunOptions, limits: AllCodeLimits): SandboxRun {
    checkText("the source of a program", source);
    const name = visibleText(options.name ?? "program.js", { limit: 200 });
    const strip =
      options.stripTypes ?? this.#options.stripTypes ?? this.#platform.platform.stripTypes;
    return {
      name,
      source: javascriptOf(source, name, strip),
      limits,
      approve: options.approve ?? this.#options.approve,
      hears: options.onOutput,
      signal: options.signal,
    };
  }
}
