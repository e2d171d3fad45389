import { describe, expect, it } from "vitest";
import { WitError } from "../../../src/errors.ts";
import { exportsOf, trapKind } from "../start.ts";
import { memory, start, ways } from "./start.ts";

// Answers a string or a number with itself, after having yielded twice.
const echo = (encoding = "utf8") => `
  ${memory}
  (core func $return (canon task.return (result string) (memory $mem) string-encoding=${encoding}))
  (core func $outcome (canon task.return (result (result u32 (error string))) (memory $mem) string-encoding=${encoding}))
  (core module $M
    (import "h" "mem" (memory 1))
    (import "h" "return" (func $return (param i32 i32)))
    (import "h" "outcome" (func $outcome (param i32 i32 i32)))
    (global $pointer (mut i32) (i32.const 0))
    (global $length (mut i32) (i32.const 0))
    (global $left (mut i32) (i32.const 0))
    (func (export "echo") (param i32 i32) (result i32)
      (global.set $pointer (local.get 0)) (global.set $length (local.get 1))
      (global.set $left (i32.const 2))
      (i32.const 1))
    (func (export "echo-callback") (param i32 i32 i32) (result i32)
      (global.set $left (i32.sub (global.get $left) (i32.const 1)))
      (if (global.get $left) (then (return (i32.const 1))))
      (call $return (global.get $pointer) (global.get $length))
      ;; What has returned may overwrite what it returned.
      (memory.fill (global.get $pointer) (i32.const 33)
        (i32.and (global.get $length) (i32.const 0x7fffffff)))
      (i32.const 0))
    (func (export "check") (param i32 i32 i32)
      (call $outcome (local.get 0) (local.get 1) (local.get 2))))
  (core instance $m (instantiate $M (with "h" (instance
    (export "mem" (memory $mem)) (export "return" (func $return)) (export "outcome" (func $outcome))))))
  (func (export "echo") async (param "s" string) (result string)
    (canon lift (core func $m "echo") async (callback (core func $m "echo-callback"))
      (memory $mem) (realloc $realloc) string-encoding=${encoding}))
  (func (export "check") async (param "r" (result u32 (error string))) (result (result u32 (error string)))
    (canon lift (core func $m "check") async (memory $mem) (realloc $realloc) string-encoding=${encoding}))`;

// A function \`run\` of no parameters, lifted with \`async\` and no callback.
const task = (body: string, more = "", result = "") => `(component
  (core func $return (canon task.return ${result}))
  (core func $yield (canon thread.yield))
  (core func $new (canon waitable-set.new))
  (core func $get (canon context.get i32 0))
  (core func $set (canon context.set i32 0))
  (core func $inc (canon backpressure.inc))
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core func $wait (canon waitable-set.wait (memory (core memory $mem "mem"))))
  (core module $M
    (import "h" "return" (func $return ${result === "" ? "" : "(param i32)"}))
    (import "h" "yield" (func $yield (result i32)))
    (import "h" "new" (func $new (result i32)))
    (import "h" "wait" (func $wait (param i32 i32) (result i32)))
    (import "h" "get" (func $get (result i32)))
    (import "h" "set" (func $set (param i32)))
    (import "h" "inc" (func $inc))
    ${body})
  (core instance $m (instantiate $M (with "h" (instance
    (export "return" (func $return)) (export "yield" (func $yield)) (export "new" (func $new))
    (export "wait" (func $wait)) (export "get" (func $get)) (export "set" (func $set))
    (export "inc" (func $inc))))))
  ${more === "" ? `(func (export "run") async ${result} (canon lift (core func $m "run") async))` : more})`;

