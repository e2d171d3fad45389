// What a call is given is its own: neither those after it nor those that it keeps out have it.
import { expect, test } from "vitest";
import { failure, fn } from "../conformance/engine-expect.ts";
import { component } from "../conformance/engine-guests.ts";
import { everywhere } from "./places.ts";

// Milliseconds that a guest gets here.
const ALLOWED = 30;

const GUEST = `(component
  (import "wait" (func $wait))
  (core func $wait-core (canon lower (func $wait)))
  (core module $M
    (import "" "wait" (func $wait))
    (func (export "work") (param i32)
      (loop $again
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (br_if $again (i32.ge_s (local.get 0) (i32.const 0)))))
    (func (export "wait-and-loop") (call $wait) (loop $l (br $l))))
  (core instance $m (instantiate $M (with "" (instance (export "wait" (func $wait-core))))))
  (func (export "work") (param "rounds" u32) (canon lift (core func $m "work")))
  (func (export "wait-and-loop") (canon lift (core func $m "wait-and-loop"))))`;

everywhere(({ engine }) => {
  test("a call that is made without options has no end, whatever those before it had", async () => {
    const compiled = await engine.compile(await component(GUEST));
    let ran = 0;
    const instance = await compiled.instantiate(
      { wait: () => {} },
      { ran: (ms) => void (ran += ms) },
    );
    const work = (rounds: number): unknown => fn(instance, "work")(rounds);
    await instance.call(() => work(1), { timeMs: ALLOWED });
    for (let rounds = 1e6; ran < 2 * ALLOWED; rounds *= 2) {
      ran = 0;
      await instance.call(() => work(rounds), {});
    }
    expect(instance.state).toBe("live");
    await instance.call(() => work(1), { timeMs: ALLOWED });
    await work(1e6);
    expect(instance.state).toBe("live");
  });

  test("one that is refused leaves the time of the one under way alone", async () => {
    const compiled = await engine.compile(await component(GUEST), { suspend: ["wait"] });
    const { promise, resolve } = Promise.withResolvers<void>();
    const instance = await compiled.instantiate({ wait: () => promise });
    const loops = failure("component-trap", () =>
      instance.call(() => fn(instance, "wait-and-loop")(), { timeMs: ALLOWED }),
    );
    await failure("component-suspended", () =>
      instance.call(() => fn(instance, "work")(1), { timeMs: 1e6 }),
    );
    resolve();
    expect((await loops).data["kind"]).toBe("interrupted");
  });
});
