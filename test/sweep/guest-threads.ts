import type { ThreadSource } from "../../src/platform/threads.ts";
import { threadsOf } from "./machine.ts";

export interface WatchedThreads {
  readonly threads: ThreadSource;
  /** Numbers of the process's threads that guests run on, as they start. */
  readonly guests: readonly string[];
}

/** So many threads for guests. One more may be started that only compiles; it is not among them. */
export function watchedThreads(source: ThreadSource, size: number): WatchedThreads {
  const guests: string[] = [];
  const start: ThreadSource["start"] = () => {
    const before = threadsOf();
    const thread = source.start();
    const [started] = threadsOf().filter((one) => !before.includes(one));
    if (started !== undefined && guests.length < size) guests.push(started);
    return thread;
  };
  return { threads: { ...source, start, size }, guests };
}
