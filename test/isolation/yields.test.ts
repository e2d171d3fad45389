// Tasks that yield: each time it is everybody else's turn, and one that never ends is stopped in its
// time.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { grantAll, type Host, memoryKeyValue } from "../../src/index.ts";
import { createHost } from "../../src/host/host.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { nodeTicker } from "../../src/platform/node/guest-thread/node-ticker.ts";
import { failure, fn } from "../conformance/engine-expect.ts";
import { component } from "../conformance/engine-guests.ts";
import { manifestText } from "../manifest-text.ts";
import { honestNeighbours, welfare } from "./neighbours.ts";
import { everywhere } from "./places.ts";

// Milliseconds that a guest gets here, and within which it is stopped then.
const ALLOWED = 150;
const LATE = 100;

const YIELD = "(i32.const 1)";

// Exports an asynchronous `run`, whose callback does this and answers that.
function task(callback: string, answer: string): Promise<Uint8Array> {
  return component(`(component ${taskText("run", callback, answer)})`);
}

// The callback has `$n`, how often it was called before.
function taskText(name: string, callback: string, answer: string): string {
  return `
    (core func $return (canon task.return))
    (core module $M
      (import "h" "return" (func $return))
      (global $n (mut i32) (i32.const 0))
      (func (export "run") (result i32) ${YIELD})
      (func (export "callback") (param i32 i32 i32) (result i32)
        ${callback}
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        ${answer}))
    (core instance $m (instantiate $M (with "h" (instance (export "return" (func $return))))))
    (func (export "${name}") async
      (canon lift (core func $m "run") async (callback (core func $m "callback"))))`;
}

// Calls the `run` of another component, lowered so, from a function of its own that is not a task.
function calling(lowered: string): Promise<Uint8Array> {
  return component(`(component
    (component $C ${taskText("inner", "", YIELD)})
    (instance $c (instantiate $C))
    (core func $inner (canon lower (func $c "inner") ${lowered}))
    (core func $return (canon task.return))
    (core module $M
      (import "h" "inner" (func $inner ${lowered === "" ? "" : "(result i32)"}))
      (import "h" "return" (func $return))
      (func (export "run") (call $inner) ${lowered === "" ? "" : "drop"} (call $return)))
    (core instance $m (instantiate $M (with "h" (instance
      (export "inner" (func $inner)) (export "return" (func $return))))))
    (func (export "run") async (canon lift (core func $m "run") async)))`);
}

const forever: readonly (readonly [string, () => Promise<Uint8Array>])[] = [
  ["yields for ever", () => task("", YIELD)],
  [
    "works, and yields, for ever",
    () =>
      task(
        `(local $k i32) (local.set $k (i32.const 100000))
         (loop $l (br_if $l (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))`,
        YIELD,
      ),
  ],
  ["waits for one of another component that yields for ever", () => calling("")],
];

everywhere(({ engine }) => {
  test.each(forever)("a task that %s is stopped in its time", async (_, guest) => {
    const compiled = await engine.compile(await guest());
    const ran: number[] = [];
    for (let left = 3; left > 0 && !(Math.min(...ran) < ALLOWED + LATE); left--) {
      let ms = 0;
      const account = { ran: (more: number) => void (ms += more), hosted: () => {} };
      const instance = await compiled.instantiate({}, { account });
      const run = (): unknown => instance.call(() => fn(instance, "run")(), { timeMs: ALLOWED });
      const error = await failure("component-trap", run);
      expect(error.data["kind"]).toBe("interrupted");
      expect(instance.state).toBe("poisoned");
      // What it waits for the others is not its own time.
      ran.push(ms);
    }
    expect(Math.max(...ran)).toBeGreaterThan(ALLOWED - 1);
    expect(Math.min(...ran)).toBeLessThan(ALLOWED + LATE);
  });

  test("a task that yields gives way to others on its thread, and ends", async () => {
    const yielding = await engine.compile(
      await task(
        "",
        `(if (result i32) (i32.lt_u (global.get $n) (i32.const 2000))
          (then ${YIELD}) (else (call $return) (i32.const 0)))`,
      ),
    );
    const instance = await yielding.instantiate({});
    const other = await (
      await engine.compile(await task("(call $return)", "(i32.const 0)"))
    ).instantiate({});
    let ended = false;
    const long = (async () => {
      await fn(instance, "run")();
      ended = true;
    })();
    await fn(other, "run")();
    expect(ended).toBe(false);
    await long;
  });

  test("a task that yields for ever ends with its instance", async () => {
    const compiled = await engine.compile(await task("", YIELD));
    const instance = await compiled.instantiate({});
    const call = failure("component-closed", () => fn(instance, "run")());
    await new Promise((resolve) => void setTimeout(resolve, 20));
    instance[Symbol.dispose]();
    await call;
  });
});

describe.each(["caller", "thread"] as const)("a plugin (%s)", (level) => {
  const ticker = nodeTicker();
  let host: Host;
  beforeAll(() => {
    const threads = { ...nodeThreads({ ticker }), size: 1 };
    host = createHost({
      platform: { ...nodePlatform(), ticker, threads, keyValue: memoryKeyValue() },
      policy: grantAll([], "any"),
      isolation: ({ name }) => (name === "test/rogue" ? level : "thread"),
      limits: { commandMs: ALLOWED },
    });
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
    await ticker[Symbol.asyncDispose]();
  });

  test("whose export yields for ever ends at its deadline, and holds up nobody", async () => {
    const neighbours = await honestNeighbours(host, 3);
    await host.install(await task("", YIELD), {
      manifest: manifestText("test/rogue", { activation: [] }),
    });
    let best = Infinity;
    await welfare(neighbours, async () => {
      const { run } = await host.exportsOf<{ run(): Promise<void> }>("test/rogue");
      const started = performance.now();
      await failure("plugin-deadline", run);
      best = Math.min(best, performance.now() - started);
    });
    expect(best).toBeLessThan(ALLOWED + LATE);
    const { cpuMs } = host.usage("test/rogue");
    expect(cpuMs).toBeGreaterThan(1);
  });
});
