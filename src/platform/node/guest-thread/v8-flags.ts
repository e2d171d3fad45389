import { setFlagsFromString } from "node:v8";

/**
 * `strangers`: V8 compiles WebAssembly as strangers' code needs it, in the whole process.
 * `unchanged`: as the command line says.
 */
export type CompilerFlags = "strangers" | "unchanged";

/**
 * V8's flags for strangers' code. They hold for the whole process and for everything that is
 * compiled from now on; V8 reads them at each compilation.
 */
const FLAGS: readonly string[] = [
  // A function is compiled with its module, on V8's own threads. V8's default is to compile it in
  // its first call, which can't be interrupted while everything else on the thread waits.
  "--no-wasm-lazy-compilation",
  // The functions of a module are optimised one after the other: each takes up to half a GB while
  // it is.
  "--wasm-num-compilation-tasks=1",
];

/** Call this before anything of a stranger's is compiled. */
export function setCompilerFlags(): void {
  for (const flag of FLAGS) setFlagsFromString(flag);
}
