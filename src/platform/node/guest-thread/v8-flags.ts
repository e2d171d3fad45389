import { setFlagsFromString } from "node:v8";

/**
 * `strangers`: V8 compiles WebAssembly as code of strangers asks for, in the whole process. `unchanged`: as the
 * command line has it.
 */
export type CompilerFlags = "strangers" | "unchanged";

/**
 * V8's flags for code of strangers. They hold for the whole process, and for what is compiled from now on;
 * V8 reads them each time.
 */
const FLAGS: readonly string[] = [
  // A function is compiled with its module, on threads of V8's own. By default that happens in the first
  // call: there nothing can interrupt it, and everything else on the thread waits.
  "--no-wasm-lazy-compilation",
  // Functions of a module are optimised one after the other: each takes up to half a GB meanwhile.
  "--wasm-num-compilation-tasks=1",
];

/** Before anything of a stranger's is compiled. */
export function setCompilerFlags(): void {
  for (const flag of FLAGS) setFlagsFromString(flag);
}
