// Processes for guests are killed at random while their plugins work.
import { expect, test, vi } from "vitest";
import { TenonError } from "../../src/index.ts";
import { randomFrom } from "../seeded-random.ts";
import { isRunning, kill, processHost, type ProcessHost } from "./process-host.ts";

vi.setConfig({ testTimeout: 120_000 });

const seed = Number(process.env["TEST_SEED"] ?? Date.now() % 1_000_000);

const PLUGINS = 6;
const KILLS = 25;

// Nobody is quarantined, or kept from starting, for what the test does to it.
const limits = {
  crashes: { crashes: 1_000, withinMs: 1_000 },
  breaker: { failures: 1_000, firstMs: 1, maxMs: 1 },
};

interface Outcome {
  readonly plugin: string;
  readonly error: unknown;
}

/** Works at random with each plugin, one call after the other, until `stop` is called. */
function work({ host }: ProcessHost, names: readonly string[], random: () => number) {
  let working = true;
  const failures: Outcome[] = [];
  const answered = new Map(names.map((name) => [name, 0]));
  const callers = names.map(async (name) => {
    while (working) {
      const said = Math.floor(random() * 1_000);
      try {
        expect(await host.execute(`${name}.run`, said)).toBe(said);
        answered.set(name, answered.get(name)! + 1);
      } catch (error) {
        failures.push({ plugin: name, error });
      }
      await later(random() * 3);
    }
  });
  return {
    failures,
    /** Resolves when each plugin has answered another call. */
    async round(): Promise<void> {
      const before = new Map(answered);
      const isBehind = (name: string): boolean => answered.get(name) === before.get(name);
      while (names.some(isBehind)) await later(1);
    },
    /** Resolves when each call was answered. */
    stop: async () => {
      working = false;
      await Promise.all(callers);
    },
  };
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

/** Whether a call failed because its plugin's process was killed. */
function isKilled(error: unknown): boolean {
  const cause =
    error instanceof TenonError && error.code === "plugin-activation" ? error.cause : error;
  return (
    cause instanceof TenonError &&
    cause.code === "plugin-crashed" &&
    cause.data["kind"] === "process-failed"
  );
}

async function setting(): Promise<{ readonly made: ProcessHost; readonly names: string[] }> {
  const made = await processHost({ limits });
  const names = Array.from({ length: PLUGINS }, (_, nth) => `plugin${nth}`);
  // Their allocator gives nothing back: they are put back after each call.
  for (const name of [...names, "thread0", "thread1"]) {
    await made.add(name, ["commands"], { stateless: true });
  }
  // Some answers come while the guest waits for the host, others at once.
  made.play(async (_, what, detail) => {
    if (Number(detail) % 3 === 0) await later(2);
    return what === "run" ? detail : "";
  });
  await Promise.all(names.map((name) => made.host.execute(`${name}.run`, 0)));
  return { made, names };
}

test(`one process after the other is killed: one plugin alone feels each (seed ${seed})`, async () => {
  const random = randomFrom(seed);
  const { made, names } = await setting();
  const all = work(made, [...names, "thread0", "thread1"], random);
  let felt = 0;
  for (let left = KILLS; left > 0; left--) {
    const before = all.failures.length;
    const running = made.started.filter(isRunning);
    const victim = running[Math.floor(random() * running.length)];
    if (victim !== undefined) kill(victim);
    await later(random() * 20);
    while (victim !== undefined && isRunning(victim)) await later(1);
    // An answer from before its end may still have been on its way.
    await all.round();
    await all.round();
    const hit = all.failures.slice(before);
    // One that was ready for the next plugin is nobody's.
    expect(new Set(hit.map(({ plugin }) => plugin)).size).toBeLessThanOrEqual(1);
    expect(hit.filter(({ error }) => !isKilled(error))).toEqual([]);
    if (hit.length > 0) felt++;
  }
  await all.stop();
  expect(felt).toBeGreaterThan(KILLS / 5);
});

test(`processes are killed while others start: each call is answered (seed ${seed})`, async () => {
  const random = randomFrom(seed + 1);
  const { made, names } = await setting();
  const threads = work(made, ["thread0", "thread1"], random);
  const theirs = work(made, names, random);
  let kills = 0;
  for (let left = KILLS * 4; left > 0; left--) {
    const running = made.started.filter(isRunning);
    const victim = running[Math.floor(random() * running.length)];
    if (victim !== undefined) kills++;
    if (victim !== undefined) kill(victim, random() < 0.5 ? "SIGKILL" : "SIGSEGV");
    await later(random() * 30);
  }
  await theirs.stop();
  await threads.stop();
  expect(threads.failures).toEqual([]);
  // A start may meet with two kills, and gives up then.
  const others = theirs.failures.filter(({ error }) => !isKilled(error));
  expect(others.map(({ error }) => codeOf(error))).toEqual(others.map(() => "plugin-activation"));
  expect(theirs.failures.length).toBeLessThanOrEqual(kills);
  // All go on.
  for (const name of names) expect(await made.host.execute(`${name}.run`, 1)).toBe(1);
});

function codeOf(error: unknown): unknown {
  return error instanceof TenonError ? error.code : error;
}
