import { TenonError, type TenonErrorCode } from "../errors.ts";
import type { Timers } from "../platform/clock.ts";
import {
  defaultJobDeadlineMs,
  type Isolate,
  type IsolatedAnswer,
  type IsolatedJob,
  type IsolatedOptions,
} from "./isolate.ts";
import { restored, type WorkerMessage } from "./wire.ts";
import { errorOf } from "./wire/error-data.ts";

/// A fresh thread that carries one job out.
export interface JobWorker {
  /// `ended` is called once, with an error where there was one, when the thread is gone.
  start(
    job: IsolatedJob,
    on: {
      readonly message: (message: WorkerMessage) => void;
      readonly ended: (error: WorkerEnd | undefined) => void;
    },
  ): void;
  /// Ends the thread whatever it does. Idempotent.
  terminate(): Promise<void>;
}

export type WorkerEnd =
  | { readonly tag: "out-of-memory" }
  | { readonly tag: "failed"; readonly message: string };

export interface WorkerIsolateOptions {
  /// Makes a thread that has not started.
  readonly worker: () => JobWorker;
  readonly timers: Timers;
  /// Milliseconds for starting a thread, reading the package and compiling it. Default: 120,000.
  readonly prepareMs?: number;
}

/// One job a thread, and the thread is thrown away: nothing of a guest is left for the next.
export function workerIsolate({
  worker,
  timers,
  prepareMs = 120_000,
}: WorkerIsolateOptions): Isolate {
  const running = new Set<JobWorker>();
  return {
    name: "worker",
    async run(job, options = {}) {
      const thread = worker();
      running.add(thread);
      try {
        return await supervise(thread, job, options, { timers, prepareMs });
      } finally {
        running.delete(thread);
        await thread.terminate();
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...running].map((thread) => thread.terminate()));
    },
  };
}

async function supervise(
  thread: JobWorker,
  job: IsolatedJob,
  { signal, on, audit }: IsolatedOptions,
  { timers, prepareMs }: { readonly timers: Timers; readonly prepareMs: number },
): Promise<IsolatedAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<IsolatedAnswer>();
  const fail = (code: TenonErrorCode, text: string, data: Readonly<Record<string, unknown>> = {}) =>
    reject(
      new TenonError(code, `${job.command} ${text}`, { operation: `command:${job.command}`, data }),
    );
  const tooLong = (): void => fail("plugin-deadline", "took too long and was ended.");
  const abort = (): void => fail("command-cancelled", "was called off.");
  let deadline = timers.after(prepareMs, tooLong);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  const message = (told: WorkerMessage): void => {
    switch (told.tag) {
      case "ready":
        deadline[Symbol.dispose]();
        deadline = timers.after(job.deadlineMs ?? defaultJobDeadlineMs, tooLong);
        return;
      case "event":
        return on?.(restored(told.event));
      case "audit":
        return audit?.(told.entry);
      case "done":
        return resolve(told.answer);
      case "failed":
        return reject(errorOf(told.error));
    }
  };
  const ended = (end: WorkerEnd | undefined): void => {
    if (end?.tag === "out-of-memory") {
      fail("plugin-crashed", "used up the memory of its thread.", { fault: "limit" });
    } else fail("isolate-failed", `ended with its thread: ${end?.message ?? "no answer"}.`);
  };
  try {
    thread.start(job, { message, ended });
    return await promise;
  } finally {
    deadline[Symbol.dispose]();
    signal?.removeEventListener("abort", abort);
  }
}
