import { after, LiftedAsync, liftedSync, loweredAsync, onThread } from "../abi/async/task.ts";
import { makeBuiltin } from "./builtins.ts";

/** What components need in addition where it matters which thread runs: the asynchronous ABI. */
export interface Tasks {
  readonly after: typeof after;
  readonly LiftedAsync: typeof LiftedAsync;
  readonly liftedSync: typeof liftedSync;
  readonly loweredAsync: typeof loweredAsync;
  readonly makeBuiltin: typeof makeBuiltin;
  readonly onThread: typeof onThread;
}

export const tasks: Tasks = {
  after,
  LiftedAsync,
  liftedSync,
  loweredAsync,
  makeBuiltin,
  onThread,
};
