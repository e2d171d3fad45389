// What the entries of each platform (`platform/node/code.ts`, `platform/browser/code.ts`) share.
export type { ApprovalRequest, Approve } from "./approval.ts";
export type { BegunProgram } from "./begun-program.ts";
export type { CodeResult, CodeUsage } from "./code-run.ts";
export type { CodeLimits } from "./limits.ts";
export type {
  CodeRunnerOptions,
  ProgramOptions,
  ResumeOptions,
  RunCodeOptions,
  RunOptions,
} from "./options.ts";
export type { OutputLine } from "./output.ts";
export type { ConsoleLevel } from "../javascript/standard-targets.ts";
export { type CodeRunner, createRunner } from "./runner.ts";
export type { WaitingCall } from "./saved-program.ts";
export type { CodeSession } from "./session.ts";
export { SharedRunners } from "./shared-runners.ts";
export type { ToolCall, ToolFunction, ToolOptions, Tools } from "./tools.ts";
