import { expect } from "vitest";
import type { EngineCase } from "./engine.ts";
import { WitError } from "../../src/errors.ts";
import { eventually, failure, fn, HOST, start } from "./engine-expect.ts";
import { asking } from "./engine-guests.ts";

const waiting = [`${HOST}#ask-host`, `${HOST}#try-host`];
const echoHost = { askHost: (n: number) => n, tryHost: (n: number) => n };
const later = (ms = 1) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export const suspensionCases: readonly EngineCase[] = [
  {
    name: "the guest sees a synchronous call where the host answers with a promise",
    async run(engine) {
      const askHost = async (n: number) => {
        await later();
        return n * 2;
      };
      const instance = await start(engine, asking(), { [HOST]: { ...echoHost, askHost } }, waiting);
      const answer = fn(instance, "ask")(21);
      expect(answer).toBeInstanceOf(Promise);
      expect(await answer).toBe(42);
      expect(await fn(instance, "ask")(2)).toBe(4);
    },
  },
  {
    name: "a function that may wait may also answer at once",
    async run(engine) {
      const instance = await start(engine, asking(), { [HOST]: echoHost }, waiting);
      expect(await fn(instance, "ask")(21)).toBe(21);
      expect(await fn(instance, "try")(21)).toBe(21);
    },
  },
  {
    name: "a promise rejected with a WitError is the guest's err",
    async run(engine) {
      const tryHost = async (n: number) => {
        await later();
        if (n === 0) throw new WitError("nothing");
        return n;
      };
      const instance = await start(engine, asking(), { [HOST]: { ...echoHost, tryHost } }, waiting);
      expect(await fn(instance, "try")(0)).toBe(1000 + "nothing".length);
      expect(await fn(instance, "try")(5)).toBe(5);
    },
  },
  {
    name: "a promise rejected with anything else ends the call and poisons",
    async run(engine) {
      const cause = new Error("the network is gone");
      const askHost = async () => {
        await later();
        throw cause;
      };
      const instance = await start(engine, asking(), { [HOST]: { ...echoHost, askHost } }, waiting);
      const error = await failure("component-trap", () => fn(instance, "ask")(1));
      expect(error.cause).toBe(cause);
      await failure("component-poisoned", () => fn(instance, "ask")(1));
    },
  },
  {
    name: "an exception thrown at once by a function that may wait ends the call and poisons",
    async run(engine) {
      const cause = new Error("a fault");
      const tryHost = (): never => {
        throw cause;
      };
      const instance = await start(engine, asking(), { [HOST]: { ...echoHost, tryHost } }, waiting);
      const error = await failure("component-trap", () => fn(instance, "try")(1));
      expect(error.cause).toBe(cause);
      expect(instance.state).toBe("poisoned");
    },
  },
  {
    name: "an exception of a function that may not wait ends the call of a suspending instance",
    async run(engine) {
      const cause = new Error("a fault");
      const tryHost = (): never => {
        throw cause;
      };
      const suspend = [`${HOST}#ask-host`];
      const instance = await start(engine, asking(), { [HOST]: { ...echoHost, tryHost } }, suspend);
      const error = await failure("component-trap", () => fn(instance, "try")(1));
      expect(error.cause).toBe(cause);
      await failure("component-poisoned", () => fn(instance, "ask")(1));
    },
  },
  {
    name: "a suspended instance can't be entered again, and goes on unharmed",
    async run(engine) {
      const gate = Promise.withResolvers<number>();
      const askHost = () => gate.promise;
      const instance = await start(engine, asking(), { [HOST]: { ...echoHost, askHost } }, waiting);
      const first = fn(instance, "ask")(1);
      await later();
      await failure("component-suspended", () => fn(instance, "try")(2));
      gate.resolve(42);
      expect(await first).toBe(42);
      expect(await fn(instance, "try")(2)).toBe(2);
    },
  },
  {
    name: "closing an instance ends a call that would never settle",
    async run(engine) {
      const askHost = () => new Promise<number>(() => undefined);
      const instance = await start(engine, asking(), { [HOST]: { ...echoHost, askHost } }, waiting);
      const stuck = fn(instance, "ask")(1);
      await later();
      instance[Symbol.dispose]();
      await failure("component-closed", () => stuck);
      await failure("component-closed", () => fn(instance, "ask")(1));
    },
  },
  {
    name: "a guest that is closed while it waits never runs on",
    async run(engine) {
      const gate = Promise.withResolvers<number>();
      let calls = 0;
      const askHost = () => {
        calls++;
        return gate.promise;
      };
      const instance = await start(engine, asking(), { [HOST]: { ...echoHost, askHost } }, waiting);
      const stuck = fn(instance, "swallow")(1);
      await eventually(() => expect(calls).toBe(1));
      instance[Symbol.dispose]();
      await failure("component-closed", () => stuck);
      gate.resolve(1);
      await later(5);
      expect(calls).toBe(1);
    },
  },
  {
    name: "many instances wait at the same time",
    async run(engine) {
      const askHost = async (n: number) => {
        await later(5);
        return n + 1;
      };
      const compiled = await engine.compile(await asking(), { suspend: waiting });
      const instances = await Promise.all(
        Array.from({ length: 20 }, () =>
          compiled.instantiate({ [HOST]: { ...echoHost, askHost } }),
        ),
      );
      const answers = await Promise.all(instances.map((it, index) => fn(it, "ask")(index)));
      expect(answers).toEqual(instances.map((_, index) => index + 1));
    },
  },
];
