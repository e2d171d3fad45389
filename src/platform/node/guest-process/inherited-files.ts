import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/** The flag of a descriptor that a process which is started does not get. */
const CLOSES_ON_EXEC = 0o2000000;

/**
 * The descriptors, on Linux, that a process of ours would inherit beside its own. Whoever started this
 * process has given it them; Node marks those below 16 as its own, and all that it opens itself. On
 * macOS nothing is inherited that is not said, and on Windows nothing that is not marked.
 */
export class InheritedFiles {
  /** Those that there were at first: looking at thousands of connections takes long. */
  #known: readonly number[] | undefined;

  /** Those of them that are still open. */
  get files(): readonly number[] {
    if (process.platform !== "linux") return [];
    this.#known ??= readdirSync("/proc/self/fd").map(Number);
    return (this.#known = this.#known.filter((file) => file > 2 && isInherited(file)));
  }
}

function isInherited(file: number): boolean {
  try {
    const [, flags] = /^flags:\s+(\d+)$/mu.exec(readFileSync(`/proc/self/fdinfo/${file}`, "utf8"))!;
    return (Number.parseInt(flags!, 8) & CLOSES_ON_EXEC) === 0;
  } catch {
    // The one of the folder itself, which is closed again.
    return false;
  }
}
