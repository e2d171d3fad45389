/** Codes of programs that run as text (`tenon/code`). See error-codes.ts. */
export const codeErrors = {
  "code-failed": {
    fault: "plugin",
    cause:
      "the program threw and did not catch, or rejected (`data.name`, `data.message`, `data.stack`, `data.line`, `data.column`; `cause` is what it threw)",
    remedy: "show the message to whoever wrote the program",
  },
  "code-syntax": {
    fault: "plugin",
    cause: "the program is no JavaScript (`data.message`, `data.line`, `data.column`)",
    remedy: "correct the line that the message names",
  },
  "code-stuck": {
    fault: "plugin",
    cause: "the program awaits a promise that nothing will ever settle",
    remedy: "look for a promise that is made and never resolved",
  },
  "code-deadline": {
    fault: "plugin",
    cause:
      "the program had not ended after `deadlineMs`, waiting for tools included; the time in which a person is asked does not count",
    remedy: "give it more time, or let it do less",
  },
  "code-cpu": {
    fault: "plugin",
    cause: "the program's own code ran for longer than `cpuMs`",
    remedy: "give it more time, or let it do less",
  },
  "code-memory": {
    fault: "plugin",
    cause: "the program needed more than `memoryMiB`, or all programs together more than there is",
    remedy: "give it more memory, or let it hold less",
  },
  "code-output": {
    fault: "plugin",
    cause: "the program printed more than `outputBytes`",
    remedy: "let it print less, or raise the limit",
  },
  "code-calls": {
    fault: "plugin",
    cause:
      "the program called tools more than `calls` times, or has begun more than may be under way (`data.limit`)",
    remedy: "let it call less often, or raise the limit",
  },
  "code-value": {
    fault: "plugin",
    cause:
      "what the program returned or threw cannot cross, with its path (a function, a cycle, too large)",
    remedy: "return plain data, and less of it",
  },
  "code-crashed": {
    fault: "plugin",
    cause: "the runtime was brought down by the program (`data.kind`); nothing else was",
    remedy: "report the program; the next run has a runtime of its own",
  },
  "code-cancelled": {
    fault: "application",
    cause: "the run's `AbortSignal` was aborted (`cause` is its reason)",
    remedy: "none is needed",
  },
  "code-saved": {
    fault: "application",
    cause: "the run was saved (`save`), and goes on where it is resumed",
    remedy: "none is needed",
  },
  "code-not-saved": {
    fault: "application",
    cause:
      "the program could not be saved: it has ended, waits for a tool that answers at once (`sync`), or was told more than 16 MiB",
    remedy: "save it while it awaits something, or let tools answer with less",
  },
  "code-saved-wrong": {
    fault: "application",
    cause:
      "the bytes are no saved program, are damaged, were saved by another version of the runtime, or do not fit the tools that are given",
    remedy: "resume with the bytes as they were, the same version of tenon and the same tools",
  },
  "code-busy": {
    fault: "application",
    cause: "too many sandboxes exist at once (`sandboxes`), and none ended in time",
    remedy: "close sessions, or raise the limit",
  },
  "code-closed": {
    fault: "application",
    cause: "the runner or the session was closed, or an earlier run ended the session",
    remedy: "make a new one",
  },
} as const;