describe.each(ways)("functions of the asynchronous ABI, %s", (way) => {
  it("answer the host with a promise, what they returned and not what memory holds later", async () => {
    const { echo: say } = exportsOf(await start(way, `(component ${echo()})`));
    const answer = say!("é☃🍰");
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toBe("é☃🍰");
    expect(await say!("")).toBe("");
  });

  it("reject with what is declared to be an err", async () => {
    const { check } = exportsOf(await start(way, `(component ${echo()})`));
    expect(await check!({ tag: "ok", val: 7 })).toBe(7);
    await expect(check!({ tag: "err", val: "no" })).rejects.toThrow(WitError);
    await expect(check!({ tag: "err", val: "no" })).rejects.toMatchObject({ payload: "no" });
  });

  it.each(["utf8", "utf16", "latin1+utf16"])(
    "are called by another component that lowers them either way (%s)",
    async (encoding) => {
      const instance = await start(
        way,
        `(component
          (component $Inner ${echo(encoding)})
          (component $Outer
            (import "inner" (instance $inner
              (export "echo" (func async (param "s" string) (result string)))))
            ${memory}
            (core func $sync (canon lower (func $inner "echo") (memory $mem) (realloc $realloc)))
            (core func $async (canon lower (func $inner "echo") async (memory $mem) (realloc $realloc)))
            (core func $new (canon waitable-set.new))
            (core func $join (canon waitable.join))
            (core func $wait (canon waitable-set.wait (memory $mem)))
            (core func $drop (canon subtask.drop))
            (core module $M
              (import "h" "mem" (memory 1))
              (import "h" "sync" (func $sync (param i32 i32 i32)))
              (import "h" "async" (func $async (param i32 i32 i32) (result i32)))
              (import "h" "new" (func $new (result i32)))
              (import "h" "join" (func $join (param i32 i32)))
              (import "h" "wait" (func $wait (param i32 i32) (result i32)))
              (import "h" "drop" (func $drop (param i32)))
              (func (export "sync") (param i32 i32) (result i32)
                (call $sync (local.get 0) (local.get 1) (i32.const 16)) (i32.const 16))
              (func (export "async") (param i32 i32) (result i32)
                (local $subtask i32) (local $set i32)
                (local.set $subtask (call $async (local.get 0) (local.get 1) (i32.const 32)))
                ;; It yields, so it has only started.
                (if (i32.ne (i32.and (local.get $subtask) (i32.const 15)) (i32.const 1)) (then unreachable))
                (local.set $subtask (i32.shr_u (local.get $subtask) (i32.const 4)))
                (local.set $set (call $new))
                (call $join (local.get $subtask) (local.get $set))
                (if (i32.ne (call $wait (local.get $set) (i32.const 64)) (i32.const 1)) (then unreachable))
                (if (i32.ne (i32.load (i32.const 64)) (local.get $subtask)) (then unreachable))
                (if (i32.ne (i32.load (i32.const 68)) (i32.const 2)) (then unreachable))
                (call $drop (local.get $subtask))
                (i32.const 32)))
            (core instance $m (instantiate $M (with "h" (instance
              (export "mem" (memory $mem)) (export "sync" (func $sync)) (export "async" (func $async))
              (export "new" (func $new)) (export "join" (func $join)) (export "wait" (func $wait))
              (export "drop" (func $drop))))))
            (func (export "sync") async (param "s" string) (result string)
              (canon lift (core func $m "sync") (memory $mem) (realloc $realloc)))
            (func (export "async") async (param "s" string) (result string)
              (canon lift (core func $m "async") (memory $mem) (realloc $realloc))))
          (instance $inner (instantiate $Inner))
          (instance $outer (instantiate $Outer (with "inner" (instance $inner))))
          (export "outer" (instance $outer)))`,
      );
      const outer = exportsOf(instance, "outer");
      for (const text of ["", "plain", "é☃🍰", "ÿ".repeat(300)]) {
        expect(await outer["sync"]!(text)).toBe(text);
        expect(await outer["async"]!(text)).toBe(text);
      }
    },
  );

  it("an async function of the host that answers at once has returned", async () => {
    const instance = await start(
      way,
      `(component
        (import "add" (func $add async (param "a" u8) (param "b" u8) (param "c" u8) (param "d" u8) (param "e" u8) (result u8)))
        ${memory}
        (core func $add (canon lower (func $add) async (memory $mem)))
        (core module $M
          (import "h" "mem" (memory 1))
          (import "h" "add" (func $add (param i32 i32) (result i32)))
          (func (export "run") (result i32)
            (i64.store (i32.const 64) (i64.const 0x0504030201))
            (i32.store (i32.const 80) (i32.const -1))
            (i32.add (i32.mul (call $add (i32.const 64) (i32.const 80)) (i32.const 100))
              (i32.load (i32.const 80)))))
        (core instance $m (instantiate $M (with "h" (instance
          (export "mem" (memory $mem)) (export "add" (func $add))))))
        (func (export "run") (result s32) (canon lift (core func $m "run"))))`,
      { add: (...all: number[]) => all.reduce((sum, one) => sum + one, 0) },
    );
    // The status 2 (returned), and a single byte written.
    expect(exportsOf(instance)["run"]!()).toBe(200 + (0xffffff00 | 0) + 15);
  });

  it("each call starts with a context of its own", async () => {
    const instance = await start(
      way,
      task(
        `(func $count (export "sync") (result i32)
           (call $set (i32.add (call $get) (i32.const 1))) (call $get))
         (func (export "run") (call $return (call $count)))`,
        `(func (export "run") async (result u32) (canon lift (core func $m "run") async))
         (func (export "sync") (result u32) (canon lift (core func $m "sync")))`,
        "(result u32)",
      ),
    );
    const { run, sync } = exportsOf(instance);
    expect([sync!(), sync!(), await run!(), await run!(), sync!()]).toEqual([1, 1, 1, 1, 1]);
  });

  it.each([
    ["never returns", `(func (export "run"))`, "not-returned"],
    ["returns twice", `(func (export "run") (call $return) (call $return))`, "wrong-return"],
  ])("one that %s traps", async (_, body, kind) => {
    const instance = await start(way, task(body));
    expect(await trapKind(() => exportsOf(instance)["run"]!())).toBe(kind);
    expect(instance.state).toBe("poisoned");
  });

  it("task.return is for tasks", async () => {
    const sync = `(func (export "run") (canon lift (core func $m "run")))`;
    const instance = await start(way, task(`(func (export "run") (call $return))`, sync));
    expect(await trapKind(() => exportsOf(instance)["run"]!())).toBe("wrong-return");
  });

  it("a function whose type is not async must not wait", async () => {
    const wait = `(func (export "run") (drop (call $wait (call $new) (i32.const 0))))`;
    const sync = `(func (export "run") (canon lift (core func $m "run")))`;
    const stuck = await start(way, task(wait, sync));
    expect(await trapKind(() => exportsOf(stuck)["run"]!())).toBe("cannot-block");
  });
});

