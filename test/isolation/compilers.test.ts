// Components are compiled where no guest waits, and do not wait for one that takes long.
import { onTestFinished, describe, expect, test } from "vitest";
import { GuestPool } from "../../src/isolation/guest-pool.ts";
import { startThread } from "../../src/platform/node/guest-thread/node-thread.ts";
import { systemClock, systemTimers } from "../../src/platform/node/system.ts";
import { arithmetic, component } from "../conformance/engine-guests.ts";
import { failure } from "../conformance/engine-expect.ts";

const entry = new URL("./deadly-entry.ts", import.meta.url);

function poolOf(compileMs: number): GuestPool {
  const start = () => startThread({ entry, heapMiB: 64 });
  const pool = new GuestPool({
    threads: { size: 1, start },
    timers: systemTimers,
    clock: systemClock,
    compileMs,
  });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  return pool;
}

// Reading the name of its core function brings the thread down that compiles it (see deadly-entry.ts).
function misnamed(deed: string): Promise<Uint8Array> {
  const name = `early-${deed}-${"x".repeat(200)}`;
  return component(`(component
    (core module $M (func (export "${name}") (result i32) (i32.const 1)))
    (core instance $m (instantiate $M))
    (func (export "run") (result u32) (canon lift (core func $m "${name}"))))`);
}

describe("a component that takes long to compile", () => {
  test("holds up neither those that are compiled meanwhile nor guests", async () => {
    const pool = poolOf(30_000);
    const honest = await (await pool.compile(await arithmetic(), { digest: "a" })).instantiate({});
    const slow = pool.compile(await misnamed("stand-still-700"), { digest: "slow" });
    let over = false;
    void slow.then(() => (over = true));
    const others = ["b", "c", "d"].map(async (digest) =>
      (await pool.compile(await arithmetic(), { digest })).instantiate({}),
    );
    const instances = [honest, ...(await Promise.all(others))];
    for (const { exports } of instances) {
      const api = Object.values(exports)[0] as { add(a: number, b: number): Promise<number> };
      expect(await api.add(2, 3)).toBe(5);
    }
    expect(over).toBe(false);
    await slow;
  });

  test("is refused after its time, the third time at once, and its thread is given up", async () => {
    const pool = poolOf(1_500);
    const bytes = await misnamed("stand-still-60000");
    const limit = { limit: "compile", value: 1_500 };
    const refused = await failure("component-limit", () => pool.compile(bytes, { digest: "slow" }));
    expect(refused.data).toEqual(limit);
    await failure("component-limit", () => pool.compile(bytes, { digest: "slow" }));
    const started = performance.now();
    await failure("component-limit", () => pool.compile(bytes, { digest: "slow" }));
    expect(performance.now() - started).toBeLessThan(1_000);
    await pool.compile(await arithmetic(), { digest: "a" });
  });

  test("is refused where it uses up the memory of the thread", async () => {
    const pool = poolOf(30_000);
    const bytes = await misnamed("use-up-heap");
    const refused = await failure("component-limit", () =>
      pool.compile(bytes, { digest: "large" }),
    );
    expect(refused.data["limit"]).toBe("compile");
    await pool.compile(await arithmetic(), { digest: "a" });
  });
});
