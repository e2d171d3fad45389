import { describe, expect, it } from "vitest";
import { WitError } from "../../../src/errors.ts";
import { type Realm, type RealmOptions, startRealm } from "../../../src/javascript/realm/realm.ts";
import {
  GuestError,
  GuestThrown,
  NeverSettles,
  type Targets,
} from "../../../src/javascript/realm/targets.ts";
import { type Script, type ScriptedRuntime, scriptedRuntime } from "./scripted-runtime.ts";

const NONE: Targets = { call: () => undefined, start: () => undefined, now: () => 0 };

describe.each([
  ["on the caller's thread", false],
  ["on another thread", true],
])("a realm %s", (_, later) => {
  async function started(
    programs: Readonly<Record<string, (script: Script, ...args: readonly unknown[]) => void>>,
    targets: Partial<Targets> = {},
    options: Omit<RealmOptions, "targets"> = {},
  ): Promise<{ realm: Realm; runtime: ScriptedRuntime }> {
    const runtime = scriptedRuntime(programs, later);
    const realm = await startRealm(runtime, { ...options, targets: { ...NONE, ...targets } });
    return { realm, runtime };
  }
  const run = async (realm: Realm, name: string, timeMs?: number): Promise<unknown> =>
    await realm.evaluate("main", name, { timeMs });

  it("answers what a program returns and throws", async () => {
    const { realm } = await started({
      good: (script) => script.settle(true, { a: 1n }),
      bad: (script) => script.settle(false, new TypeError("no")),
    });
    await expect(run(realm, "good")).resolves.toEqual({ a: 1n });
    const failure = await run(realm, "bad").catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(GuestThrown);
    expect((failure as GuestThrown).value).toBeInstanceOf(TypeError);
  });

  it("answers at once only where the engine does", async () => {
    const { realm } = await started({ f: (script) => script.settle(true, 5) });
    const answer = realm.enter(["f"], []);
    expect(answer instanceof Promise).toBe(later);
    expect(await answer).toBe(5);
  });

  it("has a hundred calls in flight, and takes their outcomes at once", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    let most = 0;
    const { realm, runtime } = await started(
      {
        all: (script) => {
          const got: unknown[] = [];
          for (let i = 0; i < 100; i++) {
            script.start(16, [i], (_ok, value) => {
              got.push(value);
              if (got.length === 100) script.settle(true, got);
            });
          }
        },
      },
      {
        start: async (_target, [i]) => {
          most++;
          await promise;
          return i;
        },
      },
    );
    const answer = run(realm, "all");
    await new Promise((soon) => setImmediate(soon));
    await new Promise((soon) => setImmediate(soon));
    expect(most).toBe(100);
    resolve(0);
    await expect(answer).resolves.toEqual(Array.from({ length: 100 }, (_each, i) => i));
    expect(runtime.entries).toEqual(["open", "all", "resume 100"]);
  });

  it("is enterable while a run waits", async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const { realm } = await started(
      {
        slow: (script) => script.start(16, [], (ok, value) => script.settle(ok, value)),
        quick: (script, ...args) => script.settle(true, args),
      },
      { start: () => promise },
    );
    const slow = run(realm, "slow");
    await expect(Promise.resolve(realm.enter(["quick"], [1, "a"]))).resolves.toEqual([1, "a"]);
    resolve("late");
    await expect(slow).resolves.toBe("late");
  });

  it("throws in the program what a target throws for it", async () => {
    const thrown: unknown[] = [new GuestError(new RangeError("r")), new WitError({ tag: "no" })];
    thrown.push("bare", new GuestError({ odd: isNaN }));
    const { realm } = await started(
      {
        both: (script) => {
          const got = thrown.map((_each, i) => script.call(16, i));
          script.start(17, [0], (ok, value) => script.settle(true, [...got, { ok, value }]));
        },
      },
      {
        call: (_target, [i]) => {
          throw thrown[i as number];
        },
        start: () => Promise.reject(new GuestError("later")),
      },
    );
    const got = (await run(realm, "both")) as {
      ok: boolean;
      value: Error & { payload: unknown };
    }[];
    expect(got.map(({ ok }) => ok)).toEqual([false, false, false, false, false]);
    expect(got[0]!.value).toBeInstanceOf(RangeError);
    expect(got[1]!.value.payload).toEqual({ tag: "no" });
    expect(got[2]!.value.payload).toBe("bare");
    expect(got[3]!.value.message).toBe("what was thrown.odd is a function");
    expect(got[4]!.value).toBe("later");
  });

  it("throws a TypeError in the program for a result that cannot cross", async () => {
    const { realm } = await started(
      { f: (script) => script.settle(true, script.call(16).value) },
      { call: () => ({ a: [isNaN] }) },
    );
    expect(await run(realm, "f")).toMatchObject({
      name: "TypeError",
      message: "the result.a[0] is a function",
    });
  });

  it("ends where a target fails, before and after its promise", async () => {
    const broken = new Error("broken");
    for (const start of [() => Promise.reject(broken)]) {
      const { realm, runtime } = await started(
        { f: (script) => script.start(16, [], () => undefined) },
        { start },
      );
      await expect(run(realm, "f")).rejects.toMatchObject({
        code: "component-trap",
        cause: broken,
      });
      expect(runtime.disposed).toBe(1);
      expect(() => realm.evaluate("main", "f")).toThrow("a host function threw: broken");
    }
  });

  it("says that a run can never go on, unless another may help it", async () => {
    const programs = { never: () => undefined, f: (script: Script) => script.settle(true, 1) };
    const { realm } = await started(programs);
    await expect(run(realm, "never")).rejects.toBeInstanceOf(NeverSettles);
    await expect(run(realm, "f")).resolves.toBe(1);
    const { realm: patient } = await started(programs, {}, { stuck: "waits" });
    const waiting = run(patient, "never");
    await expect(run(patient, "f")).resolves.toBe(1);
    patient.end(new Error("over"));
    await expect(waiting).rejects.toThrow("over");
  });

  it("lets go of a call that the program gives up, however that ends", async () => {
    const signals: AbortSignal[] = [];
    const { realm } = await started(
      {
        f: (script) => {
          const call = script.start(16, [], () => script.settle(false, "late"));
          script.cancel(call);
          script.start(17, [], () => script.settle(true, "on"));
        },
      },
      {
        start: (target, _args, { signal }) => {
          if (target === 17) return new Promise((resolve) => setTimeout(resolve, 5));
          signals.push(signal);
          return new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(new Error("aborted")));
          });
        },
      },
    );
    await expect(run(realm, "f")).resolves.toBe("on");
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it("aborts what is in flight when it ends, and fails the runs", async () => {
    let signal: AbortSignal | undefined;
    const { realm } = await started(
      { f: (script) => script.start(16, [], () => undefined) },
      {
        start: (_target, _args, call) => {
          ({ signal } = call);
          return new Promise(() => undefined);
        },
      },
    );
    const answer = run(realm, "f");
    await new Promise((soon) => setTimeout(soon, 5));
    realm.abandon(new Error("cancelled"));
    await expect(answer).rejects.toThrow("cancelled");
    expect(signal!.aborted).toBe(true);
    expect(realm.ended).toBe(undefined);
    realm[Symbol.dispose]();
    expect(() => realm.evaluate("main", "f")).toThrow("the program was ended");
  });

  it("runs nothing of the program between runs", async () => {
    const { realm, runtime } = await started(
      {
        f: (script) => {
          script.start(16, [], () => undefined);
          script.settle(true, 1);
        },
        g: (script) => script.settle(true, 2),
        wait: (script) => script.start(17, [], () => script.settle(true, 3)),
      },
      { start: async () => undefined },
    );
    await run(realm, "f");
    await new Promise((soon) => setTimeout(soon, 5));
    expect(runtime.entries).toEqual(["open", "f"]);
    await run(realm, "g");
    await expect(run(realm, "wait")).resolves.toBe(3);
    expect(runtime.entries).toEqual(["open", "f", "g", "wait", "resume 2"]);
  });

  it("gives each entry what is left of the run's time", async () => {
    const { realm, runtime } = await started(
      { f: (script) => script.start(16, [], () => script.settle(true, 1)) },
      { start: async () => undefined },
    );
    let ran = 0;
    const account = { ran: (ms: number) => void (ran += ms), hosted: () => undefined };
    await realm.evaluate("main", "f", { timeMs: 10, account });
    expect(runtime.options.map(({ timeMs }) => timeMs)).toEqual([undefined, 10, 9]);
    expect(ran).toBe(2);
  });

  it("hears of rejections that nobody handled", async () => {
    const heard: unknown[] = [];
    const { realm } = await started(
      {
        f: (script) => {
          script.reject("unseen");
          script.settle(true, 1);
        },
      },
      {},
      { unhandled: (error) => heard.push(error) },
    );
    await run(realm, "f");
    expect(heard).toEqual(["unseen"]);
  });

  it("ends a program that begins more than it may", async () => {
    const { realm } = await started(
      {
        f: (script) => {
          for (let i = 0; i < 6; i++) script.start(16, [], () => undefined);
        },
      },
      { start: () => new Promise(() => undefined) },
      { maxInFlight: 5 },
    );
    await expect(run(realm, "f")).rejects.toThrow("more than 5 calls under way");
  });
});
