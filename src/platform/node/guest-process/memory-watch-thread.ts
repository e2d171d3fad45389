// The program of the thread of a host that watches what processes for guests hold. It turns whatever
// the host's own thread does.
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import process from "node:process";

/** Words that the host shares with the thread for each process. */
export const LIMIT_WORD = 0;
export const OVER_WORD = 1;

export type MemoryWatchMessage =
  /** `words`: the most KiB that the process may have; and 1 once it was ended for having more. */
  | { readonly tag: "watch"; readonly pid: number; readonly words: Int32Array }
  | { readonly tag: "forget"; readonly pid: number };

/** Milliseconds between two looks at a process. */
const LOOK_MS = 10;

interface Watched {
  readonly statm: number;
  readonly words: Int32Array;
}

export function memoryWatchThread(): (message: MemoryWatchMessage) => void {
  const pageKiB = pageBytes() / 1024;
  const watched = new Map<number, Watched>();
  const text = new Uint8Array(128);
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    for (const [pid, { statm, words }] of watched) {
      const pages = residentPages(statm, text);
      // The file that is open stands for the process itself: where it can be read, its number has not
      // been given to another one.
      if (pages === undefined || pages * pageKiB <= Atomics.load(words, LIMIT_WORD)) continue;
      Atomics.store(words, OVER_WORD, 1);
      kill(pid);
      forget(pid);
    }
  };
  const forget = (pid: number): void => {
    const known = watched.get(pid);
    if (known === undefined) return;
    closeSync(known.statm);
    watched.delete(pid);
    if (watched.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return (message) => {
    const { pid } = message;
    forget(pid);
    if (message.tag === "forget") return;
    try {
      watched.set(pid, { statm: openSync(`/proc/${pid}/statm`, "r"), words: message.words });
    } catch (error) {
      // One that has ended is not there any more, and its number may be another's. Where there is no
      // descriptor left to watch it by, it must not run.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") kill(pid);
      return;
    }
    timer ??= setInterval(look, LOOK_MS);
  };
}

/** It may have ended in the meantime, which must not end the thread that watches the others. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** Undefined where the process has ended. */
function residentPages(statm: number, into: Uint8Array): number | undefined {
  try {
    const length = readSync(statm, into, 0, into.length, 0);
    const [, resident] = String.fromCharCode(...into.subarray(0, length)).split(" ");
    return Number(resident);
  } catch {
    return undefined;
  }
}

/** AT_PAGESZ of the vector that the kernel gives each process. */
const PAGE_SIZE = 6n;

function pageBytes(): number {
  const vector = readFileSync("/proc/self/auxv");
  for (let at = 0; at + 16 <= vector.length; at += 16) {
    if (vector.readBigUInt64LE(at) === PAGE_SIZE) return Number(vector.readBigUInt64LE(at + 8));
  }
  return 4096;
}
