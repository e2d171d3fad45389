import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TenonError } from "../../src/errors.ts";
import { manifestOf } from "../plugins/sample-plugins.ts";
import { testProcesses } from "./guest-processes.ts";
import { HOSTILE_MS, HonestNeighbours } from "./honest-neighbours.ts";

const hostile = "tenon/hostile";

interface Contribution {
  readonly id: string;
}

const { commands } = JSON.parse(await manifestOf("hostile")) as {
  readonly commands: readonly Contribution[];
};
const misdeeds = commands.map(({ id }) => id);

const INPUTS: Readonly<Record<string, unknown>> = {
  "hostile.handle-flood": { kind: "bucket", count: 20_000 },
  "hostile.log-flood": { count: 2_000, size: 1_000 },
};

describe.each([
  ["on their own thread", 1],
  ["on one thread of two", 2],
  ["in processes, one for each", "processes"],
] as const)("twenty honest plugins at work, a hostile one beside them %s", (_, where) => {
  let honest: HonestNeighbours;
  let before: ReturnType<HonestNeighbours["honest"]>;
  beforeAll(async () => {
    honest =
      where === "processes"
        ? await HonestNeighbours.start(1, await testProcesses())
        : await HonestNeighbours.start(where);
    await honest.addHostile();
    before = honest.honest();
  });
  afterAll(() => honest[Symbol.asyncDispose]());

  // Answered, or a TenonError that says what became of it.
  async function misbehave(command: string): Promise<string> {
    try {
      await honest.host.execute(command, INPUTS[command]);
      return "answered";
    } catch (error) {
      expect(error).toBeInstanceOf(TenonError);
      return (error as TenonError).code;
    }
  }

  async function noticed(misdeed: () => Promise<unknown>): Promise<void> {
    const work = honest.work();
    await misdeed();
    const { wrong, ms } = await work.done();
    expect(wrong).toEqual([]);
    expect(ms.length).toBeGreaterThanOrEqual(20);
    const after = honest.honest();
    expect(after).toMatchObject({ starts: before.starts, crashes: 0 });
    expect(after.memoryBytes).toBeLessThanOrEqual(before.memoryBytes + 20 * 65_536);
  }

  test.each(misdeeds)("none fails while it does %s", async (command) => {
    await noticed(() => misbehave(command));
  });

  test("none fails whatever it does in a row", async () => {
    const row = fc.array(fc.constantFrom(...misdeeds), { minLength: 4, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(row, (all) =>
        noticed(async () => {
          for (const command of all) await misbehave(command);
        }),
      ),
      { numRuns: 3 },
    );
  });

  test("a loop is stopped in its time, and costs the others slices of it", async () => {
    const quiet = honest.work();
    await new Promise((resolve) => void setTimeout(resolve, 400));
    const usual = late((await quiet.done()).ms);
    let best = Infinity;
    const work = honest.work();
    for (let left = 4; left > 0; left--) {
      const started = performance.now();
      expect(await misbehave("hostile.loop")).toBe("plugin-deadline");
      best = Math.min(best, performance.now() - started);
    }
    const { wrong, ms } = await work.done();
    expect(wrong).toEqual([]);
    // Started anew each time, which is not the deadline's.
    expect(best).toBeLessThan(HOSTILE_MS + 100);
    // Twice as long, and two slices of 5 ms; as much again for a machine that others use.
    expect(late(ms)).toBeLessThan(2 * (2 * usual + 10));
  });

  test("the trail says what it did, and nobody else did anything", () => {
    const { entries } = honest.audit;
    const crashed = entries.filter(({ decision }) => decision === "crashed");
    expect(crashed.length).toBeGreaterThan(0);
    expect(new Set(crashed.map(({ plugin }) => plugin))).toEqual(new Set([hostile]));
    expect(new Set(crashed.map(({ operation }) => operation))).toContain("command:hostile.trap");
    const refused = entries.filter(({ decision }) => decision === "refused");
    expect(refused.some(({ plugin }) => plugin === hostile)).toBe(true);
  });

  test("what it had is given back when it is stopped", async () => {
    await misbehave("hostile.grow");
    await honest.host.stop(hostile);
    expect(honest.host.plugin(hostile).memoryBytes).toBe(0);
    await noticed(async () => {});
  });
});

test("a hundred hostile plugins at once fail no honest call", async () => {
  await using honest = await HonestNeighbours.start(2);
  await honest.addMob(100);
  const work = honest.work();
  const { plugins } = await honest.host.dispatch("event:mob.rise");
  const { wrong } = await work.done();
  expect(wrong).toEqual([]);
  expect(plugins).toHaveLength(100);
  const codes = plugins.map((one) => (one.tag === "failed" ? one.error.code : one.tag));
  expect(new Set(codes)).toEqual(new Set(["plugin-deadline", "plugin-crashed"]));
  expect(honest.honest().crashes).toBe(0);
}, 120_000);

// The time that one in a hundred takes longer than.
function late(ms: readonly number[]): number {
  return ms.toSorted((one, other) => one - other)[Math.floor(ms.length * 0.99)]!;
}
