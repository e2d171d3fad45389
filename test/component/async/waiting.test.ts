import { describe, expect, it } from "vitest";
import { compileSync, instantiate } from "../../../src/component/index.ts";
import { WitError } from "../../../src/errors.ts";
import { fromText } from "../guest.ts";
import { exportsOf, failure, trapKind } from "../start.ts";
import { guest, patient, settled, start, ways } from "./start.ts";

// `join!` of two calls of the host: asks twice, waits for both, and answers with the first answer
// times 100 plus the second.
const both = `(component
  (import "ask" (func $ask async (param "n" u32) (result u32)))
  ${guest({
    uses: ["set-new", "set-drop", "join", "drop", "get", "set"],
    more: {
      ask: ["lower (func $ask) async (memory $mem)", "i32 i32", "i32"],
      return: ["task.return (result u32)", "i32", ""],
    },
    code: `
      ;; Each task has 16 bytes of its own: the set, how many are left, and the two answers.
      (global $next (mut i32) (i32.const 256))
      (func $begin (param $n i32) (param $to i32)
        (local $subtask i32)
        (local.set $subtask (call $ask (local.get $n) (local.get $to)))
        (if (i32.ne (local.get $subtask) (i32.const 2))
          (then
            (call $join (i32.shr_u (local.get $subtask) (i32.const 4)) (i32.load (call $get)))
            (i32.store offset=4 (call $get) (i32.add (i32.load offset=4 (call $get)) (i32.const 1))))))
      (func $more (result i32)
        (if (i32.load offset=4 (call $get))
          (then (return (i32.or (i32.const 2) (i32.shl (i32.load (call $get)) (i32.const 4))))))
        (call $set-drop (i32.load (call $get)))
        (call $return (i32.add (i32.mul (i32.load offset=8 (call $get)) (i32.const 100))
          (i32.load offset=12 (call $get))))
        (i32.const 0))
      (func (export "run") (param $n i32) (result i32)
        (call $set (global.get $next))
        (global.set $next (i32.add (global.get $next) (i32.const 16)))
        (i32.store (call $get) (call $set-new))
        (call $begin (local.get $n) (i32.add (call $get) (i32.const 8)))
        (call $begin (i32.add (local.get $n) (i32.const 1)) (i32.add (call $get) (i32.const 12)))
        (call $more))
      (func (export "callback") (param $code i32) (param $subtask i32) (param $state i32) (result i32)
        (if (i32.ne (local.get $code) (i32.const 1)) (then unreachable))
        (if (i32.ne (local.get $state) (i32.const 2)) (then unreachable))
        (call $drop (local.get $subtask))
        (i32.store offset=4 (call $get) (i32.sub (i32.load offset=4 (call $get)) (i32.const 1)))
        (call $more))`,
    exports: `
      (func (export "run") async (param "n" u32) (result u32)
        (canon lift (core func $m "run") async (callback (core func $m "callback"))))`,
  })})`;

