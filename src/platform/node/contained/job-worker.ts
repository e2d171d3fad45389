// Carries one job out and ends. Everything it has it was given as data.
import { parentPort, workerData } from "node:worker_threads";
import { postable, type WorkerMessage } from "../../../isolation/wire.ts";
import { errorData } from "../../../isolation/wire/error-data.ts";
import { nodePlatform } from "../index.ts";
import type { JobWorkerData } from "./contained.ts";
import { runJob } from "./run-job.ts";

const { job, platform }: JobWorkerData = workerData;

function tell(message: WorkerMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port, not a window
  parentPort!.postMessage(message);
}

/// A guest that is refused in a loop must not fill the other thread's memory. The audit trail sums
/// such refusals up by itself.
const MAX_EVENTS = 10_000;
let events = 0;

try {
  const answer = await runJob(job, nodePlatform(platform), {
    event: (event) => {
      if (events++ < MAX_EVENTS) tell({ tag: "event", event: postable(event) });
    },
    audit: (entry) => tell({ tag: "audit", entry }),
    ready: () => tell({ tag: "ready" }),
  });
  tell({ tag: "done", answer });
} catch (error) {
  tell({ tag: "failed", error: errorData(error) });
}
