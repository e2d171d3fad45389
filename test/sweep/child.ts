// A process for cases, watched from outside: its end is an outcome like any other.
import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Outcome, Task } from "./outcome.ts";

// A case that takes longer, or more, is ended with its process.
const PATIENCE_MS = 150_000;
const MOST_MB = 6_000;

export class Child {
  readonly #process: ChildProcess;
  readonly #ready: Promise<void>;
  /** Why it was ended from here. */
  #ended: string | undefined;
  #said = "";

  /** `flags`: of V8's, for the process. */
  constructor(threads: number, flags: readonly string[] = []) {
    this.#process = fork(join(import.meta.dirname, "sweep-child.ts"), [`${threads}`], {
      execArgv: ["--expose-gc", ...flags],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on("data", (text: Buffer) => (this.#said = `${this.#said}${text}`.slice(-2_000)));
    }
    this.#ready = new Promise((resolve) => void this.#process.once("message", () => resolve()));
    this.#process.unref();
  }

  get alive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Never rejects: what becomes of the process is told as the case's outcome. */
  async run(task: Task): Promise<Outcome> {
    const { name } = task;
    const over = Promise.withResolvers<Outcome>();
    const ended = (code: number | null, signal: string | null): void => {
      const why = this.#ended ?? `exit code ${code}, signal ${signal}`;
      over.resolve({ name, error: `THE HOST ENDED: ${why}\n${this.#said}` });
    };
    const answered = (outcome: Outcome): void => {
      if (outcome.exiting !== true) return over.resolve(outcome);
      const [at, cpu] = [performance.now(), this.#seconds()];
      let used = cpu;
      const look = setInterval(() => (used = Math.max(used, this.#seconds())), 10);
      this.#process.off("exit", ended).once("exit", () => {
        clearInterval(look);
        const clock = performance.now() - at;
        over.resolve({ ...outcome, exitMs: Math.min(clock, 20 + (used - cpu) * 1_000) });
      });
    };
    this.#process.once("exit", ended);
    const patience = setTimeout(
      () => this.#end(`no answer in ${PATIENCE_MS / 1_000} s`),
      PATIENCE_MS,
    );
    const watch = setInterval(() => {
      const megabytes = this.#resident();
      if (megabytes > MOST_MB) this.#end(`${Math.round(megabytes)} MB resident`);
    }, 50);
    try {
      if (!this.alive) ended(this.#process.exitCode, this.#process.signalCode);
      await Promise.race([this.#ready, over.promise]);
      this.#process.once("message", answered);
      if (this.alive) this.#process.send(task);
      return await over.promise;
    } finally {
      clearTimeout(patience);
      clearInterval(watch);
      this.#process.off("exit", ended).off("message", answered);
    }
  }

  close(): void {
    if (this.alive) this.#process.kill("SIGKILL");
  }

  #end(why: string): void {
    this.#ended = why;
    this.close();
  }

  /** Of processor time, so far. */
  #seconds(): number {
    try {
      const stat = readFileSync(`/proc/${this.#process.pid}/stat`, "utf8");
      const [user = 0, system = 0] = stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .slice(11, 13)
        .map(Number);
      return (user + system) / 100;
    } catch {
      return 0;
    }
  }

  #resident(): number {
    try {
      const pages = Number(readFileSync(`/proc/${this.#process.pid}/statm`, "utf8").split(" ")[1]);
      return (pages * 4_096) / 1e6;
    } catch {
      return 0;
    }
  }
}