describe.each(ways)("tasks that wait, %s", (way) => {
  it("ask the host for two things at once", async () => {
    const { func: ask, asked } = patient<number>();
    const { run } = exportsOf(await start(way, both, { ask }));
    const answer = run!(5);
    await settled();
    expect(asked.map(({ args }) => args)).toEqual([[5], [6]]);
    asked[1]!.resolve(34);
    await settled();
    asked[0]!.resolve(12);
    expect(await answer).toBe(1234);
  });

  it("need not wait for what is there at once", async () => {
    const { run } = exportsOf(await start(way, both, { ask: (n: number) => n * 10 }));
    expect(await run!(3)).toBe(3040);
  });

  it("are several in one instance, and end in any order", async () => {
    const { func: ask, asked } = patient<number>();
    const { run } = exportsOf(await start(way, both, { ask }));
    const answers: number[] = [];
    const calls = [1, 2, 3].map(async (n) => answers.push((await run!(n)) as number));
    await settled();
    expect(asked).toHaveLength(6);
    for (const { resolve, args } of asked.toReversed()) resolve(args[0] as number);
    await Promise.all(calls);
    expect(answers.sort()).toEqual([102, 203, 304]);
  });

  it("a thousand of them go on in one instance", async () => {
    const { func: ask, asked } = patient<number>();
    const { run } = exportsOf(await start(way, both, { ask }));
    const calls = Array.from({ length: 1000 }, (_, n) => run!(n));
    await settled();
    for (const { resolve } of asked) resolve(1);
    expect(await Promise.all(calls)).toEqual(Array(1000).fill(101));
  });

  it("end with their instance, and harm nobody when the host answers then", async () => {
    const { func: ask, asked } = patient<number>();
    const instance = await start(way, both, { ask });
    const calls = [exportsOf(instance)["run"]!(1), exportsOf(instance)["run"]!(2)];
    await settled();
    instance[Symbol.dispose]();
    for (const call of calls) await failure("component-closed", () => call);
    for (const { resolve } of asked) resolve(1);
    await settled();
    expect(instance.state).toBe("closed");
    await failure("component-closed", () => exportsOf(instance)["run"]!(1));
  });

  it.each([
    [
      "throws",
      (): never => {
        throw new Error("broken");
      },
    ],
    [
      "rejects",
      async (): Promise<never> => {
        throw new Error("broken");
      },
    ],
    ["answers late with something else", async (): Promise<string> => "nine"],
  ])("end together where a function of the host %s", async (_, ask) => {
    const { func, asked } = patient<number>();
    let calls = 0;
    const instance = await start(way, both, {
      ask: (n: number) => (calls++ < 2 ? func(n) : ask()),
    });
    const { run } = exportsOf(instance);
    const one = run!(1);
    await settled();
    const two = run!(2);
    await failure("component-trap", () => two);
    const fault = await failure("component-trap", () => one);
    expect(fault.data["import"]).toBe("ask");
    expect(instance.state).toBe("poisoned");
    for (const { resolve } of asked) resolve(1);
    await failure("component-poisoned", () => run!(3));
  });

  it("one of several calls with wrong arguments is refused alone", async () => {
    const { func: ask, asked } = patient<number>();
    const instance = await start(way, both, { ask });
    const { run } = exportsOf(instance);
    const fine = run!(1);
    await failure("component-type", () => run!("one"));
    const other = run!(7);
    await settled();
    for (const { resolve } of asked) resolve(2);
    expect([await fine, await other]).toEqual([202, 202]);
    expect(instance.state).toBe("live");
  });

  // Lowers `ask` without `async`, in a task that is its own stack and in one with a callback.
  const plainly = `(component
    (import "ask" (func $ask async (param "s" string) (result (result string (error string)))))
    ${guest({
      uses: ["yield"],
      more: {
        ask: ["lower (func $ask) (memory $mem) (realloc $realloc)", "i32 i32 i32", ""],
        return: [
          "task.return (result (result string (error string))) (memory $mem)",
          "i32 i32 i32",
          "",
        ],
      },
      code: `
        (global $next (mut i32) (i32.const 256))
        (func $run (param i32 i32)
          (local $to i32)
          (local.set $to (global.get $next))
          (global.set $next (i32.add (global.get $next) (i32.const 16)))
          (call $ask (local.get 0) (local.get 1) (local.get $to))
          (drop (call $yield))
          (call $return (i32.load (local.get $to)) (i32.load offset=4 (local.get $to))
            (i32.load offset=8 (local.get $to))))
        (func (export "stack") (param i32 i32) (call $run (local.get 0) (local.get 1)))
        (func (export "callback") (param i32 i32) (result i32)
          (call $run (local.get 0) (local.get 1)) (i32.const 0))
        (func (export "again") (param i32 i32 i32) (result i32) unreachable)
        (func (export "plain") (param i32 i32) (result i32)
          (call $ask (local.get 0) (local.get 1) (i32.const 16)) (i32.const 16))
        (func (export "now") (result i32) (i32.const 7))`,
      exports: `
        (func (export "stack") async (param "s" string) (result (result string (error string)))
          (canon lift (core func $m "stack") async (memory $mem) (realloc $realloc)))
        (func (export "callback") async (param "s" string) (result (result string (error string)))
          (canon lift (core func $m "callback") async (callback (core func $m "again"))
            (memory $mem) (realloc $realloc)))
        (func (export "plain") async (param "s" string) (result (result string (error string)))
          (canon lift (core func $m "plain") (memory $mem) (realloc $realloc)))
        (func (export "now") (result u32) (canon lift (core func $m "now")))`,
    })})`;

  it.each(["stack", "callback", "plain"])("in the middle of a function (%s)", async (name) => {
    const { func: ask, asked } = patient<string>();
    const instance = await start(way, plainly, { ask });
    const run = exportsOf(instance)[name]!;
    const { now } = exportsOf(instance);
    const calls = [run("one"), run("two")];
    const settledCalls = Promise.allSettled(calls);
    await settled();
    // A task that keeps its instance to itself lets the next one in when it is done.
    expect(asked).toHaveLength(name === "stack" ? 2 : 1);
    expect(now!()).toBe(7);
    asked[0]!.resolve("first ☃");
    await settled();
    expect(now!()).toBe(7);
    asked[1]!.reject(new WitError("no"));
    const [one, two] = await settledCalls;
    expect(one).toEqual({ status: "fulfilled", value: "first ☃" });
    expect(two).toMatchObject({ status: "rejected", reason: { payload: "no" } });
    expect(await exportsOf(await start(way, plainly, { ask: () => "at once" }))[name]!("")).toBe(
      "at once",
    );
  });

  it("are thrown out of where they wait, with their instance", async () => {
    const { func: ask, asked } = patient<string>();
    const instance = await start(way, plainly, { ask });
    const calls = [exportsOf(instance)["stack"]!("one"), exportsOf(instance)["callback"]!("two")];
    const ended = Promise.all(calls.map((call) => failure("component-closed", () => call)));
    await settled();
    instance[Symbol.dispose]();
    await ended;
    for (const { resolve } of asked) resolve("late");
    await settled();
  });

  // `run` waits under back-pressure; `open` and `shut` are not asynchronous.
  const pressed = `(component ${guest({
    uses: ["inc", "dec"],
    more: { return: ["task.return (result u32)", "i32", ""] },
    code: `
      (func (export "run") (param i32) (call $return (local.get 0)))
      (func (export "shut") (call $inc))
      (func (export "open") (call $dec))`,
    exports: `
      (func (export "run") async (param "n" u32) (result u32) (canon lift (core func $m "run") async))
      (func (export "shut") (canon lift (core func $m "shut")))
      (func (export "open") (canon lift (core func $m "open")))`,
  })})`;

  it("begin when their instance takes calls again", async () => {
    const instance = await start(way, pressed);
    const { run, shut, open } = exportsOf(instance);
    expect(await run!(1)).toBe(1);
    shut!();
    shut!();
    const answers: unknown[] = [];
    const calls = [2, 3].map(async (n) => answers.push(await run!(n)));
    await settled();
    open!();
    await settled();
    expect(answers).toEqual([]);
    open!();
    await Promise.all(calls);
    expect(answers).toEqual([2, 3]);
    expect(await trapKind(() => open!())).toBe("backpressure-overflow");
  });

  // Yields until `poke` was called, from its callback or from the middle of its code.
  const yielding = `(component ${guest({
    uses: ["yield"],
    more: { return: ["task.return (result u32)", "i32", ""] },
    code: `
      (global $poked (mut i32) (i32.const 0))
      (func (export "poke") (global.set $poked (i32.const 1)))
      (func (export "stack")
        (loop $again (drop (call $yield)) (br_if $again (i32.eqz (global.get $poked))))
        (call $return (i32.const 1)))
      (func (export "begin") (result i32) (i32.const 1))
      (func (export "callback") (param i32 i32 i32) (result i32)
        (if (i32.eqz (global.get $poked)) (then (return (i32.const 1))))
        (call $return (i32.const 2)) (i32.const 0))`,
    exports: `
      (func (export "poke") (canon lift (core func $m "poke")))
      (func (export "stack") async (result u32) (canon lift (core func $m "stack") async))
      (func (export "callback") async (result u32)
        (canon lift (core func $m "begin") async (callback (core func $m "callback"))))`,
  })})`;

  it("that yield let everything else go on, however long they do", async () => {
    const { poke, stack, callback } = exportsOf(await start(way, yielding));
    const calls = [stack!(), callback!(), callback!()];
    await settled();
    await settled();
    poke!();
    expect(await Promise.all(calls)).toEqual([1, 2, 2]);
  });

  // Asks the host, and takes the question back. Answers with the state of the call.
  const cancelling = (way: string) => `(component
    (import "ask" (func $ask async (result string)))
    ${guest({
      uses: ["cancel", "cancel-async", "drop"],
      more: {
        ask: ["lower (func $ask) async (memory $mem) (realloc $realloc)", "i32", "i32"],
        return: ["task.return (result u32)", "i32", ""],
      },
      code: `
        (func (export "run")
          (local $subtask i32)
          (local.set $subtask (i32.shr_u (call $ask (i32.const 16)) (i32.const 4)))
          (call $return (call $${way} (local.get $subtask)))
          (call $drop (local.get $subtask)))`,
      exports: `
        (func (export "run") async (result u32) (canon lift (core func $m "run") async))`,
    })})`;

  it.each(["cancel", "cancel-async"])("take back what they asked (%s)", async (name) => {
    const { func: ask, asked } = patient<string>();
    const instance = await start(way, cancelling(name), { ask });
    expect(await exportsOf(instance)["run"]!()).toBe(4);
    asked[0]!.resolve("late");
    await settled();
    const again = exportsOf(instance)["run"]!();
    asked[1]!.reject(new Error("late"));
    expect(await again).toBe(4);
    await settled();
    expect(instance.state).toBe("live");
  });

  it("several calls take turns where all may be suspended for the host", async () => {
    const { func: ask, asked } = patient<number>();
    const instance = await start(way, both, { ask }, true);
    const { run } = exportsOf(instance);
    const calls = [run!(1), run!(2)];
    await settled();
    expect(asked).toHaveLength(4);
    for (const { resolve, args } of asked) resolve(args[0] as number);
    expect(await Promise.all(calls)).toEqual([102, 203]);
  });
});

