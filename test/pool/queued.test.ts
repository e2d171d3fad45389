import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { type Lease, type QueuedPoolOptions, createQueuedPool } from "../../src/pool/index.ts";

interface Worker {
  readonly id: number;
  isAlive: boolean;
  secret: string;
}

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

function workers(options: Partial<QueuedPoolOptions<Worker>> = {}) {
  let made = 0;
  const destroyed: number[] = [];
  const pool = createQueuedPool<Worker>({
    create: async () => ({ id: made++, isAlive: true, secret: "" }),
    reset: async (worker) => {
      await Promise.resolve();
      worker.secret = "";
      return worker.isAlive;
    },
    isAlive: (worker) => worker.isAlive,
    destroy: (worker) => destroyed.push(worker.id),
    max: 2,
    ...options,
  });
  return { pool, destroyed, made: () => made };
}

describe("a pool of workers", () => {
  it("makes one, resets it, and hands it out again at once", async () => {
    const { pool } = workers();
    const first = await pool.acquire();
    first.item.secret = "of the first";
    first.release();
    // Not before it is reset.
    expect(pool.statistics()).toMatchObject({ idle: 0, inUse: 1 });
    await settled();
    const second = pool.acquire();
    expect(second).not.toBeInstanceOf(Promise);
    expect((second as Lease<Worker>).item).toMatchObject({ id: 0, secret: "" });
  });

  it("lets those who come when all are in use wait, in their order", async () => {
    const { pool, made } = workers();
    const held = await Promise.all([pool.acquire(), pool.acquire()]);
    const order: number[] = [];
    const waiting = [1, 2, 3].map(async (n) => {
      const lease = await pool.acquire();
      order.push(n);
      return lease;
    });
    await settled();
    expect(pool.statistics()).toMatchObject({ waiting: 3, inUse: 2 });
    for (const lease of held) lease.release();
    await settled();
    expect(order).toEqual([1, 2]);
    (await waiting[0]!).discard();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
    expect(made()).toBe(3);
  });

  it("never uses anything twice without a way to reset it", async () => {
    const { pool, destroyed } = workers({ reset: undefined as never });
    (await pool.acquire()).release();
    expect((await pool.acquire()).item.id).toBe(1);
    expect(destroyed).toEqual([0]);
  });

  it("drops what died while it lay ready, or can't be reset", async () => {
    const { pool, destroyed } = workers();
    const one = await pool.acquire();
    const { item } = one;
    one.release();
    await settled();
    item.isAlive = false;
    const two = await pool.acquire();
    expect(two.item.id).toBe(1);
    two.item.isAlive = false;
    two.release();
    await settled();
    expect(destroyed).toEqual([0, 1]);
    expect(pool.statistics()).toMatchObject({ inUse: 0, idle: 0 });
  });

  it("tells one of those who wait of a creation that failed, and goes on", async () => {
    let isBroken = true;
    const { pool } = workers({
      create: async () => {
        if (isBroken) throw new Error("no worker");
        return { id: 9, isAlive: true, secret: "" };
      },
      max: 1,
    });
    const first = pool.acquire();
    const second = pool.acquire();
    await expect(first).rejects.toThrow("no worker");
    isBroken = false;
    await expect(second).rejects.toThrow("no worker");
    expect((await pool.acquire()).item.id).toBe(9);
  });

  it("refuses more than may wait, and lets go who gives up", async () => {
    const { pool } = workers({ max: 1, maxWaiting: 1 });
    const held = await pool.acquire();
    const gives = new AbortController();
    const waits = pool.acquire(gives.signal);
    expect(() => pool.acquire()).toThrow(expect.objectContaining({ code: "pool-exhausted" }));
    gives.abort(new Error("too long"));
    await expect(waits).rejects.toThrow("too long");
    const next = pool.acquire();
    held.release();
    expect((await next).item.id).toBe(0);
    expect(() => pool.acquire(gives.signal)).toThrow("too long");
  });

  it("warms up, as far as it may", async () => {
    const { pool, made } = workers({ max: 3 });
    await pool.warm(2);
    await pool.warm(2);
    expect(made()).toBe(2);
    expect(pool.acquire()).not.toBeInstanceOf(Promise);
    await pool.warm(9);
    expect(pool.statistics()).toMatchObject({ inUse: 1, idle: 2 });
    pool.trim();
    pool.trim();
    expect(pool.statistics().idle).toBe(0);
  });

  it("when closed refuses who waits and destroys what comes back", async () => {
    const { pool, destroyed } = workers({ max: 1 });
    const held = await pool.acquire();
    const waits = pool.acquire();
    pool.close();
    await expect(waits).rejects.toMatchObject({ code: "pool-closed" });
    expect(() => pool.acquire()).toThrow(expect.objectContaining({ code: "pool-closed" }));
    held.release();
    expect(destroyed).toEqual([0]);
    expect(() => held.release()).toThrow(expect.objectContaining({ code: "pool-released" }));
  });

  it("never hands one to two, nor more than it may, nor one that isn't reset", async () => {
    const step = fc.tuple(fc.constantFrom("take", "take", "give", "drop", "die", "rest"), fc.nat());
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { pool } = workers({ max: 3, maxIdle: 2 });
        const held: Lease<Worker>[] = [];
        let waiting = 0;
        for (const [what, which] of steps) {
          if (what === "take") {
            waiting += 1;
            void (async () => {
              const lease = await pool.acquire();
              waiting -= 1;
              expect(lease.item.secret).toBe("");
              lease.item.secret = "mine";
              held.push(lease);
            })();
          } else if (what === "rest") {
            await settled();
          } else if (held.length > 0) {
            const [lease] = held.splice(which % held.length, 1);
            if (what === "die") lease!.item.isAlive = false;
            if (what === "drop") lease!.discard();
            else lease!.release();
          }
          expect(held.length).toBeLessThanOrEqual(3);
          expect(new Set(held.map(({ item }) => item)).size).toBe(held.length);
        }
        await settled();
        while (held.length > 0) {
          held.pop()!.release();
          await settled();
        }
        expect(waiting).toBe(0);
        expect(pool.statistics()).toMatchObject({ inUse: 0, waiting: 0 });
      }),
    );
  });
});
