import type { AuditTrail } from "../capability/audit.ts";
import type { Isolation } from "../catalogues/isolations.ts";
import {
  anObject,
  callable,
  flag,
  having,
  oneOf,
  type Rules,
  text,
  whole,
} from "../option-rules.ts";
import type { StripTypes } from "../javascript/source/program.ts";
import type { Platform } from "../platform/platform.ts";
import type { Approve } from "./approval.ts";
import { type CodeLimits, LIMIT_RULES } from "./limits.ts";
import type { OutputLine } from "./output.ts";
import type { Tools } from "./tools.ts";

/** What programs are given, and what they may use. */
export interface ProgramOptions extends CodeLimits {
  /** What the program may call. Default: nothing. */
  readonly tools?: Tools | undefined;
  /** Values that the program finds under these names. Default: none. */
  readonly globals?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Whether the program may run text as code (`eval`, `new Function`), in its sandbox. Default:
   * false.
   */
  readonly eval?: boolean | undefined;
  /** Asks a person before each call of a tool that `asks`. Needed where there is one. */
  readonly approve?: Approve | undefined;
  /** Where calls of tools are written down. Default: nowhere. */
  readonly audit?: AuditTrail | undefined;
  /**
   * Takes the types out of programs in TypeScript and leaves everything else where it was, such as
   * sucrase's `transform` in a page. Default: the platform's, which is Node's own.
   */
  readonly stripTypes?: StripTypes | undefined;
}

/** How one program is run. */
export interface RunOptions {
  /**
   * What the program is called in stacks, errors and the audit trail. One that ends in `.ts` or
   * `.mts` says that it is TypeScript, whose types are taken out: types alone, so that what has a
   * meaning beyond them, such as `enum`, fails with `code-syntax`. Default: `program.js`.
   */
  readonly name?: string | undefined;
  /** Cancels the run: it rejects at once with `code-cancelled`. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each line that the program prints, at once. Default: they come with the result. */
  readonly onOutput?: ((line: OutputLine) => void) | undefined;
}

/** How a saved program goes on. */
export interface ResumeOptions
  extends Omit<ProgramOptions, "globals" | "eval" | "stripTypes">, Omit<RunOptions, "name"> {
  /**
   * The outcomes of calls that it waits for, by their numbers (`waiting` of a runner): these are
   * not made again. Default: all are.
   */
  readonly answers?: ReadonlyMap<number, unknown> | undefined;
}

/** How a runner is made. What it is given holds for each run that is not given something else. */
export interface CodeRunnerOptions extends ProgramOptions {
  /** The outside world. Default: `nodePlatform()` or `browserPlatform()`, disposed of with it. */
  readonly platform?: Platform | undefined;
  /**
   * Where programs run: on threads that they share with others, on the caller's thread (a program
   * holds it while its code runs), or in a process. Default: `thread`.
   */
  readonly isolation?: Isolation | undefined;
  /** How many sandboxes exist at once, sessions included; other runs wait. Default: 64. */
  readonly sandboxes?: number | undefined;
  /** MiB that all programs may hold together. Default: 1,024. */
  readonly totalMemoryMiB?: number | undefined;
}

export const PROGRAM_RULES: Rules<ProgramOptions> = {
  ...LIMIT_RULES,
  tools: anObject,
  globals: anObject,
  eval: flag,
  approve: callable,
  audit: having("write", "flush"),
  stripTypes: callable,
};

export const RUN_RULES: Rules<RunOptions> = {
  name: text,
  signal: having("addEventListener", "removeEventListener"),
  onOutput: callable,
};

export const RESUME_RULES: Rules<ResumeOptions> = {
  ...LIMIT_RULES,
  tools: anObject,
  approve: callable,
  audit: having("write", "flush"),
  signal: RUN_RULES.signal,
  onOutput: callable,
  answers: having("get", "has"),
};

export const RUNNER_RULES: Rules<CodeRunnerOptions> = {
  ...PROGRAM_RULES,
  platform: anObject,
  isolation: oneOf("thread", "caller", "process"),
  sandboxes: whole(1, 1_000_000),
  totalMemoryMiB: whole(1, 1_048_576),
};

/** Options of `runCode`: those of a run, and where it runs. */
export type RunCodeOptions = ProgramOptions &
  RunOptions &
  Pick<CodeRunnerOptions, "platform" | "isolation">;
