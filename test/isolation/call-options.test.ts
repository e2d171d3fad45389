// What a call is given is its own: neither those after it nor those that it keeps out have it.
import { expect, test } from "vitest";
import type { CallOptions, TimeAccount } from "../../src/component/engine.ts";
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
      { account: { ran: (ms) => void (ran += ms), hosted: () => {} } },
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

  test("the account of a call hears of that call alone, the instance's of those without one", async () => {
    const compiled = await engine.compile(await component(GUEST), { suspend: ["wait"] });
    const [own, first, second, refused] = [account(), account(), account(), account()];
    const { promise, resolve } = Promise.withResolvers<void>();
    const instance = await compiled.instantiate({ wait: () => promise }, { account: own });
    const work = (options: CallOptions): unknown =>
      instance.call(() => fn(instance, "work")(1e7), options);
    const heard = (): boolean[] => [own, first, second, refused].map((one) => one.take() > 1);
    heard();
    await work({ account: first });
    expect(heard()).toEqual([false, true, false, false]);
    await work({ account: second });
    expect(heard()).toEqual([false, false, true, false]);
    await work({});
    expect(heard()).toEqual([true, false, false, false]);
    if (instance.takesTurns === true) {
      const turn = { sent: () => {}, answered: () => {} };
      await Promise.all([work({ turn }), work({ account: first, turn })]);
      expect(heard()).toEqual([true, true, false, false]);
    }
    const loops = failure("component-trap", () =>
      instance.call(() => fn(instance, "wait-and-loop")(), { timeMs: ALLOWED, account: second }),
    );
    await failure("component-suspended", async () => work({ account: refused }));
    resolve();
    await loops;
    expect(heard()).toEqual([false, false, true, false]);
  });
});

// Adds up what a guest has run since the last look.
function account(): TimeAccount & { take(): number } {
  let ran = 0;
  return {
    ran: (ms) => void (ran += ms),
    hosted: () => {},
    take: () => {
      const ms = ran;
      ran = 0;
      return ms;
    },
  };
}