// `run` asks the host and waits. When it is cancelled it takes its question back, and then gives up,
// or answers with 9 all the same.
const cancellable = (answer: string): string => `(component
  (import "ask" (func $ask async (param "n" u32) (result u32)))
  ${guest({
    uses: [
      "set-new",
      "set-drop",
      "join",
      "cancel",
      "drop",
      "get",
      "set",
      "cancelled",
      "inc",
      "dec",
    ],
    more: {
      ask: ["lower (func $ask) async (memory $mem)", "i32 i32", "i32"],
      return: ["task.return (result u32)", "i32", ""],
    },
    code: `
      (func (export "run") (param $n i32) (result i32)
        (local $set i32)
        (call $set (i32.shr_u (call $ask (local.get $n) (i32.const 16)) (i32.const 4)))
        (local.set $set (call $set-new))
        (call $join (call $get) (local.get $set))
        (i32.or (i32.const 2) (i32.shl (local.get $set) (i32.const 4))))
      (func (export "callback") (param $code i32) (param $subtask i32) (param $state i32) (result i32)
        (if (i32.eq (local.get $code) (i32.const 1))
          (then
            (call $drop (local.get $subtask))
            (call $return (i32.load (i32.const 16)))
            (return (i32.const 0))))
        (if (i32.ne (local.get $code) (i32.const 6)) (then unreachable))
        (call $join (call $get) (i32.const 0))
        (if (i32.ne (call $cancel (call $get)) (i32.const 4)) (then unreachable))
        (call $drop (call $get))
        ${answer}
        (i32.const 0))
      (func (export "shut") (call $inc))
      (func (export "open") (call $dec))`,
    exports: `
      (func (export "shut") (canon lift (core func $m "shut")))
      (func (export "open") (canon lift (core func $m "open")))
      (func (export "run") async (param "n" u32) (result u32)
        (canon lift (core func $m "run") async (callback (core func $m "callback"))))`,
  })})`;

