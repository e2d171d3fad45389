import { afterAll } from "vitest";
import { ProcessPool } from "../../src/isolation/process/process-pool.ts";
import { systemTimers } from "../../src/platform/node/system.ts";
import { testProcesses } from "../isolation/guest-processes.ts";
import { engineConformance } from "./engine.ts";
import { threadSkips } from "./thread-skips.ts";

const pool = new ProcessPool({ processes: await testProcesses(), timers: systemTimers });

afterAll(() => pool[Symbol.asyncDispose]());

engineConformance("processes", () => pool, { skip: threadSkips });
