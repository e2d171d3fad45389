import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Collects what nothing on this thread refers to any more, at once. The engine would not do so for the sake of
 * memories that have grown: it counts them only as they are made. Undefined where it can't be had.
 */
export function garbageCollector(): (() => void) | undefined {
  try {
    // A context that is made meanwhile has the function; this thread's own never does.
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    setFlagsFromString("--no-expose-gc");
    return typeof collect === "function" ? () => void collect() : undefined;
  } catch {
    return undefined;
  }
}
