import { afterAll, expect, test } from "vitest";
import type { EngineComponent, EngineInstance, InTurn } from "../../src/component/engine.ts";
import { TenonError } from "../../src/errors.ts";
import { RemoteThread } from "../../src/isolation/remote/remote-engine.ts";
import { startThread } from "../../src/platform/node/guest-thread/node-thread.ts";
import { component } from "../conformance/engine-guests.ts";

const { port, memory } = startThread();
const thread = new RemoteThread(port, memory);

afterAll(() => thread.terminate());

interface Api {
  // Answers how often it was called; loops a while for `count`.
  work(count: number): Promise<number>;
  // Asks the host, and answers what that says.
  ask(): Promise<number>;
  trap(): Promise<void>;
  // After this the memory is larger: the instance can't be put back.
  grow(): Promise<number>;
}

const GUEST = `(component
  (import "wait" (func $wait (result u32)))
  (core func $wait-core (canon lower (func $wait)))
  (core module $M
    (import "" "wait" (func $wait (result i32)))
    (memory 1)
    (global $calls (mut i32) (i32.const 0))
    (func (export "work") (param i32) (result i32)
      (loop $again
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (br_if $again (i32.gt_s (local.get 0) (i32.const 0))))
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (global.get $calls))
    (func (export "ask") (result i32) (call $wait))
    (func (export "trap") unreachable)
    (func (export "grow") (result i32) (memory.grow (i32.const 17))))
  (core instance $m (instantiate $M (with "" (instance (export "wait" (func $wait-core))))))
  (func (export "work") (param "count" u32) (result u32) (canon lift (core func $m "work")))
  (func (export "ask") (result u32) (canon lift (core func $m "ask")))
  (func (export "trap") (canon lift (core func $m "trap")))
  (func (export "grow") (result u32) (canon lift (core func $m "grow"))))`;

async function compiled(suspend: readonly string[] = []): Promise<EngineComponent> {
  return thread.compile(await component(GUEST), { suspend, restorable: true });
}

interface Told {
  readonly instance: EngineInstance;
  readonly api: Api;
  // What was heard of the calls, in order.
  readonly heard: string[];
  // Makes a call in turn, which is heard of under this name.
  call<Answer>(
    name: string,
    enter: () => Answer,
    how?: { timeMs: number; sharedMs: number },
  ): Answer;
}

async function inTurn(
  wait: () => unknown = () => 7,
  suspend: readonly string[] = [],
): Promise<Told> {
  const instance = await (await compiled(suspend)).instantiate({ wait });
  const heard: string[] = [];
  return {
    instance,
    api: instance.exports as unknown as Api,
    heard,
    call: (name, enter, how) => {
      const turn: InTurn = {
        ...how,
        sent: () => void heard.push(`${name} sent`),
        answered: (entered) => void heard.push(`${name} ${entered ? "answered" : "not entered"}`),
      };
      return instance.call(enter, { ...how, turn });
    },
  };
}

function codes(outcomes: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return outcomes.map((outcome) =>
    outcome.status === "fulfilled" ? outcome.value : (outcome.reason as TenonError).code,
  );
}

test("calls behind one that traps are not entered", async () => {
  const { api, heard, call, instance } = await inTurn();
  const enters = [() => api.work(1), () => api.trap(), () => api.work(1)];
  const calls = enters.map((enter, index) => call<Promise<unknown>>(String(index), enter));
  expect(codes(await Promise.allSettled(calls))).toEqual([
    1,
    "component-trap",
    "component-poisoned",
  ]);
  expect(heard.slice(3)).toEqual(["0 answered", "1 answered", "2 not entered"]);
  expect(instance.state).toBe("poisoned");
});

test.each([false, true])(
  "calls behind one that can't be put back are not entered (waits: %s)",
  async (waits) => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const { api, call, instance } = await inTurn(() => promise, waits ? ["wait"] : []);
    const snapshot = instance.snapshot!()!;
    const enters = [
      ...(waits ? [() => api.ask()] : []),
      () => api.work(1),
      () => api.grow(),
      () => api.work(1),
      () => api.work(1),
    ];
    const calls = enters.map((enter) => call("a call", enter));
    resolve(5);
    expect(codes(await Promise.allSettled(calls))).toEqual([
      ...(waits ? [5] : []),
      1,
      1,
      "component-poisoned",
      "component-poisoned",
    ]);
    expect(snapshot.restore()).toBe(false);
  },
);

test("what a call asks the host for comes after the answers of those before it", async () => {
  const made = await inTurn(() => {
    made.heard.push("asked");
    return 7;
  });
  const { api, call } = made;
  const calls = ["a", "b", "c"].map((one) =>
    call(one, () => (one === "b" ? api.ask() : api.work(1))),
  );
  expect(await Promise.all(calls)).toEqual([1, 7, 2]);
  expect(made.heard.slice(3)).toEqual(["a answered", "asked", "b answered", "c answered"]);
});

test("calls in turn share the time that the guest may run", async () => {
  const { api, call } = await inTurn();
  const how = { timeMs: 10_000, sharedMs: 30 };
  const calls = Array.from({ length: 20 }, () => call("a call", () => api.work(20_000_000), how));
  const outcomes = codes(await Promise.allSettled(calls));
  const done = outcomes.filter((one) => typeof one === "number");
  expect(done).toEqual(done.map((_, index) => index + 1));
  // Stopped in the middle, or between two of them.
  const late = outcomes.slice(done.length + (outcomes.includes("component-trap") ? 1 : 0));
  expect(late.length).toBeGreaterThan(0);
  expect(new Set(late).size).toBe(1);
  expect(["component-poisoned", "component-suspended"]).toContain(late[0]);
});

test("a call that was refused was not sent", async () => {
  const { api, heard, call, instance } = await inTurn();
  const enter = (): Promise<number> => api.work("one" as unknown as number);
  const refused = await Promise.allSettled([call("a call", enter)]);
  expect(codes(refused)).toEqual(["component-type"]);
  expect(heard).toEqual([]);
  expect(instance.state).toBe("live");
});
