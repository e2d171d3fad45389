import { expect, test } from "vitest";
import type { EngineInstance } from "../../src/component/engine.ts";
import { API, api, failure, fn } from "../conformance/engine-expect.ts";
import { arithmetic } from "../conformance/engine-guests.ts";
import { ENDLESS, endless, endlessBodies, endlessParts, endlessStart } from "./endless.ts";
import { everywhere } from "./places.ts";
import { expectWithin } from "./expect-within.ts";

// Milliseconds that a guest gets here, and within which it is stopped then.
const ALLOWED = 60;
const LATE = 100;

everywhere(({ engine, apart }) => {
  const stopped = (call: () => unknown): Promise<void> =>
    expectWithin(ALLOWED + LATE, async () => {
      const error = await failure("component-trap", call);
      expect(error.data["kind"]).toBe("interrupted");
    });

  const bystander = async (): Promise<EngineInstance> =>
    (await engine.compile(await arithmetic())).instantiate({});

  const unharmed = async (other: EngineInstance): Promise<void> => {
    expect(await api(other, API)["add"]!(20, 22)).toBe(42);
  };

  test.for(endlessBodies)("a guest in %s is stopped in its time", async ([, body, more]) => {
    const compiled = await engine.compile(await endless(body, more));
    const other = await bystander();
    await stopped(async () => {
      const instance = await compiled.instantiate({});
      return instance.call(() => fn(instance, "run")(), { timeMs: ALLOWED });
    });
    await unharmed(other);
  });

  test.for(["realloc", "post-return"] as const)("a guest is stopped in its %s", async (part) => {
    const compiled = await engine.compile(await endlessParts());
    const other = await bystander();
    await stopped(async () => {
      const instance = await compiled.instantiate({});
      await fn(instance, "arm")(ENDLESS[part]);
      return instance.call(() => fn(instance, "echo")("both"), { timeMs: ALLOWED });
    });
    await unharmed(other);
  });

  test("a guest that is called together with another one is stopped in its time", async () => {
    const compiled = await engine.compile(await endlessParts());
    const other = await bystander();
    await unharmed(other);
    await stopped(async () => {
      const instance = await compiled.instantiate({});
      await fn(instance, "arm")(ENDLESS["post-return"]);
      const stopped = instance.call(() => fn(instance, "echo")("both"), { timeMs: ALLOWED });
      return Promise.all([unharmed(other), stopped]);
    });
    await unharmed(other);
  });

  test("a guest is stopped in a destructor that it runs itself", async () => {
    const compiled = await engine.compile(await endlessParts());
    const other = await bystander();
    await stopped(async () => {
      const instance = await compiled.instantiate({});
      await fn(instance, "arm")(ENDLESS.destructor);
      return instance.call(() => fn(instance, "drop")(), { timeMs: ALLOWED });
    });
    await unharmed(other);
  });

  test("a guest whose destructor loops holds nobody up when its instance ends", async () => {
    const compiled = await engine.compile(await endlessParts());
    const other = await bystander();
    await expectWithin(2 * LATE, async () => {
      const instance = await compiled.instantiate({});
      await fn(instance, "make")();
      await fn(instance, "arm")(ENDLESS.destructor);
      try {
        instance[Symbol.dispose]();
      } catch {
        // On the caller's thread it says that a destructor was stopped.
      }
      expect(instance.state).toBe("closed");
      await unharmed(other);
    });
  });

  test("a resource whose destructor loops, dropped by the host, holds nobody up", async () => {
    const compiled = await engine.compile(await endlessParts());
    const other = await bystander();
    const instance = await compiled.instantiate({});
    const resource = (await fn(instance, "make")()) as Disposable;
    await fn(instance, "arm")(ENDLESS.destructor);
    const drop = (): void => instance.call(() => resource[Symbol.dispose](), { timeMs: ALLOWED });
    if (apart) drop();
    else expect(drop).toThrow();
    await expectWithin(2 * LATE, () => unharmed(other));
    await failure("component-poisoned", () => fn(instance, "echo")("more"));
  });

  test("a guest is stopped in its start function", async () => {
    const compiled = await engine.compile(await endlessStart());
    const other = await bystander();
    await stopped(() => compiled.instantiate({}, { startMs: ALLOWED }));
    await unharmed(other);
  });
});
