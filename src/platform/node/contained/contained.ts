import { Worker, type WorkerOptions } from "node:worker_threads";
import { TenonError } from "../../../errors.ts";
import type { Isolate, IsolatedJob } from "../../../isolation/isolate.ts";
import {
  workerIsolate,
  type JobWorker,
  type WorkerEnd,
} from "../../../isolation/worker-isolate.ts";
import { systemTimers } from "../system.ts";
import { workerEntry } from "../worker-entry.ts";

export interface ContainedOptions {
  /// As for `nodePlatform`: the folder for data that lasts and for compiled components, and the one
  /// that plugins with a grant of `workspace` may read. Default: none.
  readonly state?: string;
  readonly workspace?: string;
  /// MiB of JavaScript heap that a job's thread may have; linear memory is capped by itself.
  /// Default: 256.
  readonly heapMiB?: number;
}

export interface JobWorkerData {
  readonly job: IsolatedJob;
  readonly platform: Pick<ContainedOptions, "state" | "workspace">;
}

/// Runs guests that nobody vouches for, each command in a thread that is ended at its deadline even
/// where the guest loops for ever.
export function contained(options: ContainedOptions = {}): Isolate {
  return workerIsolate({ worker: () => new JobThread(options), timers: systemTimers });
}

class JobThread implements JobWorker {
  readonly #options: ContainedOptions;
  #worker: Worker | undefined;

  constructor(options: ContainedOptions) {
    this.#options = options;
  }

  start(job: IsolatedJob, on: Parameters<JobWorker["start"]>[1]): void {
    const { state, workspace, heapMiB = 256 } = this.#options;
    const workerData: JobWorkerData = {
      job,
      platform: {
        ...(state === undefined ? {} : { state }),
        ...(workspace === undefined ? {} : { workspace }),
      },
    };
    const worker = startWorker({
      workerData,
      // Nothing of the process's own reaches it.
      env: {},
      argv: [],
      resourceLimits: { maxOldGenerationSizeMb: heapMiB },
    });
    this.#worker = worker;
    let end: WorkerEnd | undefined;
    worker.on("message", on.message);
    worker.on("error", (error: NodeJS.ErrnoException) => {
      end =
        error.code === "ERR_WORKER_OUT_OF_MEMORY"
          ? { tag: "out-of-memory" }
          : { tag: "failed", message: error.message };
    });
    worker.once("exit", () => on.ended(end));
  }

  async terminate(): Promise<void> {
    await this.#worker?.terminate();
  }
}

function startWorker(options: WorkerOptions): Worker {
  try {
    return new Worker(workerEntry(import.meta.url, "./job-worker"), options);
  } catch (cause) {
    const message = `The job can't be sent to another thread: ${String(cause)}`;
    throw new TenonError("isolate-failed", message, { cause });
  }
}
