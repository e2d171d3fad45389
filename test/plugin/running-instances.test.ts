import fc from "fast-check";
import { expect, test } from "vitest";
import { type InstancePlace, RunningInstances } from "../../src/plugin/limits/running-instances.ts";

class TestPlace implements InstancePlace {
  idle = true;
  bytes = 0;
  drops = 0;
  readonly #running: RunningInstances;

  constructor(running: RunningInstances) {
    this.#running = running;
  }

  async drop(): Promise<void> {
    expect(this.idle).toBe(true);
    this.drops++;
    this.bytes = 0;
    this.#running.left(this);
  }
}

test("where there is no room the idle one that was unused for longest goes", async () => {
  const runningInstances = new RunningInstances({ instances: 2, totalMemoryBytes: 100 });
  const [a, b, c] = [
    new TestPlace(runningInstances),
    new TestPlace(runningInstances),
    new TestPlace(runningInstances),
  ];
  await runningInstances.admit(a);
  await runningInstances.admit(b);
  await runningInstances.settled(a, 10);
  expect(await runningInstances.admit(c)).toBe(true);
  expect([a.drops, b.drops]).toEqual([0, 1]);
});

test("a busy one is never dropped: there is no room then", async () => {
  const runningInstances = new RunningInstances({ instances: 1, totalMemoryBytes: 100 });
  const [a, b] = [new TestPlace(runningInstances), new TestPlace(runningInstances)];
  await runningInstances.admit(a);
  a.idle = false;
  expect(await runningInstances.admit(b)).toBe(false);
  expect(a.drops).toBe(0);
});

test("whatever comes and goes, both limits hold unless everybody is busy, and the sum is right", async () => {
  const step = fc.record({
    who: fc.nat({ max: 7 }),
    what: fc.constantFrom("use", "leave", "busy", "idle"),
    bytes: fc.integer({ min: 1, max: 60 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const runningInstances = new RunningInstances({ instances: 4, totalMemoryBytes: 100 });
      const places = Array.from({ length: 8 }, () => new TestPlace(runningInstances));
      const here = new Set<TestPlace>();
      for (const { who, what, bytes } of steps) {
        const place = places[who]!;
        if (what === "busy" || what === "idle") place.idle = what === "idle";
        else if (what === "leave") {
          runningInstances.left(place);
          place.bytes = 0;
          here.delete(place);
        } else if (await runningInstances.admit(place)) {
          here.add(place);
          place.bytes = bytes;
          const room = await runningInstances.settled(place, bytes);
          const others = places.filter((other) => other !== place && other.bytes > 0);
          if (!room) expect(others.every(({ idle }) => !idle)).toBe(true);
          else expect(runningInstances.bytes).toBeLessThanOrEqual(100);
        }
        expect(runningInstances.count).toBeLessThanOrEqual(4);
        expect(runningInstances.bytes).toBe(places.reduce((sum, { bytes }) => sum + bytes, 0));
      }
    }),
  );
});
