import { spawnSync } from "node:child_process";

/** Milliseconds for which both sides work before anything is measured. */
const WARM_MS = 1_500;

/**
 * Puts processes on one processor, this one among them, until the result is disposed of. Which of them
 * the scheduler puts on the same one decides between 14 and 50 µs for one and the same round trip.
 * Undefined where there is no tool for it.
 */
export function onOneProcessor(pids: readonly number[]): Disposable | undefined {
  const all = [process.pid, ...pids];
  const put = (processors: string): boolean =>
    all.every((pid) => spawnSync("taskset", ["-acp", processors, String(pid)]).status === 0);
  if (!put("0")) return undefined;
  return { [Symbol.dispose]: () => void put("0-1023") };
}

/** Does the work until both sides run what V8 has optimised. */
export async function warmed(...works: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const work of works) {
    const until = performance.now() + WARM_MS;
    while (performance.now() < until) await work();
  }
}
