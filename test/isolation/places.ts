import { afterAll, describe } from "vitest";
import type { Engine } from "../../src/component/engine.ts";
import { componentEngine } from "../../src/component/tenon-engine.ts";
import { callerEngine } from "../../src/isolation/caller-engine.ts";
import { GuestPool } from "../../src/isolation/guest-pool.ts";
import { RemoteThread } from "../../src/isolation/remote/remote-engine.ts";
import { nodeThreads, startThread } from "../../src/platform/node/guest-thread/node-thread.ts";
import { nodeTicker } from "../../src/platform/node/guest-thread/node-ticker.ts";
import { systemClock, systemTimers } from "../../src/platform/node/system.ts";

/** A way to run guests. */
export interface Place {
  readonly name: string;
  /** Whether it is another thread than the caller's. */
  readonly apart: boolean;
  readonly engine: Engine;
}

/**
 * Runs a suite wherever a guest may run: on the caller's thread by the flag and by counting, on a
 * thread, in a pool of one thread.
 */
export function everywhere(suite: (place: Place) => void): void {
  const ticker = nodeTicker();
  const timers = systemTimers;
  const clock = systemClock;
  const engine = async (): Promise<Engine> => componentEngine();
  const flagged = callerEngine({ engine, clock, timers, ticker });
  const counted = callerEngine({ engine, clock, timers, ticker: undefined });
  const { port, memory } = startThread({ ticker });
  const thread = new RemoteThread(port, memory, {
    after: (ms, callback) => timers.after(ms, callback),
  });
  const pool = new GuestPool({ threads: nodeThreads({ ticker }), timers, clock, size: 1 });
  const places: readonly Place[] = [
    { name: "the caller's thread", apart: false, engine: flagged },
    { name: "the caller's thread, counting", apart: false, engine: counted },
    { name: "a thread", apart: true, engine: thread },
    { name: "a pool", apart: true, engine: pool },
  ];
  for (const place of places) describe(`on ${place.name}`, () => suite(place));
  afterAll(async () => {
    flagged[Symbol.dispose]();
    counted[Symbol.dispose]();
    await thread.terminate();
    await pool[Symbol.asyncDispose]();
    await ticker[Symbol.asyncDispose]();
  });
}
