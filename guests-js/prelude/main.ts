// Evaluated once, when the runtime is built: every instance starts with what this leaves.
import { defineAbort } from "./abort.ts";
import { internal } from "./calls.ts";
import { defineClock } from "./clock.ts";
import { defineClone } from "./clone.ts";
import { defineConsole } from "./console.ts";
import { defineCrypto } from "./crypto.ts";
import { defineEncoding } from "./encoding.ts";
import { allowEvaluation } from "./evaluation.ts";
import { defineEvents } from "./events.ts";
import { defineFetch } from "./fetch.ts";
import { defineTimers } from "./timers.ts";
import { defineUrl } from "./url.ts";
import * as values from "./values.ts";

defineConsole();
defineTimers();
defineClock();
defineEvents();
defineAbort();
defineEncoding();
defineClone();
defineCrypto();
defineUrl();
defineFetch();
allowEvaluation(false);

/** What the runtime calls. */
export const hooks = {
  ...values,
  internal,
  open(evaluation: boolean): void {
    if (evaluation) allowEvaluation(true);
  },
};
