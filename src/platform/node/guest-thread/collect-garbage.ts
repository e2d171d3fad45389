import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Returns a function that collects this thread's garbage at once. V8 counts a WebAssembly memory
 * only when it is made, not when it grows, so it would not collect early enough by itself.
 * Undefined where the function can't be obtained.
 */
export function garbageCollector(): (() => void) | undefined {
  try {
    // Only a context that is made while the flag is set has the function; this thread's own never
    // does.
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    setFlagsFromString("--no-expose-gc");
    return typeof collect === "function" ? () => void collect() : undefined;
  } catch {
    return undefined;
  }
}
