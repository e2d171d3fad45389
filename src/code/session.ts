import { TenonError } from "../errors.ts";
import type { CodeResult } from "./code-run.ts";
import type { RunOptions } from "./options.ts";
import type { Sandbox, SandboxRun } from "./sandbox.ts";

/** A sandbox that programs share, one after another. */
export interface CodeSession extends Disposable {
  /**
   * Runs a program when those before it have ended. Time, output and calls are counted for each;
   * memory for all. Rejects as `run` of a runner does, and with `code-closed` where an earlier one
   * had to be stopped in the middle of its code, or brought down the runtime.
   */
  run(source: string, options?: RunOptions): Promise<CodeResult>;
  /** Ends the sandbox, and a run that is under way. */
  [Symbol.dispose](): void;
}

export class Session implements CodeSession {
  readonly #sandbox: Sandbox;
  readonly #how: (source: string, options: RunOptions) => SandboxRun;
  #last: Promise<unknown> = Promise.resolve();

  /** `how`: checks the options of one run. */
  constructor(sandbox: Sandbox, how: (source: string, options: RunOptions) => SandboxRun) {
    this.#sandbox = sandbox;
    this.#how = how;
  }

  async run(source: string, options: RunOptions = {}): Promise<CodeResult> {
    const how = this.#how(source, options);
    const run = this.#last.then(() => this.#run(how));
    this.#last = run.catch(() => undefined);
    return await run;
  }

  async #run(how: SandboxRun): Promise<CodeResult> {
    const { ended } = this.#sandbox;
    if (ended === undefined) return await this.#sandbox.run(how);
    const message = "an earlier program ended the session: make a new one";
    throw new TenonError("code-closed", message, { operation: how.name, cause: ended.why });
  }

  [Symbol.dispose](): void {
    this.#sandbox[Symbol.dispose]();
  }
}
