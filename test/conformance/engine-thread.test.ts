import { afterAll } from "vitest";
import { GuestPool } from "../../src/isolation/guest-pool.ts";
import { startThread, nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { RemoteThread } from "../../src/isolation/remote/remote-engine.ts";
import { systemTimers } from "../../src/platform/node/system.ts";
import { engineConformance } from "./engine.ts";

const create = "on another thread a guest's resource is made by its class's `create`";
const skip = {
  "a guest's resources are classes that the host makes, calls and disposes of": create,
  "closing an instance runs the destructors of its own resources": create,
  "entering an instance again in the middle of a call traps":
    "the call is a message that arrives when the guest waits, and is refused as suspended",
};

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
  { skip },
);
engineConformance("a pool of threads", () => pool, { skip });
