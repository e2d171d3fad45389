import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import {
  type Lease,
  createBufferPool,
  createMemoryPool,
  createPool,
} from "../../src/pool/index.ts";

const released = expect.objectContaining({ code: "pool-released" });
const exhausted = expect.objectContaining({ code: "pool-exhausted" });
const closed = expect.objectContaining({ code: "pool-closed" });

// Timers that fire when told to.
function manualTimers() {
  const pending = new Set<() => void>();
  return {
    pending,
    fire: () => {
      const due = [...pending];
      pending.clear();
      for (const callback of due) callback();
    },
    after: (_ms: number, callback: () => void): Disposable => {
      pending.add(callback);
      return { [Symbol.dispose]: () => pending.delete(callback) };
    },
  };
}

describe("a buffer", () => {
  it("is as large as asked for, and all zeros", () => {
    const pool = createBufferPool();
    for (const size of [0, 1, 1000, 1024, 1025, 65_536, 100_000]) {
      for (let i = 0; i < 3; i++) {
        const lease = pool.acquire(size);
        expect(lease.bytes.byteLength).toBe(size);
        expect(lease.bytes.every((byte) => byte === 0)).toBe(true);
        new Uint8Array(lease.bytes.buffer).fill(0xaa);
        lease.release();
      }
    }
    expect(pool.statistics()).toMatchObject({ hits: 17, misses: 4, inUse: 0, highWater: 1 });
  });

  it("shows nothing of the one who had it before, whatever they wrote and kept", () => {
    const pool = createBufferPool();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000 }), fc.nat(255), (size, byte) => {
        const first = pool.acquire(size);
        const kept = first.bytes;
        const whole = new Uint8Array(kept.buffer);
        whole.fill(byte | 1);
        first.release();
        const second = pool.acquire(size);
        const all = new Uint8Array(second.bytes.buffer);
        expect(all.every((one) => one === 0)).toBe(true);
        // And what was kept neither reads nor writes what the next one has.
        second.bytes.fill(7);
        kept[0] = 9;
        whole[0] = 9;
        expect([kept.byteLength, kept[0], whole[0], second.bytes[0]]).toEqual([
          0,
          undefined,
          undefined,
          7,
        ]);
        second.release();
      }),
      { numRuns: 100 },
    );
    expect(pool.statistics().hits).toBeGreaterThan(100);
  });

  it("fails loudly when it is returned twice or used after that", () => {
    const pool = createBufferPool();
    const lease = pool.acquire(100);
    lease.release();
    expect(() => lease.release()).toThrow(released);
    expect(() => lease.bytes).toThrow(released);
    const one = pool.acquire(100);
    const two = pool.acquire(100);
    expect(one.bytes.buffer).not.toBe(two.bytes.buffer);
  });

  it("is returned at the end of its scope", () => {
    const pool = createBufferPool();
    {
      using lease = pool.acquire(10);
      expect(lease.bytes.byteLength).toBe(10);
      expect(pool.statistics().inUse).toBe(1);
    }
    expect(pool.statistics().inUse).toBe(0);
  });

  it("is refused beyond the limit, and the others aren't touched", () => {
    const pool = createBufferPool({ bytes: 10_240 });
    const bystander = pool.acquire(4096);
    bystander.bytes.fill(5);
    expect(() => pool.acquire(8192)).toThrow(exhausted);
    const fits = pool.acquire(4096);
    expect(() => pool.acquire(4096)).toThrow(exhausted);
    fits.release();
    pool.acquire(4096);
    expect(bystander.bytes.every((byte) => byte === 5)).toBe(true);
    expect(pool.statistics()).toMatchObject({ inUse: 2, bytesInUse: 8192 });
  });

  it("isn't kept beyond what may lie ready, nor one larger than is pooled", () => {
    const pool = createBufferPool({ idleBytes: 4096, largest: 2048 });
    const leases = Array.from({ length: 10 }, () => pool.acquire(2048));
    leases.push(pool.acquire(4096));
    for (const lease of leases) lease.release();
    expect(pool.statistics()).toMatchObject({ idle: 2, idleBytes: 4096, dropped: 9, inUse: 0 });
  });

  it("of a senseless size is refused", () => {
    const pool = createBufferPool();
    for (const size of [-1, 2 ** 30 + 1, Number.NaN, Infinity]) {
      expect(() => pool.acquire(size)).toThrow(expect.objectContaining({ code: "pool-options" }));
    }
    expect(() => createBufferPool({ largest: 5 })).toThrow(
      expect.objectContaining({ code: "pool-options" }),
    );
  });

  it("is given up when nobody needed it for a while", () => {
    const timers = manualTimers();
    const pool = createBufferPool({ timers, trimEvery: 1000 });
    const leases = Array.from({ length: 8 }, () => pool.acquire(1024));
    for (const lease of leases) lease.release();
    timers.fire();
    // Two of them are in use now and then.
    for (let i = 0; i < 5; i++) {
      const [one, two] = [pool.acquire(1024), pool.acquire(1024)];
      one.release();
      two.release();
    }
    timers.fire();
    expect(pool.statistics()).toMatchObject({ idle: 2, idleBytes: 2048 });
    timers.fire();
    expect(pool.statistics()).toMatchObject({ idle: 0, idleBytes: 0 });
    pool.close();
    expect(timers.pending.size).toBe(0);
  });

  it("isn't handed out by a closed pool; one in use can still be returned", () => {
    const pool = createBufferPool();
    const lease = pool.acquire(10);
    pool.close();
    expect(() => pool.acquire(10)).toThrow(closed);
    lease.bytes[0] = 1;
    const kept = lease.bytes;
    lease.release();
    expect(kept.byteLength).toBe(0);
    expect(pool.statistics()).toMatchObject({ idle: 0, inUse: 0 });
  });
});

