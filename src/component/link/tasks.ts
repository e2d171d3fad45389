import { RETURNED } from "../abi/async/subtask.ts";
import type { CoreFunction } from "../abi/call-site.ts";
import { after, AsyncFunctions, type CoreSource } from "./async-functions.ts";

/** What components need in addition where it matters which thread runs: the asynchronous ABI. */
export interface Tasks {
  readonly begin: (source: CoreSource) => AsyncFunctions;
  readonly loweredAsync: typeof loweredAsync;
}

export const tasks: Tasks = { begin: (source) => new AsyncFunctions(source), loweredAsync };

/** A function whose type is not `async`, lowered with `async`: it has returned. */
function loweredAsync(func: CoreFunction): CoreFunction {
  return (...args) => after(func(...args), () => RETURNED);
}
