import { afterAll } from "vitest";
import { GuestPool } from "../../src/isolation/guest-pool.ts";
import { startThread, nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { RemoteThread } from "../../src/isolation/remote/remote-engine.ts";
import { systemTimers } from "../../src/platform/node/system.ts";
import { engineConformance } from "./engine.ts";
import { threadSkips } from "./thread-skips.ts";

let thread: RemoteThread | undefined;
const pool = new GuestPool({ threads: nodeThreads(), timers: systemTimers, size: 2 });

afterAll(async () => {
  await thread?.terminate();
  await pool[Symbol.asyncDispose]();
});

engineConformance(
  "a guest's thread",
  () => {
    if (thread === undefined) {
      const { port, memory } = startThread();
      thread = new RemoteThread(port, memory);
    }
    return thread;
  },
  { skip: threadSkips },
);
engineConformance("a pool of threads", () => pool, { skip: threadSkips });
