import { afterAll } from "vitest";
import type { Engine } from "../../src/component/engine.ts";
import { GuestPool } from "../../src/isolation/guest-pool.ts";
import { startThread, nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { RemoteThread } from "../../src/isolation/remote/remote-engine.ts";
import { systemClock, systemTimers } from "../../src/platform/node/system.ts";
import { nearThreads } from "../isolation/near-thread.ts";
import { engineConformance } from "./engine.ts";
import { threadSkips, unsharedSkips } from "./thread-skips.ts";

const threads: RemoteThread[] = [];
const pool = new GuestPool({
  threads: nodeThreads(),
  timers: systemTimers,
  clock: systemClock,
  size: 2,
});

afterAll(async () => {
  await Promise.all(threads.map((thread) => thread.terminate()));
  await pool[Symbol.asyncDispose]();
});

function thread(start = startThread): RemoteThread {
  const { port, memory } = start();
  const started = new RemoteThread(port, memory);
  threads.push(started);
  return started;
}

// What runs on the one thread was compiled on the other.
function handingOver(start = startThread): Engine {
  const [one, other] = [thread(start), thread(start)];
  return {
    name: "handed over",
    async compile(bytes, options) {
      using first = await one.compile(bytes, options);
      return other.compile(bytes, options, { taken: await first.handOver() });
    },
  };
}

function once(make: () => Engine): () => Engine {
  let made: Engine | undefined;
  return () => (made ??= make());
}

const skip = { skip: threadSkips };
engineConformance("a guest's thread", once(thread), skip);
engineConformance("a thread that another one compiled for", once(handingOver), skip);
engineConformance("a pool of threads", () => pool, skip);
engineConformance(
  "a thread without shared memory that another one compiled for",
  once(() => handingOver(() => nearThreads.start())),
  { skip: unsharedSkips },
);
