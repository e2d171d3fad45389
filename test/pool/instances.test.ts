import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { Snapshot, createInstancePool } from "../../src/pool/index.ts";
import { type Counter, counter, counterModule } from "./wasm.ts";

const PAGES = 4;
const module = counterModule(PAGES);

const state = ({ memory, counter: count, fixed, table }: Counter) => ({
  memories: [memory],
  globals: [count, fixed],
  tables: [table],
});

function textAt(memory: WebAssembly.Memory, at: number): string {
  return new TextDecoder().decode(new Uint8Array(memory.buffer, at, 5));
}

describe("a pooled instance", () => {
  it("is as it was made, for each one who gets it", () => {
    const pool = createInstancePool({ create: () => counter(module), state, max: 2 });
    let seen: Counter | undefined;
    for (let i = 0; i < 3; i++) {
      using lease = pool.acquire();
      const { item } = lease;
      seen ??= item;
      expect(item).toBe(seen);
      expect(textAt(item.memory, 1024)).toBe("hello");
      expect(item.bump()).toBe(8);
      expect(item.table.get(0)).not.toBeNull();
      item.swap();
      for (const at of [0, 1024, 5000, 65_536, PAGES * 65_536 - 1]) item.poke(at, 0xee);
    }
    expect(pool.statistics()).toMatchObject({ misses: 1, hits: 2 });
  });

  it("shows nothing of the one before, wherever they wrote", () => {
    const pool = createInstancePool({ create: () => counter(module), state, max: 2 });
    const size = PAGES * 65_536;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(size - 1), fc.nat(255)), { maxLength: 200 }),
        (writes) => {
          using lease = pool.acquire();
          const { item } = lease;
          const fresh = counter(module);
          expect(sameBytes(item.memory.buffer, fresh.memory.buffer)).toBe(true);
          expect(item.counter.value).toBe(7);
          for (const [at, byte] of writes) item.poke(at, byte);
          for (let i = 0; i < writes.length; i++) item.bump();
        },
      ),
    );
    expect(pool.statistics()).toMatchObject({ misses: 1, dropped: 0 });
  });

  it("can't be read through a view that was kept", () => {
    const pool = createInstancePool({ create: () => counter(module), state, max: 1 });
    const lease = pool.acquire();
    const kept = new Uint8Array(lease.item.memory.buffer);
    lease.release();
    const next = pool.acquire();
    next.item.poke(0, 42);
    expect(kept.byteLength).toBe(0);
  });

  it("that has grown, in memory or table, is dropped", () => {
    for (const grow of [
      (item: Counter) => item.memory.grow(1),
      (item: Counter) => item.table.grow(1),
    ]) {
      const pool = createInstancePool({ create: () => counter(module), state, max: 1 });
      const lease = pool.acquire();
      grow(lease.item);
      lease.release();
      expect(pool.statistics()).toMatchObject({ idle: 0, dropped: 1 });
      expect(pool.acquire().item.memory.buffer.byteLength).toBe(PAGES * 65_536);
    }
  });

  it("is restored in the pages that were written to, where those are known", () => {
    const touched = new Set<number>();
    const pool = createInstancePool({
      create: () => counter(module),
      state,
      touched: () => [touched],
      max: 1,
    });
    for (const page of [0, 1, 16, 63]) {
      const lease = pool.acquire();
      for (const at of [page * 4_096, page * 4_096 + 1024, page * 4_096 + 4_095]) {
        lease.item.poke(at, 0xee);
      }
      touched.clear();
      touched.add(page);
      lease.release();
      const fresh = new Uint8Array(counter(module).memory.buffer);
      const next = pool.acquire();
      expect(sameBytes(next.item.memory.buffer, fresh)).toBe(true);
      next.release();
    }
  });

  it("whose other state can't be undone is dropped", () => {
    const pool = createInstancePool({
      create: () => counter(module),
      state,
      reset: () => false,
      max: 1,
    });
    pool.acquire().release();
    expect(pool.statistics()).toMatchObject({ idle: 0, dropped: 1 });
  });
});

describe("a snapshot", () => {
  it("keeps what isn't zero and nothing else", () => {
    expect(new Snapshot(state(counter(module))).bytes).toBe(4096);
  });

  it("restores any state it was taken in", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(PAGES * 65_536 - 1), fc.nat(255)), { maxLength: 50 }),
        fc.array(fc.tuple(fc.nat(PAGES * 65_536 - 1), fc.nat(255)), { maxLength: 50 }),
        fc.boolean(),
        (before, after, isTracked) => {
          const item = counter(module);
          for (const [at, byte] of before) item.poke(at, byte);
          const expected = new Uint8Array(item.memory.buffer).slice();
          const snapshot = new Snapshot(state(item));
          for (const [at, byte] of after) item.poke(at, byte);
          const pages = new Set(after.map(([at]) => at >>> 12));
          expect(snapshot.restore(isTracked ? [pages] : undefined)).toBe(true);
          expect(sameBytes(item.memory.buffer, expected)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});

// Without a matcher of the runner's: it would look at each of a million bytes by itself.
function sameBytes(one: ArrayBuffer, other: ArrayBuffer | Uint8Array): boolean {
  const [a, b] = [new Uint8Array(one), new Uint8Array(other)];
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
