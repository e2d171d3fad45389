import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defineInterface, grantAll, type Host } from "../../src/index.ts";
import { createHost } from "../../src/host/host.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { api, eventually, failure, fn, HOST, start } from "../conformance/engine-expect.ts";
import { component, counterMaker, thingUser } from "../conformance/engine-guests.ts";
import { scriptedGuest } from "../host/scripted-guest.ts";
import { componentOf } from "../plugins/sample-plugins.ts";
import { everywhere } from "./places.ts";
import { manifestText } from "../manifest-text.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

interface Counter extends Disposable {
  next(): number | Promise<number>;
}

everywhere(({ engine }) => {
  // The guest's counters, and the numbers of those that it dropped.
  async function counters() {
    const dropped: number[] = [];
    const imports = { [HOST]: { dropped: (n: number) => void dropped.push(n) } };
    const instance = await start(engine, counterMaker(), imports);
    const { Counter } = api<{
      Counter: { new (n: number): Counter | Promise<Counter> };
    }>(instance, "acme:test/counters@1.0.0");
    const make = async (n: number): Promise<Counter> => new Counter(n);
    return { instance, dropped, make };
  }

  test("a guest's resources that the host forgets are dropped, those of an ended instance, too", async () => {
    const { instance, dropped, make } = await counters();
    const other = await counters();
    const kept = await other.make(40);
    const forget = async (): Promise<void> => {
      for (let n = 1; n <= 20; n++) await (await make(n * 100)).next();
    };
    await forget();
    // One may be kept alive by chance.
    for (let left = 100; left > 0 && dropped.length < 18; left--) {
      gc();
      await new Promise<void>((resolve) => void setTimeout(resolve, 5));
    }
    expect(dropped.length).toBeGreaterThanOrEqual(18);
    await forget();
    instance[Symbol.dispose]();
    gc();
    await new Promise<void>((resolve) => void setTimeout(resolve, 20));
    gc();
    expect(await kept.next()).toBe(41);
    expect(other.dropped).toEqual([]);
  });

  test("a guest's resource that was dropped is of no use, and the instance goes on", async () => {
    const { dropped, make } = await counters();
    const [gone, kept] = [await make(1), await make(40)];
    gone[Symbol.dispose]();
    gone[Symbol.dispose]();
    await failure("component-type", () => gone.next());
    expect(await kept.next()).toBe(41);
    await eventually(() => expect(dropped).toEqual([1]));
  });

  test("what a call lends is lent for that call, even where the host keeps it", async () => {
    const { imports } = things();
    const looked: { value(): number }[] = [];
    const host = (imports as Record<string, object>)[HOST]!;
    const look = (thing: { value(): number }): number => {
      looked.push(thing);
      return thing.value();
    };
    const instance = await start(engine, thingUser(), { [HOST]: { ...host, look } });
    const other = await start(engine, thingUser(), { ...imports });
    expect(await fn(instance, "useThing")(7)).toBe(7007);
    // The host's own object, which stays the host's.
    for (const thing of looked) expect(thing.value()).toBe(7);
    await failure("component-trap", () => fn(instance, "forge")());
    expect(await fn(other, "useThing")(8)).toBe(8008);
    expect(instance.state).toBe("poisoned");
  });

  // Host things, and how many of them are there.
  function things(): { readonly alive: Set<number>; readonly imports: object } {
    const alive = new Set<number>();
    class Thing {
      readonly number: number;
      constructor(number: number) {
        this.number = number;
        alive.add(number);
      }
      static find(number: number): Thing {
        return new Thing(number);
      }
      value(): number {
        return this.number;
      }
      [Symbol.dispose](): void {
        alive.delete(this.number);
        if (this.number === 13) throw new Error("can't be disposed of");
      }
    }
    const look = ({ number }: Thing): number => number;
    return { alive, imports: { [HOST]: { Thing, look, keep: () => {} } } };
  }

  test("a forged handle traps, and other instances keep their own", async () => {
    const compiled = await engine.compile(await thingUser());
    const { imports } = things();
    const forger = await compiled.instantiate({ ...imports });
    const other = await compiled.instantiate({ ...imports });
    await fn(other, "hold")(1);
    const error = await failure("component-trap", () => fn(forger, "forge")());
    expect(error.data["kind"]).toBe("unknown-handle");
    expect(await fn(other, "useThing")(7)).toBe(7007);
  });

  test("what a guest holds of the host's is disposed of when it ends, however it ends", async () => {
    const { alive, imports } = things();
    const orderly = await start(engine, thingUser(), { ...imports });
    await fn(orderly, "hold")(1);
    await fn(orderly, "hold")(2);
    expect([...alive]).toEqual([1, 2]);
    orderly[Symbol.dispose]();
    const trapped = await start(engine, thingUser(), { ...imports });
    await fn(trapped, "hold")(3);
    await failure("component-trap", () => fn(trapped, "forge")());
    trapped[Symbol.dispose]();
    await eventually(() => expect([...alive]).toEqual([]));
  });

  test("memory is capped for each instance alone", async () => {
    const bytes = await component(`(component
      (core module $M (memory (export "memory") 1)
        (func (export "grow") (result i32)
          (loop $l (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
          (memory.size)))
      (core instance $m (instantiate $M))
      (func (export "grow") (result u32) (canon lift (core func $m "grow"))))`);
    const compiled = await engine.compile(bytes);
    for (const pages of [4, 16, 4]) {
      const limits = { memoryBytes: pages * 65_536 };
      const instance = await compiled.instantiate({}, { limits });
      expect(await fn(instance, "grow")()).toBe(pages);
      instance[Symbol.dispose]();
    }
  });
});

