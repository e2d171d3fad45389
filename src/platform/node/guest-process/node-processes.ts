import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rm, writeFileSync } from "node:fs";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { ProcessSource, StartedProcess } from "../../processes.ts";
import type { ThreadEnd } from "../../threads.ts";
import { workerEntry } from "../worker-entry.ts";
import { MemoryWatch, type WatchedMemory } from "./memory-watch.ts";
import { kill } from "./memory-watch-thread.ts";
import { InheritedFiles } from "./inherited-files.ts";
import { GUEST_PROCESS, inheritedArgument, WATCHES_ITSELF } from "./pipes.ts";
import { processFlags } from "./process-flags.ts";
import { ProcessPort } from "./process-port.ts";
import { selfWatched } from "./self-watched.ts";
import { noProcesses } from "./no-processes.ts";
import { SystemTools } from "./system-tools.ts";

const MIB = 1024 * 1024;

/** Options of `nodeProcesses`. */
export interface NodeProcessOptions {
  /** The file that a process runs. Default: the one that comes with Tenon. */
  readonly entry?: URL | undefined;
  /**
   * MiB that a process may have beside what its guests may hold: for Node itself, and for compiling
   * its guests. Also the most of its JavaScript heap. Default: 256.
   */
  readonly ownMiB?: number;
  /**
   * Who looks at what a process holds: a thread of the host's (on Linux), or a thread of the process.
   * Default: the host's thread on Linux, else the process's.
   */
  readonly watchedBy?: "host" | "itself";
  /** Where the system's own tools are, on Linux (`system-tools.ts`). Default: `/usr/bin`. */
  readonly tools?: string;
}

/** How much less of the processor a process gets than its host, where both want it. */
const NICENESS = 5;

/** Of all processes of the machine, the kernel ends those for guests first where memory runs out. */
const OOM_SCORE = "1000";

/** Processes for guests. Each inherits nothing but pipes to its host. */
export function nodeProcesses(options: NodeProcessOptions = {}): ProcessSource {
  const { entry = workerEntry(import.meta.url, "./process-entry"), ownMiB = 256 } = options;
  const { watchedBy = process.platform === "linux" ? "host" : "itself" } = options;
  let watch: MemoryWatch | undefined;
  const tools = new SystemTools(ownMiB, options.tools);
  const inherits = new InheritedFiles();
  return {
    get walls() {
      return tools.walls;
    },
    unavailable: noProcesses(entry),
    start() {
      if (watchedBy === "host") watch ??= new MemoryWatch(entry!, kill);
      return startProcess(entry!, ownMiB, { tools, watch, inherits });
    },
    [Symbol.asyncDispose]: async () => watch?.[Symbol.asyncDispose](),
  };
}

interface Bounds {
  readonly tools: SystemTools;
  /** Undefined: the process watches its memory itself. */
  readonly watch: MemoryWatch | undefined;
  readonly inherits: InheritedFiles;
}

function startProcess(
  entry: URL,
  ownMiB: number,
  { tools, watch, inherits }: Bounds,
): StartedProcess {
  const cwd = mkdtempSync(join(tmpdir(), "tenon-"));
  const file = fileURLToPath(entry);
  const itself = watch === undefined ? [WATCHES_ITSELF] : [];
  const inherited = inheritedArgument(inherits.files);
  const { platform, env } = process;
  const node = [process.execPath, ...processFlags(file, ownMiB), file];
  const [program, ...rest] = tools.behind([...node, GUEST_PROCESS, inherited, ...itself]);
  const child = spawn(program!, rest, {
    cwd,
    // Windows starts no process without it.
    env: platform === "win32" ? { SystemRoot: env["SystemRoot"] } : {},
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe", "pipe"],
    windowsHide: true,
  });
  const { pid } = child;
  const memory = pid === undefined ? undefined : (watch?.watch(pid) ?? selfWatched(child));
  memory?.limit(ownMiB * MIB);
  if (pid !== undefined) lowered(pid);
  const room = pid === undefined ? undefined : tools.room(pid);
  const ran = pid === undefined ? undefined : processorTime(pid);
  const port = new ProcessPort(child, (printed) => whyEnded(child, memory, printed));
  void port.closed.then(() => {
    memory?.[Symbol.dispose]();
    ran?.[Symbol.dispose]();
    rm(cwd, { recursive: true, force: true }, () => {});
  });
  return {
    pid,
    port,
    answers: port,
    limit(guestBytes) {
      memory?.limit(ownMiB * MIB + guestBytes);
      return room?.(guestBytes);
    },
    ranMs: ran?.ms,
  };
}

/** What V8 prints where its heap is full, or the system has no memory for it. */
const OUT_OF_MEMORY = /heap out of memory|Allocation failed|OOM error/u;

function whyEnded(
  { signalCode, exitCode }: ChildProcess,
  memory: WatchedMemory | undefined,
  printed: string,
): ThreadEnd {
  if (memory?.over === true || OUT_OF_MEMORY.test(printed)) return { tag: "out-of-memory" };
  const how =
    signalCode ?? (exitCode === null ? "it could not be started" : `exit code ${exitCode}`);
  return { tag: "failed", message: printed === "" ? how : `${how}: ${printed.trim()}` };
}

/** What fails here is a seat belt less: a container may forbid it. */
function lowered(pid: number): void {
  try {
    setPriority(pid, NICENESS);
    if (process.platform === "linux") writeFileSync(`/proc/${pid}/oom_score_adj`, OOM_SCORE);
  } catch {
    // The process has ended, or may not be changed.
  }
}

/** Milliseconds of a clock tick in /proc. The kernel's interface has 100 of them in a second. */
const TICK_MS = 10;

/** How long all threads of a process have run. Undefined where that can't be known. */
function processorTime(pid: number): ({ readonly ms: () => number } & Disposable) | undefined {
  if (process.platform !== "linux") return undefined;
  let file: number;
  try {
    file = openSync(`/proc/${pid}/stat`, "r");
  } catch {
    return undefined;
  }
  const text = new Uint8Array(512);
  let last = 0;
  return {
    ms: () => {
      try {
        const length = readSync(file, text, 0, text.length, 0);
        // The name of the program, in parentheses, may contain anything.
        const line = String.fromCharCode(...text.subarray(0, length));
        const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
        last = (Number(fields[11]) + Number(fields[12])) * TICK_MS;
      } catch {
        // It has ended.
      }
      return last;
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}
