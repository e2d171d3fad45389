import { expect } from "vitest";
import type { EngineCase } from "./engine.ts";
import { WitError } from "../../src/errors.ts";
import { api, eventually, failure, fn, HOST, start } from "./engine-expect.ts";
import { counterMaker, thingUser } from "./engine-guests.ts";

// A host with a resource class that tells its own instances by their private state.
function things() {
  const journal: string[] = [];
  const kept: unknown[] = [];
  class Thing {
    readonly #n: number;
    constructor(n: number) {
      this.#n = n;
      journal.push(`new ${n}`);
    }
    static find(n: number): Thing {
      if (n === 0) throw new WitError(404);
      return new Thing(n);
    }
    value(): number {
      return this.#n;
    }
    [Symbol.dispose](): void {
      journal.push(`drop ${this.#n}`);
    }
  }
  return {
    journal,
    kept,
    Thing,
    imports: {
      [HOST]: {
        Thing,
        look: (thing: Thing) => thing.value(),
        keep: (thing: Thing) => void kept.push(thing),
      },
    },
  };
}

export const resourceCases: readonly EngineCase[] = [
  {
    name: "a guest makes a host resource, asks it, lends it and drops it",
    async run(engine) {
      const host = things();
      const instance = await start(engine, thingUser(), host.imports);
      expect(await fn(instance, "use-thing")(3)).toBe(3003);
      await eventually(() => expect(host.journal).toEqual(["new 3", "drop 3"]));
    },
  },
  {
    name: "a resource given away is the same object and is not dropped",
    async run(engine) {
      const host = things();
      const instance = await start(engine, thingUser(), host.imports);
      await fn(instance, "give")(5);
      expect(host.kept).toHaveLength(1);
      expect(host.kept[0]).toBeInstanceOf(host.Thing);
      expect((host.kept[0] as { value(): number }).value()).toBe(5);
      expect(host.journal).toEqual(["new 5"]);
    },
  },
  {
    name: "a static function answers a resource or an err",
    async run(engine) {
      const host = things();
      const instance = await start(engine, thingUser(), host.imports);
      expect(await fn(instance, "find")(8)).toBe(8);
      expect(await fn(instance, "find")(0)).toBe(1404);
      await eventually(() => expect(host.journal).toEqual(["new 8", "drop 8"]));
    },
  },
  {
    name: "methods come from the class that the imports gave",
    async run(engine) {
      const { Thing, imports } = things();
      function StandIn(n: number): object {
        return new Thing(n + 100);
      }
      StandIn.find = (n: number) => new Thing(n);
      StandIn.prototype.value = function value(this: InstanceType<typeof Thing>) {
        return Thing.prototype.value.call(this) + 1;
      };
      Object.defineProperty(StandIn, Symbol.hasInstance, {
        value: (it: unknown) => it instanceof Thing,
      });
      const host = { [HOST]: { ...imports[HOST], Thing: StandIn } };
      const instance = await start(engine, thingUser(), host);
      expect(await fn(instance, "use-thing")(3)).toBe(103 * 1000 + 104);
    },
  },
  {
    name: "a handle that was never given out traps",
    async run(engine) {
      const host = things();
      const instance = await start(engine, thingUser(), host.imports);
      await failure("component-trap", () => fn(instance, "forge")());
      expect(instance.state).toBe("poisoned");
    },
  },
  {
    name: "an object that is no resource of the class is refused",
    async run(engine) {
      const host = things();
      const find = () => ({ value: () => 1 });
      const Thing = Object.assign(function Thing() {}, { find });
      Thing.prototype.value = () => 1;
      const imports = { [HOST]: { ...host.imports[HOST], Thing } };
      const instance = await start(engine, thingUser(), imports);
      await failure("component-trap", () => fn(instance, "find")(8));
    },
  },
  {
    name: "a guest's resources are classes that the host makes, calls and disposes of",
    async run(engine) {
      const dropped: number[] = [];
      const host = { [HOST]: { dropped: (n: number) => void dropped.push(n) } };
      const instance = await start(engine, counterMaker(), host);
      const { Counter } = api<{ Counter: new (n: number) => Disposable & { next(): number } }>(
        instance,
        "acme:test/counters@1.0.0",
      );
      // Where the guest is on another thread, `new` and methods answer with promises.
      const counter = await new Counter(40);
      expect([await counter.next(), await counter.next()]).toEqual([41, 42]);
      expect(counter).toBeInstanceOf(Counter);
      counter[Symbol.dispose]();
      await eventually(() => expect(dropped).toEqual([42]));
    },
  },
  {
    name: "closing an instance runs the destructors of its own resources",
    async run(engine) {
      const dropped: number[] = [];
      const host = { [HOST]: { dropped: (n: number) => void dropped.push(n) } };
      const instance = await start(engine, counterMaker(), host);
      const { Counter } = api<{ Counter: new (n: number) => Disposable }>(
        instance,
        "acme:test/counters@1.0.0",
      );
      await new Counter(7);
      instance[Symbol.dispose]();
      await eventually(() => expect(dropped).toEqual([7]));
    },
  },
  {
    name: "closing an instance drops the host resources that it still owns",
    async run(engine) {
      const host = things();
      const instance = await start(engine, thingUser(), host.imports);
      await fn(instance, "hold")(9);
      expect(host.journal).toEqual(["new 9"]);
      instance[Symbol.dispose]();
      await eventually(() => expect(host.journal).toEqual(["new 9", "drop 9"]));
    },
  },
];
