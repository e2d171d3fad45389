import { Worker } from "node:worker_threads";
import { TenonError } from "../../src/errors.ts";
import { workerEntry } from "../../src/platform/node/worker-entry.ts";
import type { Artifact } from "./artifact.ts";
import { scanComponent } from "./scan.ts";

export interface TranspileJob {
  readonly bytes: Uint8Array;
  readonly imports: readonly string[];
  readonly suspend: readonly string[];
}

export type TranspileAnswer =
  | ({ readonly tag: "done" } & Omit<Artifact, "exported">)
  | { readonly tag: "failed"; readonly message: string };

// Long enough for a component of 20 MB on a slow machine.
const DEADLINE_MS = 120_000;

// How many workers transpile at once: each wants a core and some 100 MB.
const AT_ONCE = 2;

/** Transpiles components, each in a worker of its own, two at a time. */
export class Transpiler {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /**
   * Rejects with `component-malformed` for bytes that are no valid component,
   * `component-unsupported` for what the transpiler does not do, and `component-limit` where it
   * takes more than two minutes.
   */
  async run(bytes: Uint8Array, suspend: readonly string[]): Promise<Artifact> {
    if (this.#running === AT_ONCE) {
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    } else this.#running++;
    try {
      return await transpile(bytes, suspend);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

async function transpile(bytes: Uint8Array, suspend: readonly string[]): Promise<Artifact> {
  const names = scanComponent(bytes);
  const job: TranspileJob = { bytes, imports: names.imports, suspend };
  const answer = await runJob(job);
  if (answer.tag === "failed") throw transpilerError(answer.message);
  const { glue, modules, imports, exports } = answer;
  return { glue, modules, imports, exports, exported: names.exports };
}

function runJob(job: TranspileJob): Promise<TranspileAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<TranspileAnswer>();
  const worker = new Worker(workerEntry(import.meta.url, "./transpile-worker")!, {
    workerData: job,
    // The transpiler reports panics there before it fails; the answer says as much.
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  const timer = setTimeout(() => {
    reject(new TenonError("component-limit", "Transpiling the component took too long."));
  }, DEADLINE_MS);
  worker.once("message", resolve);
  worker.once("error", (cause) => reject(transpilerError(String(cause))));
  worker.once("exit", () => reject(transpilerError("the transpiler ended without an answer")));
  return promise.finally(() => {
    clearTimeout(timer);
    void worker.terminate();
  });
}

function transpilerError(detail: string): TenonError {
  const unsupported = /not (yet )?(supported|implemented)|unsupported|not enabled|feature/iu;
  const [line = ""] = detail.split("\n", 1);
  return unsupported.test(detail)
    ? new TenonError("component-unsupported", `The engine can't run this component: ${line}`)
    : new TenonError("component-malformed", `This is not a valid component: ${line}`);
}