describe.each(["caller", "thread"] as const)("a host of plugins (%s)", (level) => {
  let host: Host;
  let loop: Promise<unknown> | undefined;
  beforeAll(async () => {
    const script = defineInterface({
      name: "acme:test/script@1.0.0",
      functions: { step: { waits: true } },
      implement: () => ({
        step: async (what: string) => {
          if (what !== "run") return "";
          // Another guest's endless loop, inside a host function of this one.
          loop = host.execute("hostile.loop");
          return await loop.then(
            () => '"it ended"',
            (error: { code: string }) => JSON.stringify(error.code),
          );
        },
      }),
    });
    host = createHost({
      platform: nodePlatform(),
      policy: grantAll([], "any"),
      interfaces: [script],
      isolation: (manifest) => (manifest.name === "tenon/hostile" ? level : "thread"),
      limits: { commandMs: 1_000 },
      settings: () => ({ activate: "well" }),
    });
    await host.install(await componentOf("json-tools"));
    await host.install(await componentOf("hostile"));
    const manifest = manifestText("test/a", {
      limits: { commandMs: 20_000 },
      commands: [{ id: "a.run", title: "Run" }],
    });
    await host.install(await scriptedGuest("commands"), { manifest });
  });
  afterAll(() => host[Symbol.asyncDispose]());

  test("hands a guest the end of another's endless loop, inside its host function", async () => {
    expect(await host.execute("a.run")).toBe("plugin-deadline");
    expect(await host.execute("json-tools.minify", { text: "[ 1 ]" })).toEqual({ text: "[1]" });
  });
});

test("closing a host in mid-call answers every caller", async () => {
  const host = createHost({
    platform: nodePlatform(),
    policy: grantAll([], "any"),
    limits: { graceMs: 50 },
  });
  await host.install(await componentOf("hostile"));
  await host.execute("hostile.behave");
  const calls = [host.execute("hostile.loop"), host.execute("hostile.behave")];
  const answers = Promise.allSettled(calls);
  await host[Symbol.asyncDispose]();
  const codes = (await answers).map((one) =>
    one.status === "rejected" ? (one.reason as { code: string }).code : "answered",
  );
  expect(codes).toEqual(["host-closed", "host-closed"]);
});
