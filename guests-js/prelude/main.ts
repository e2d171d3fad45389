// Evaluated once, when the runtime is built: every instance starts with what this leaves.
import { defineClock } from "./clock.ts";
import { defineConsole } from "./console.ts";
import { internal } from "./calls.ts";
import { allowEvaluation } from "./evaluation.ts";
import { defineTimers } from "./timers.ts";
import * as values from "./values.ts";

defineConsole();
defineTimers();
defineClock();
allowEvaluation(false);

/** What the runtime calls. */
export const hooks = {
  ...values,
  internal,
  open(evaluation: boolean): void {
    if (evaluation) allowEvaluation(true);
  },
};
