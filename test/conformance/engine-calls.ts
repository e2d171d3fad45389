import { expect } from "vitest";
import { WitError } from "../../src/errors.ts";
import type { EngineCase } from "./engine.ts";
import { api, API, fn, HOST, start } from "./engine-expect.ts";
import { arithmetic, asking } from "./engine-guests.ts";

export const callCases: readonly EngineCase[] = [
  {
    name: "an exported function is called and answers",
    async run(engine) {
      const instance = await start(engine, arithmetic());
      expect(await api(instance, API)["add"]!(2, 40)).toBe(42);
      expect(await api(instance, API)["add"]!(0xffffffff, 1)).toBe(0);
      expect(instance.state).toBe("live");
    },
  },
  {
    name: "the ok of a result is returned, its err thrown with the payload, and nothing is poisoned",
    async run(engine) {
      const instance = await start(engine, arithmetic());
      const check = api(instance, API)["check"]!;
      expect(await check(84)).toBe(42);
      let caught: unknown;
      try {
        await check(7);
      } catch (error) {
        caught = error;
      }
      expect(caught).toBeInstanceOf(WitError);
      expect((caught as WitError).payload).toBe("odd");
      expect(await check(84)).toBe(42);
    },
  },
  {
    name: "a guest calls a host function",
    async run(engine) {
      const seen: unknown[] = [];
      const instance = await start(engine, asking(), {
        [HOST]: {
          askHost(n: number) {
            seen.push(n);
            return n + 1;
          },
          tryHost: (n: number) => n,
        },
      });
      expect(await fn(instance, "ask")(41)).toBe(42);
      expect(seen).toEqual([41]);
    },
  },
  {
    name: "a WitError of a host function is the guest's err",
    async run(engine) {
      const instance = await start(engine, asking(), {
        [HOST]: {
          askHost: (n: number) => n,
          tryHost(n: number) {
            if (n === 0) throw new WitError("nothing");
            return n * 2;
          },
        },
      });
      expect(await fn(instance, "try")(21)).toBe(42);
      expect(await fn(instance, "try")(0)).toBe(1000 + "nothing".length);
      expect(instance.state).toBe("live");
    },
  },
  {
    name: "instances of one component share nothing",
    async run(engine) {
      const compiled = await engine.compile(await arithmetic());
      const [one, other] = [await compiled.instantiate({}), await compiled.instantiate({})];
      const count = async (instance: typeof one) => api(instance, API)["count"]!();
      expect([await count(one), await count(one), await count(other)]).toEqual([1, 2, 1]);
      one[Symbol.dispose]();
      expect(await count(other)).toBe(2);
    },
  },
  {
    name: "one component compiles many times at once",
    async run(engine) {
      const bytes = await arithmetic();
      const compiled = await Promise.all(Array.from({ length: 5 }, () => engine.compile(bytes)));
      for (const it of compiled) {
        expect(await api(await it.instantiate({}), API)["add"]!(1, 2)).toBe(3);
      }
    },
  },
  {
    name: "the bytes of linear memory are told, and growing shows",
    async run(engine) {
      const instance = await start(engine, arithmetic());
      expect(instance.memoryBytes).toBe(65_536);
      expect(await api(instance, API)["grow"]!(2)).toBe(1);
      expect(instance.memoryBytes).toBe(3 * 65_536);
    },
  },
];