describe("a memory", () => {
  it("has its initial size, is all zeros, and is the same one again", () => {
    const pool = createMemoryPool();
    const lease = pool.acquire({ initial: 2, maximum: 10 });
    const { memory } = lease;
    const kept = new Uint8Array(memory.buffer);
    kept.fill(0xff);
    lease.release();
    const again = pool.acquire({ initial: 2, maximum: 10 });
    expect(again.memory).toBe(memory);
    expect(new Uint8Array(again.memory.buffer).every((byte) => byte === 0)).toBe(true);
    expect(again.memory.buffer.byteLength).toBe(131_072);
    expect(kept.byteLength).toBe(0);
  });

  it("of another shape is another one", () => {
    const pool = createMemoryPool();
    pool.acquire({ initial: 1, maximum: 10 }).release();
    pool.acquire({ initial: 1 }).release();
    pool.acquire({ initial: 2, maximum: 10 }).release();
    expect(pool.statistics()).toMatchObject({ misses: 3, idle: 3, idlePages: 4 });
  });

  it("that has grown isn't handed out again", () => {
    const pool = createMemoryPool();
    const lease = pool.acquire({ initial: 1 });
    lease.memory.grow(1);
    lease.release();
    expect(pool.acquire({ initial: 1 }).memory.buffer.byteLength).toBe(65_536);
    expect(pool.statistics()).toMatchObject({ misses: 2, hits: 0, dropped: 1 });
  });

  it("with known pages is cleared in those", () => {
    const pool = createMemoryPool();
    const lease = pool.acquire({ initial: 4 });
    new Uint8Array(lease.memory.buffer).fill(3, 65_536, 73_728);
    lease.release([16, 17]);
    const again = pool.acquire({ initial: 4 });
    expect(new Uint8Array(again.memory.buffer).every((byte) => byte === 0)).toBe(true);
    expect(() => again.release([64])).toThrow(expect.objectContaining({ code: "pool-options" }));
    expect(pool.statistics()).toMatchObject({ inUse: 0, idle: 0, pages: 0 });
  });

  it("fails loudly when it is returned twice or used after that, and beyond the limits", () => {
    const pool = createMemoryPool({ pages: 3, idlePages: 2 });
    const lease = pool.acquire({ initial: 2 });
    expect(() => pool.acquire({ initial: 2 })).toThrow(exhausted);
    const small = pool.acquire({ initial: 1 });
    lease.release();
    expect(() => lease.release()).toThrow(released);
    expect(() => lease.memory).toThrow(released);
    small.release();
    expect(pool.statistics()).toMatchObject({ idlePages: 2, pages: 0, dropped: 1 });
    pool.trim();
    pool.trim();
    expect(pool.statistics()).toMatchObject({ idle: 0, idlePages: 0 });
    pool.close();
    expect(() => pool.acquire({ initial: 1 })).toThrow(closed);
  });
});

