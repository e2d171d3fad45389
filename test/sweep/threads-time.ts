// Processor time of this process's threads, and what it had resident at most. Linux only: elsewhere
// both are 0, and memory is watched by samples.
import { readFileSync, writeFileSync } from "node:fs";
import { threadsOf } from "./machine.ts";

const TICKS_PER_SECOND = 100;

/** Seconds: of V8's own threads, and of those of workers. */
export interface ThreadsTime {
  readonly compilers: number;
  readonly workers: number;
}

export function threadsTime(): ThreadsTime {
  let compilers = 0;
  let workers = 0;
  for (const thread of threadsOf()) {
    const stat = read(`/proc/self/task/${thread}/stat`);
    const [user = 0, system = 0] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13)
      .map(Number);
    const seconds = (user + system) / TICKS_PER_SECOND;
    const name = read(`/proc/self/task/${thread}/comm`).trim();
    if (name.includes("V8Worker")) compilers += seconds;
    else if (Number(thread) !== process.pid) workers += seconds;
  }
  return { compilers, workers };
}

/** From now on. */
export function forgetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // The peak is that of all cases so far then.
  }
}

/** MB. */
export function peakResident(): number {
  const [, kilobytes] = /VmHWM:\s*(\d+)/.exec(read("/proc/self/status")) ?? [];
  return kilobytes === undefined
    ? process.memoryUsage.rss() / 1e6
    : (Number(kilobytes) * 1_024) / 1e6;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
