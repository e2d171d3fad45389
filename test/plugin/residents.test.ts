import fc from "fast-check";
import { expect, test } from "vitest";
import { type Resident, ResidentInstances } from "../../src/plugin/limits/resident-instances.ts";

class Tenant implements Resident {
  idle = true;
  bytes = 0;
  drops = 0;
  readonly #home: ResidentInstances;

  constructor(home: ResidentInstances) {
    this.#home = home;
  }

  async drop(): Promise<void> {
    expect(this.idle).toBe(true);
    this.drops++;
    this.bytes = 0;
    this.#home.left(this);
  }
}

test("where there is no room the idle one that was unused for longest goes", async () => {
  const residents = new ResidentInstances({ instances: 2, totalMemoryBytes: 100 });
  const [a, b, c] = [new Tenant(residents), new Tenant(residents), new Tenant(residents)];
  await residents.admit(a);
  await residents.admit(b);
  await residents.settled(a, 10);
  expect(await residents.admit(c)).toBe(true);
  expect([a.drops, b.drops]).toEqual([0, 1]);
});

test("a busy one is never dropped: there is no room then", async () => {
  const residents = new ResidentInstances({ instances: 1, totalMemoryBytes: 100 });
  const [a, b] = [new Tenant(residents), new Tenant(residents)];
  await residents.admit(a);
  a.idle = false;
  expect(await residents.admit(b)).toBe(false);
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
      const residents = new ResidentInstances({ instances: 4, totalMemoryBytes: 100 });
      const tenants = Array.from({ length: 8 }, () => new Tenant(residents));
      const here = new Set<Tenant>();
      for (const { who, what, bytes } of steps) {
        const tenant = tenants[who]!;
        if (what === "busy" || what === "idle") tenant.idle = what === "idle";
        else if (what === "leave") {
          residents.left(tenant);
          tenant.bytes = 0;
          here.delete(tenant);
        } else if (await residents.admit(tenant)) {
          here.add(tenant);
          tenant.bytes = bytes;
          const room = await residents.settled(tenant, bytes);
          const others = tenants.filter((other) => other !== tenant && other.bytes > 0);
          if (!room) expect(others.every(({ idle }) => !idle)).toBe(true);
          else expect(residents.bytes).toBeLessThanOrEqual(100);
        }
        expect(residents.count).toBeLessThanOrEqual(4);
        expect(residents.bytes).toBe(tenants.reduce((sum, { bytes }) => sum + bytes, 0));
      }
    }),
  );
});