describe("a pool", () => {
  it("hands out what was returned, after it was reset", () => {
    let made = 0;
    const pool = createPool({
      create: () => ({ id: made++, text: "" }),
      reset: (item) => {
        item.text = "";
        return true;
      },
      max: 3,
    });
    const first = pool.acquire();
    first.item.text = "secret";
    first.release();
    const second = pool.acquire();
    expect(second.item).toEqual({ id: 0, text: "" });
    expect(pool.acquire().item.id).toBe(1);
    expect(pool.statistics()).toMatchObject({ hits: 1, misses: 2, inUse: 2, highWater: 2 });
  });

  it("drops what can't be reset, what is discarded, and what is too much", () => {
    const destroyed: number[] = [];
    let made = 0;
    const pool = createPool({
      create: () => ({ id: made++ }),
      reset: ({ id }) => {
        if (id === 1) throw new Error("broken");
        return id !== 0;
      },
      destroy: ({ id }) => {
        destroyed.push(id);
        throw new Error("ignored");
      },
      max: 6,
      maxIdle: 2,
    });
    const leases = Array.from({ length: 6 }, () => pool.acquire());
    leases[5]!.discard();
    for (const lease of leases.slice(0, 5)) lease.release();
    expect(destroyed).toEqual([5, 0, 1, 4]);
    expect(pool.statistics()).toMatchObject({ idle: 2, inUse: 0, dropped: 4 });
    pool.close();
    expect(destroyed).toEqual([5, 0, 1, 4, 2, 3]);
  });

  it("is bounded, fails loudly at misuse, and forgets a creation that failed", () => {
    let isBroken = true;
    const pool = createPool({
      create: () => {
        if (isBroken) throw new Error("no");
        return {};
      },
      reset: () => true,
      max: 1,
    });
    expect(() => pool.acquire()).toThrow("no");
    isBroken = false;
    const lease = pool.acquire();
    expect(() => pool.acquire()).toThrow(exhausted);
    lease.release();
    for (const use of [() => lease.release(), () => lease.discard(), () => lease.item]) {
      expect(use).toThrow(released);
    }
    lease[Symbol.dispose]();
    expect(pool.statistics()).toMatchObject({ inUse: 0, idle: 1 });
    pool.close();
    expect(() => pool.acquire()).toThrow(closed);
  });

  it("never hands one thing to two, and its counts add up, whatever the order of calls", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("take", "give", "drop", "trim"), fc.nat())),
        (calls) => {
          const pool = createPool({ create: () => ({}), reset: () => true, max: 8, maxIdle: 4 });
          const held: Lease<object>[] = [];
          for (const [call, which] of calls) {
            if (call === "take" && held.length < 8) held.push(pool.acquire());
            else if (call === "trim") pool.trim();
            else if (call !== "take" && held.length > 0) {
              const [lease] = held.splice(which % held.length, 1);
              if (call === "give") lease!.release();
              else lease!.discard();
            }
            const { inUse, idle, misses, dropped } = pool.statistics();
            expect(inUse).toBe(held.length);
            expect(idle).toBeLessThanOrEqual(4);
            expect(inUse + idle).toBe(misses - dropped);
            expect(new Set(held.map(({ item }) => item)).size).toBe(held.length);
          }
        },
      ),
    );
  });
});
