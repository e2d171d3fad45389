import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/** The flag of a descriptor that a process which is started does not get. */
const CLOSES_ON_EXEC = 0o2000000;

/**
 * The descriptors, on Linux, that a process of ours would inherit beside its own. Whoever started this
 * process has given it them; Node marks those below 16 as its own, and all that it opens itself. On
 * macOS nothing is inherited that is not said, and on Windows nothing that is not marked.
 */
export function inheritedFiles(): readonly number[] {
  if (process.platform !== "linux") return [];
  const found: number[] = [];
  for (const name of readdirSync("/proc/self/fd")) {
    try {
      const [, flags] = /^flags:\s+(\d+)$/mu.exec(
        readFileSync(`/proc/self/fdinfo/${name}`, "utf8"),
      )!;
      const isOwn = (Number.parseInt(flags!, 8) & CLOSES_ON_EXEC) !== 0;
      if (!isOwn && Number(name) > 2) found.push(Number(name));
    } catch {
      // The one of the folder itself, which is closed again.
    }
  }
  return found;
}
