import { expect } from "vitest";
import type { EngineCase } from "./engine.ts";
import { TenonError } from "../../src/errors.ts";
import { api, API, failure, fn, HOST, start } from "./engine-expect.ts";
import { arithmetic, asking, component } from "./engine-guests.ts";

const echoHost = { askHost: (n: number) => n, tryHost: (n: number) => n };

export const faultCases: readonly EngineCase[] = [
  {
    name: "a trap poisons: the call throws it, later calls say so, other instances go on",
    async run(engine) {
      const compiled = await engine.compile(await arithmetic());
      const [bad, bystander] = [await compiled.instantiate({}), await compiled.instantiate({})];
      await failure("component-trap", () => api(bad, API)["trap"]!());
      expect(bad.state).toBe("poisoned");
      await failure("component-poisoned", () => api(bad, API)["add"]!(1, 2));
      await failure("component-poisoned", () => api(bad, API)["check"]!(2));
      expect(await api(bystander, API)["add"]!(1, 2)).toBe(3);
      expect(bystander.state).toBe("live");
    },
  },
  {
    name: "endless recursion traps and poisons",
    async run(engine) {
      const instance = await start(engine, arithmetic());
      await failure("component-trap", () => api(instance, API)["overflow"]!());
      await failure("component-poisoned", () => api(instance, API)["add"]!(1, 2));
    },
  },
  {
    name: "what a host function throws undeclared ends the call, is its cause, and poisons",
    async run(engine) {
      const cause = new Error("the disk is gone");
      const instance = await start(engine, asking(), {
        [HOST]: {
          ...echoHost,
          askHost() {
            throw cause;
          },
        },
      });
      const error = await failure("component-trap", () => fn(instance, "ask")(1));
      expect(error.cause).toBe(cause);
      await failure("component-poisoned", () => fn(instance, "ask")(1));
    },
  },
  {
    name: "an undeclared exception is no err, even where the function has a result",
    async run(engine) {
      const tryHost = (): never => {
        throw new Error("no err, for it has no payload");
      };
      const instance = await start(engine, asking(), { [HOST]: { ...echoHost, tryHost } });
      await failure("component-trap", () => fn(instance, "try")(1));
      await failure("component-poisoned", () => fn(instance, "try")(1));
    },
  },
  {
    name: "a guest that swallows the host's fault is ended all the same",
    async run(engine) {
      let calls = 0;
      const askHost = (): never => {
        calls++;
        throw new Error("a fault");
      };
      const instance = await start(engine, asking(), { [HOST]: { ...echoHost, askHost } });
      await failure("component-trap", () => fn(instance, "swallow")(1));
      expect(calls).toBe(1);
      expect(instance.state).toBe("poisoned");
    },
  },
  {
    name: "a promise that was not announced is refused",
    async run(engine) {
      const askHost = () => Promise.resolve(1);
      const instance = await start(engine, asking(), { [HOST]: { ...echoHost, askHost } });
      const error = await failure("component-trap", () => fn(instance, "ask")(1));
      expect(error.cause).toBeInstanceOf(TenonError);
      expect((error.cause as TenonError).code).toBe("component-promise");
    },
  },
  {
    name: "entering an instance again in the middle of a call traps",
    async run(engine) {
      let again: (n: number) => unknown = () => undefined;
      let inner: unknown;
      const askHost = (n: number) => {
        try {
          again(n);
        } catch (error) {
          inner = error;
        }
        return n;
      };
      const instance = await start(engine, asking(), { [HOST]: { ...echoHost, askHost } });
      again = (n) => fn(instance, "try")(n);
      await failure("component-trap", () => fn(instance, "ask")(1));
      expect((inner as TenonError).code).toBe("component-trap");
      await failure("component-poisoned", () => fn(instance, "try")(1));
    },
  },
  {
    name: "a closed instance says so",
    async run(engine) {
      const instance = await start(engine, arithmetic());
      instance[Symbol.dispose]();
      instance[Symbol.dispose]();
      expect(instance.state).toBe("closed");
      expect(instance.memoryBytes).toBe(0);
      await failure("component-closed", () => api(instance, API)["add"]!(1, 2));
    },
  },
  {
    name: "memory stops growing at its cap, and the guest is told",
    async run(engine) {
      const compiled = await engine.compile(await arithmetic());
      const instance = await compiled.instantiate({}, { limits: { memoryBytes: 4 * 65_536 } });
      const { grow, add } = api(instance, API);
      expect(await grow!(3)).toBe(1);
      expect(await grow!(1)).toBe(-1);
      expect(instance.memoryBytes).toBe(4 * 65_536);
      expect(await add!(1, 2)).toBe(3);
    },
  },
  {
    name: "a memory that starts over its cap is refused",
    async run(engine) {
      const greedy = component(`(component
        (core module $M (memory (export "memory") 65536) (func (export "f")))
        (core instance $m (instantiate $M))
        (func $f (canon lift (core func $m "f")))
        (export "f" (func $f)))`);
      await failure("component-limit", () => start(engine, greedy));
    },
  },
  {
    name: "a trap in the start function is a trap",
    async run(engine) {
      const bytes = component(`(component
        (core module $M (func $s unreachable) (start $s) (func (export "f")))
        (core instance $m (instantiate $M))
        (func $f (canon lift (core func $m "f")))
        (export "f" (func $f)))`);
      await failure("component-trap", () => start(engine, bytes));
      expect(await api(await start(engine, arithmetic()), API)["add"]!(1, 2)).toBe(3);
    },
  },
  {
    name: "text that is no UTF-8 traps",
    async run(engine) {
      const bytes = component(`(component
        (core module $M (memory (export "memory") 1) (data (i32.const 32) "a\\ffb")
          (data (i32.const 16) "\\20\\00\\00\\00\\03\\00\\00\\00")
          (func (export "f") (result i32) (i32.const 16)))
        (core instance $m (instantiate $M))
        (func $f (result string) (canon lift (core func $m "f") (memory (core memory $m "memory"))))
        (export "f" (func $f)))`);
      const instance = await start(engine, bytes);
      await failure("component-trap", () => fn(instance, "f")());
    },
  },
  {
    name: "an argument of the wrong type is refused before the guest runs",
    async run(engine) {
      const instance = await start(engine, arithmetic());
      await failure("component-type", () => api(instance, API)["add"]!("2", 40));
      expect(await api(instance, API)["add"]!(2, 40)).toBe(42);
    },
  },
];
