import { expect, onTestFinished, test } from "vitest";
import type { EngineComponent } from "../../src/component/engine.ts";
import { GuestPool } from "../../src/isolation/guest-pool.ts";
import { nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { systemClock, systemTimers } from "../../src/platform/node/system.ts";
import type { ThreadSource } from "../../src/platform/threads.ts";
import { component } from "../conformance/engine-guests.ts";

// Threads that note on which of them instances are made.
function noting(threads: ThreadSource, made: number[]): ThreadSource {
  let count = 0;
  return {
    size: threads.size,
    start: () => {
      const { port, memory } = threads.start();
      const number = count++;
      const post = (message: unknown): void => {
        // Requests are numbered: the message is what is in there.
        const { message: request } = Object(message) as { readonly message?: unknown };
        const { tag } = Object(request) as { readonly tag?: unknown };
        if (tag === "instantiate") made.push(number);
        port.post(message);
      };
      const listen: typeof port.listen = (on) => port.listen(on);
      return { memory, port: { post, listen, terminate: () => port.terminate() } };
    },
  };
}

function exporting(name: string): Promise<Uint8Array> {
  return component(`(component
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (func (export "${name}") (canon lift (core func $m "f"))))`);
}

test("instances of one component are on different threads, even if others are on these", async () => {
  const made: number[] = [];
  const threads = noting(nodeThreads(), made);
  const pool = new GuestPool({ threads, timers: systemTimers, clock: systemClock, size: 2 });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  const [others, several] = (await Promise.all(
    ["others", "several"].map(async (name) => pool.compile(await exporting(name))),
  )) as [EngineComponent, EngineComponent];
  const instances = [];
  for (let n = 0; n < 6; n++) instances.push(await others.instantiate({}));
  const [full, free] = made as [number, number];
  expect(made).toEqual([full, free, full, free, full, free]);
  for (const n of [1, 3, 5]) instances[n]![Symbol.dispose]();
  made.length = 0;
  await Promise.all([several.instantiate({}), several.instantiate({}), several.instantiate({})]);
  // In whatever order: a thread that has not seen the component yet is handed it first.
  expect(made.toSorted()).toEqual([free, free, full].toSorted());
});

test("many plugins that start at once share the threads there are, and those are full alike", async () => {
  const made: number[] = [];
  let started = 0;
  const threads = noting(nodeThreads(), made);
  const counted = { ...threads, start: () => (started++, threads.start()) };
  const pool = new GuestPool({
    threads: counted,
    timers: systemTimers,
    clock: systemClock,
    size: 2,
  });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  const bytes = await Promise.all(Array.from({ length: 30 }, (_, n) => exporting(`plugin-${n}`)));
  const instances = await Promise.all(
    bytes.map(async (each) => (await pool.compile(each)).instantiate({})),
  );
  for (const [n, { exports }] of instances.entries()) {
    const run = exports[`plugin-${n}`] as () => Promise<void>;
    await run();
  }
  // Two for guests, and those that compile beside them.
  expect(started).toBeLessThanOrEqual(2 + 3);
  const [one, other] = [...new Set(made)].map(
    (thread) => made.filter((on) => on === thread).length,
  );
  expect(new Set(made).size).toBe(2);
  expect(Math.abs(one! - other!)).toBeLessThanOrEqual(2);
});
