import { readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TenonError } from "../../src/errors.ts";
import { HonestNeighbours } from "./honest-neighbours.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

const MOB = 4;
// Steps that are taken together.
const AT_ONCE = 2;
const STEPS = [
  "rise",
  "calm",
  "emit",
  "stop",
  "disable",
  "enable",
  "revoke",
  "update",
  "uninstall",
  "install",
] as const;
type Step = (typeof STEPS)[number];

// What a host that runs for long must not have ever more of.
interface Held {
  readonly heap: number;
  // Sockets, timers, workers and the like.
  readonly resources: number;
  readonly descriptors: number;
  readonly listeners: number;
}

async function held(): Promise<Held> {
  // What was let go of tells so a turn later.
  for (let turn = 0; turn < 5; turn++) {
    gc();
    await new Promise<void>((resolve) => void setTimeout(resolve, 20));
  }
  const listeners = process.eventNames().map((name) => process.listenerCount(name));
  return {
    heap: process.memoryUsage().heapUsed,
    resources: process.getActiveResourcesInfo().length,
    descriptors: process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0,
    listeners: listeners.reduce((sum, one) => sum + one, 0),
  };
}

test("an hour of installs, starts, crashes, revocations, updates and uninstalls leaves nothing behind", async () => {
  await using honest = await HonestNeighbours.start(1);
  const { host } = honest;
  const before = honest.honest();
  let version = 0;
  const mob = { eventMs: 20 };
  const refused = (error: unknown): void => expect(error).toBeInstanceOf(TenonError);

  async function take(step: Step, nth: number): Promise<void> {
    const name = `mob${nth}/hostile`;
    switch (step) {
      case "rise":
      case "calm":
      case "emit":
        return void (await host.dispatch("event:mob.rise", step));
      case "revoke":
        return host.revoke(name, "bus");
      case "install":
        return honest.addToMob(nth, mob);
      case "update":
        return honest.addToMob(nth, { ...mob, version: `1.0.${++version}` });
      default:
        return host[step](name);
    }
  }

  async function live(steps: readonly (readonly [Step, number])[]): Promise<void> {
    await honest.addMob(MOB, mob);
    for (let at = 0; at < steps.length; at += AT_ONCE) {
      const some = steps.slice(at, at + AT_ONCE);
      await Promise.all(some.map(([step, nth]) => take(step, nth).catch(refused)));
    }
    for (let nth = 0; nth < MOB; nth++) await host.uninstall(`mob${nth}/hostile`).catch(refused);
    expect((await honest.work().done()).wrong).toEqual([]);
  }

  const hours = fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.nat(MOB - 1)), {
    minLength: 60,
    maxLength: 80,
  });
  const states: Held[] = [];
  await fc.assert(
    fc.asyncProperty(hours, async (steps) => {
      await live(steps);
      states.push(await held());
    }),
    { numRuns: 7, endOnFailure: true },
  );
  // The first ones have filled what is kept in any case.
  const [, early, ...later] = states;
  const late = later.at(-1)!;
  expect(late.heap - early!.heap).toBeLessThan(2 * 1024 * 1024);
  expect(late.resources).toBeLessThanOrEqual(early!.resources + 3);
  expect(late.descriptors).toBeLessThanOrEqual(early!.descriptors + 1);
  expect(late.listeners).toBe(early!.listeners);
  expect(host.plugins()).toHaveLength(20);
  const after = honest.honest();
  expect(after).toMatchObject({ starts: before.starts, crashes: 0 });
  expect(after.memoryBytes).toBeLessThanOrEqual(before.memoryBytes + 20 * 65_536);
});
