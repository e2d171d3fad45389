// JavaScript Promise Integration, which the standard libraries do not declare yet.
declare namespace WebAssembly {
  class Suspending {
    constructor(fn: (...args: never[]) => unknown);
  }
  function promising(fn: (...args: never[]) => unknown): (...args: never[]) => Promise<unknown>;
  class SuspendError extends Error {}
}