describe.each(ways)("calls that the host takes back, %s", (way) => {
  const calling = (instance: Awaited<ReturnType<typeof start>>, signal?: AbortSignal) => {
    const enter = () => exportsOf(instance)["run"]!(1) as Promise<unknown>;
    return instance.call(enter, { signal });
  };

  it("reject with the reason when the guest has given up, and leave the others alone", async () => {
    const { func: ask, asked } = patient<number>();
    const instance = await start(way, cancellable("(call $cancelled)"), { ask });
    const controller = new AbortController();
    const call = calling(instance, controller.signal);
    const other = calling(instance);
    await settled();
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    asked[0]!.resolve(1);
    asked[1]!.resolve(2);
    expect(await other).toBe(2);
    expect(instance.state).toBe("live");
  });

  it("fulfil where the guest answers all the same", async () => {
    const { func: ask } = patient<number>();
    const guests = cancellable("(call $return (i32.const 9))");
    const instance = await start(way, guests, { ask });
    const controller = new AbortController();
    const call = calling(instance, controller.signal);
    await settled();
    controller.abort();
    expect(await call).toBe(9);
  });

  it("reject at once where they have not begun", async () => {
    const { func: ask, asked } = patient<number>();
    const instance = await start(way, cancellable("(call $cancelled)"), { ask });
    const { shut, open } = exportsOf(instance);
    const early = AbortSignal.abort(new Error("before"));
    await expect(calling(instance, early)).rejects.toThrow("before");
    shut!();
    const controller = new AbortController();
    const call = calling(instance, controller.signal);
    await settled();
    controller.abort(new Error("while it waited"));
    await expect(call).rejects.toThrow("while it waited");
    open!();
    await settled();
    expect(asked).toEqual([]);
    expect(instance.state).toBe("live");
  });
});

describe("limits of tasks", () => {
  it("refuse one call too many of the host by itself", async () => {
    const { func: ask, asked } = patient<number>();
    const limits = { tasks: 2 };
    const component = compileSync((await fromText(both)) as BufferSource);
    const instance = instantiate(component, { ask }, { limits });
    const { run } = exportsOf(instance);
    const calls = [run!(1), run!(2)];
    const fault = await failure("component-limit", () => run!(3));
    expect(fault.data["limit"]).toBe("tasks");
    for (const { resolve } of asked) resolve(1);
    expect(await Promise.all(calls)).toEqual([101, 101]);
    const again = run!(4);
    for (const { resolve } of asked) resolve(1);
    expect(await again).toBe(101);
  });

  it("end a guest that starts more calls than it may", async () => {
    const { func: ask } = patient<number>();
    const component = compileSync((await fromText(both)) as BufferSource);
    const instance = instantiate(component, { ask }, { limits: { subtasks: 3 } });
    const { run } = exportsOf(instance);
    const one = failure("component-limit", () => run!(1));
    const fault = await failure("component-limit", () => run!(2));
    expect(fault.data["limit"]).toBe("subtasks");
    await one;
    expect(instance.state).toBe("poisoned");
  });
});
