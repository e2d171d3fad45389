import { describe, expect, it } from "vitest";
import { exportsOf, failure, routes, start } from "./start.ts";

// Tells the host each time it starts; counts its calls.
const counter = `
  (component $Counter
    (import "started" (func $started))
    (core func $started (canon lower (func $started)))
    (core module $M
      (import "host" "started" (func $started))
      (global $n (mut i32) (i32.const 0))
      (func (export "next") (result i32)
        (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))
      (start $started))
    (core instance $m (instantiate $M (with "host" (instance (export "started" (func $started))))))
    (func (export "next") (result u32) (canon lift (core func $m "next"))))`;

const user = `
  (component $User
    (import "counter" (instance $counter (export "next" (func (result u32)))))
    (core func $next (canon lower (func $counter "next")))
    (core module $M
      (import "host" "next" (func $next (result i32)))
      (func (export "use") (result i32) (i32.add (i32.const 100) (call $next))))
    (core instance $m (instantiate $M (with "host" (instance (export "next" (func $next))))))
    (func (export "use") (result u32) (canon lift (core func $m "use"))))`;

describe.each(routes)("nested components, by %s", (code) => {
  it("an instance that several refer to is made once", async () => {
    let starts = 0;
    const instance = await start(
      `(component
        (import "started" (func $started))
        ${counter}
        ${user}
        (instance $counter (instantiate $Counter (with "started" (func $started))))
        (instance $a (instantiate $User (with "counter" (instance $counter))))
        (instance $b (instantiate $User (with "counter" (instance $counter))))
        (alias export $counter "next" (func $next))
        (instance $bag (export "next" (func $next)))
        (instance $c (instantiate $User (with "counter" (instance $bag))))
        (export "a" (instance $a)) (export "b" (instance $b)) (export "c" (instance $c))
        (export "counter" (instance $counter)) (export "next" (func $next)))`,
      { started: () => void starts++ },
      { code },
    );
    expect(starts).toBe(1);
    const all = ["a", "b", "c"].map((name) => exportsOf(instance, name));
    expect(all.map(({ use }) => use!())).toEqual([101, 102, 103]);
    expect([exportsOf(instance, "counter")["next"]!(), exportsOf(instance)["next"]!()]).toEqual([
      4, 5,
    ]);
    expect(all[0]!["use"]!()).toBe(106);
    expect(starts).toBe(1);
  });

  it("two instances of one component share nothing", async () => {
    let starts = 0;
    const instance = await start(
      `(component
        (import "started" (func $started))
        ${counter}
        (instance $a (instantiate $Counter (with "started" (func $started))))
        (instance $b (instantiate $Counter (with "started" (func $started))))
        (export "a" (instance $a)) (export "b" (instance $b)))`,
      { started: () => void starts++ },
      { code },
    );
    expect(starts).toBe(2);
    const [a, b] = [exportsOf(instance, "a"), exportsOf(instance, "b")];
    expect([a["next"]!(), a["next"]!(), b["next"]!()]).toEqual([1, 2, 1]);
  });

  it("core modules, components and types come from components outside, two levels up as well", async () => {
    const instance = await start(
      `(component $Top
        (core module $Answer (func (export "answer") (result i32) (i32.const 42)))
        (type $text (list u8))
        (component $Deep
          (core module $Other (func (export "answer") (result i32) (i32.const 7)))
          (component $Deeper
            (alias outer $Top $Answer (core module $far))
            (alias outer $Deep $Other (core module $near))
            (core instance $far (instantiate $far))
            (core instance $near (instantiate $near))
            (func (export "far") (result u32) (canon lift (core func $far "answer")))
            (func (export "near") (result u32) (canon lift (core func $near "answer"))))
          (instance $deeper (instantiate $Deeper))
          (export "far" (func $deeper "far"))
          (export "near" (func $deeper "near")))
        (component $Again
          (alias outer $Top $Deep (component $deep))
          (instance $deep (instantiate $deep))
          (export "far" (func $deep "far")))
        (instance $one (instantiate $Deep))
        (instance $two (instantiate $Again))
        (export "one" (instance $one)) (export "two" (instance $two)))`,
      {},
      { code },
    );
    const one = exportsOf(instance, "one");
    expect([one["far"]!(), one["near"]!()]).toEqual([42, 7]);
    expect(exportsOf(instance, "two")["far"]!()).toBe(42);
  });

  it("a function given on as it came is the host's own", async () => {
    const instance = await start(
      `(component
        (import "now" (func $now (result u32)))
        (component $Inner (import "now" (func $now (result u32))) (export "again" (func $now)))
        (instance $inner (instantiate $Inner (with "now" (func $now))))
        (export "inner" (instance $inner)))`,
      { now: () => 5 },
      { code },
    );
    expect(exportsOf(instance, "inner")["again"]!()).toBe(5);
  });

  it("a component may not be entered from itself through another", async () => {
    let again: () => unknown = () => undefined;
    const instance = await start(
      `(component
        (import "ask" (func $ask))
        (component $Inner
          (import "ask" (func $ask))
          (core func $ask (canon lower (func $ask)))
          (core module $M (import "h" "ask" (func $ask)) (func (export "go") (call $ask)) (func (export "idle")))
          (core instance $m (instantiate $M (with "h" (instance (export "ask" (func $ask))))))
          (func (export "go") (canon lift (core func $m "go")))
          (func (export "idle") (canon lift (core func $m "idle"))))
        (instance $inner (instantiate $Inner (with "ask" (func $ask))))
        (instance $bystander (instantiate $Inner (with "ask" (func $ask))))
        (export "inner" (instance $inner)) (export "bystander" (instance $bystander)))`,
      { ask: () => again() },
      { code },
    );
    const inner = exportsOf(instance, "inner");
    expect(inner["go"]!()).toBeUndefined();
    again = () => exportsOf(instance, "bystander")["idle"]!();
    const fault = await failure("component-trap", () => inner["go"]!());
    expect(fault.data["kind"]).toBe("cannot-enter");
    expect(instance.state).toBe("poisoned");
  });
});