describe.each(ways)("calls between an instance and those inside of it, %s", (way) => {
  // The host calls the outer one, which calls $C1, which calls $C2, which calls the outer one again,
  // which may call $C1 again. CanonicalABI.md, "Component Instances".
  const wrapped = (body: string) => `(component
    (import "note" (func $note))
    (core func $note (canon lower (func $note)))
    (core module $Table (table (export "t") 1 funcref))
    (core instance $table (instantiate $Table))
    (core module $M2
      (import "h" "note" (func $note))
      (import "h" "t" (table 1 funcref))
      (func (export "back") ${body}))
    (core instance $m2 (instantiate $M2 (with "h" (instance
      (export "note" (func $note)) (export "t" (table $table "t"))))))
    (func $back (canon lift (core func $m2 "back")))
    (component $Child
      (import "next" (func $next))
      (core func $next (canon lower (func $next)))
      (core module $M (import "h" "next" (func $next)) (func (export "go") (call $next)))
      (core instance $m (instantiate $M (with "h" (instance (export "next" (func $next))))))
      (func (export "go") (canon lift (core func $m "go"))))
    (instance $c2 (instantiate $Child (with "next" (func $back))))
    (instance $c1 (instantiate $Child (with "next" (func $c2 "go"))))
    (core func $c1 (canon lower (func $c1 "go")))
    (core module $M1
      (import "h" "c1" (func $c1))
      (import "h" "t" (table 1 funcref))
      (elem (i32.const 0) func $c1)
      (func (export "run") (call $c1)))
    (core instance $m1 (instantiate $M1 (with "h" (instance
      (export "c1" (func $c1)) (export "t" (table $table "t"))))))
    (func (export "run") (canon lift (core func $m1 "run"))))`;

  it("stay inside the outer one and are allowed", async () => {
    let notes = 0;
    const instance = await start(way, wrapped("(call $note)"), { note: () => void notes++ });
    exportsOf(instance)["run"]!();
    exportsOf(instance)["run"]!();
    expect(notes).toBe(2);
  });

  it("trap where they enter one that is on the stack", async () => {
    const text = wrapped("(call_indirect (i32.const 0))");
    const instance = await start(way, text, { note: () => {} });
    expect(await trapKind(() => exportsOf(instance)["run"]!())).toBe("cannot-enter");
    expect(instance.state).toBe("poisoned");
  });
});
