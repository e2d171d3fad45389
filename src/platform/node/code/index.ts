// tenon/code under Node.
import {
  type CodeResult,
  type CodeRunner,
  type CodeRunnerOptions,
  createRunner,
  type RunCodeOptions,
  SharedRunners,
} from "../../../code/index.ts";
import { nodePlatform } from "../index.ts";

export type {
  ApprovalRequest,
  Approve,
  BegunProgram,
  CodeLimits,
  CodeResult,
  CodeRunner,
  CodeRunnerOptions,
  CodeSession,
  CodeUsage,
  ConsoleLevel,
  OutputLine,
  ProgramOptions,
  ResumeOptions,
  RunCodeOptions,
  RunOptions,
  ToolCall,
  ToolFunction,
  ToolOptions,
  Tools,
  WaitingCall,
} from "../../../code/index.ts";

/** Makes a runner for many programs. Throws `usage` for options that make no sense. */
export function createCodeRunner(options: CodeRunnerOptions = {}): CodeRunner {
  return createRunner(options, () => {
    if (options.platform !== undefined) {
      return { platform: options.platform, close: () => Promise.resolve() };
    }
    const platform = nodePlatform();
    return { platform, close: async () => await platform[Symbol.asyncDispose]() };
  });
}

/** What `runCode` runs on: a runner for each place, made when it is first needed. */
const shared: SharedRunners = new SharedRunners(createCodeRunner);

/**
 * Runs one program in a sandbox of its own, and answers what it returned. Programs that are run
 * this way share their threads, which do not keep a process alive. Rejects as `run` of a runner
 * does.
 */
export function runCode(source: string, options: RunCodeOptions = {}): Promise<CodeResult> {
  return shared.run(source, options);
}
