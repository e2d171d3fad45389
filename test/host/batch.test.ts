import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { BatchOutcome, TenonError, Isolation } from "../../src/index.ts";
import type { ThreadSource } from "../../src/platform/threads.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { component } from "../conformance/engine-guests.ts";
import { bystanderAnswers, err, rig, type Rig, type RigOptions } from "./rig.ts";
import { settled } from "../manual-time.ts";

const calm = {
  crashes: { crashes: 10_000, withinMs: 1 },
  breaker: { failures: 10_000, firstMs: 1, maxMs: 1 },
};

function shown(outcomes: readonly BatchOutcome[]): unknown[] {
  return outcomes.map((outcome) =>
    outcome.status === "fulfilled" ? outcome.value : outcome.reason.code,
  );
}

function runs({ steps }: Rig): number[] {
  return steps.flatMap((step) => {
    const [, number] = /^test\/a run (\d+)$/u.exec(step) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
}

// What a caller gets of each kind of call that is not answered.
const FAILURES: ReadonlyMap<string, string> = new Map([
  ["err", "command-failed"],
  ["trap", "plugin-crashed"],
  ["endless", "plugin-deadline"],
  ["aborted", "command-cancelled"],
]);

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe.each<{ readonly level: Isolation }>([{ level: "thread" }, { level: "caller" }])(
  "a batch of calls of a plugin ($level)",
  ({ level }) => {
    const made = (options: RigOptions = {}): Promise<Rig> =>
      rig({ isolation: () => level, ...options, limits: { ...calm, ...options.limits } });

    test("each caller gets the answer to its own call, and the calls run in their order", async () => {
      const plugin = await made();
      plugin.play((_, what, detail) => (what === "run" ? detail : ""));
      await plugin.install("test/a");
      const outcomes = await plugin.host.batch(
        numbers(100).map((input) => ({ command: "a.run", input })),
      );
      expect(shown(outcomes)).toEqual(numbers(100));
      expect(runs(plugin)).toEqual(numbers(100));
      expect(plugin.host.plugin("test/a")).toMatchObject({ starts: 1, calls: 101 });
    });

    test("what one call fails with is its own: a refusal, no such command, one called off", async () => {
      const plugin = await made();
      plugin.play((_, what, detail) => {
        if (what !== "run") return "";
        return detail === "1" ? err("not today") : detail === "2" ? "no JSON" : detail;
      });
      await plugin.install("test/a");
      const outcomes = await plugin.host.batch([
        { command: "a.run", input: 0 },
        { command: "a.run", input: 1 },
        { command: "a.run", input: 2 },
        { command: "b.run" },
        { command: "a.run", input: 3, signal: AbortSignal.abort() },
        { command: "bystander.run" },
        { command: "a.run", input: 4 },
      ]);
      expect(shown(outcomes)).toEqual([
        0,
        "command-failed",
        "command-failed",
        "command-unknown",
        "command-cancelled",
        "fine",
        4,
      ]);
      expect(runs(plugin)).toEqual([0, 1, 2, 4]);
      expect(plugin.host.plugin("test/a")).toMatchObject({ state: "running", starts: 1 });
    });

    test("a trap ends one call; those behind it are made of the next instance, once", async () => {
      const plugin = await made();
      plugin.play((_, what, detail) => (what !== "run" ? "" : detail === "2" ? "!" : detail));
      await plugin.install("test/a");
      const outcomes = await plugin.host.batch(
        numbers(5).map((input) => ({ command: "a.run", input })),
      );
      expect(shown(outcomes)).toEqual([0, 1, "plugin-crashed", 3, 4]);
      expect(runs(plugin)).toEqual(numbers(5));
      expect(plugin.host.plugin("test/a")).toMatchObject({ starts: 2, crashes: 1 });
      expect(await bystanderAnswers(plugin)).toBe(true);
    });

    test("each call has its own deadline, from when it begins", async () => {
      const plugin = await made();
      plugin.play((_, what, detail) => (what !== "run" ? "" : detail === "1" ? "@" : detail));
      await plugin.install("test/a");
      await plugin.host.execute("a.run", 9);
      const outcomes = await plugin.host.batch([
        { command: "a.run", input: 0 },
        { command: "a.run", input: 1, deadlineMs: 50 },
        { command: "a.run", input: 2 },
      ]);
      expect(shown(outcomes)).toEqual([0, "plugin-deadline", 2]);
      const { reason } = outcomes[1] as { readonly reason: TenonError };
      expect(reason.data).toEqual({ limit: "deadline", value: 50 });
      expect(runs(plugin).filter((input) => input !== 1)).toEqual([9, 0, 2]);
      expect(await bystanderAnswers(plugin)).toBe(true);
    });

    test("a caller that gives up has its answer at once, and the others theirs", async () => {
      const plugin = await made();
      const gate = Promise.withResolvers<string>();
      plugin.play((_, what, detail) =>
        what !== "run" ? "" : detail === "0" ? gate.promise : detail,
      );
      await plugin.install("test/a");
      const caller = new AbortController();
      const first = plugin.host.execute("a.run", 0);
      const given = plugin.host.execute("a.run", 1, { signal: caller.signal });
      const last = plugin.host.execute("a.run", 2);
      while (runs(plugin).length === 0) await settled();
      caller.abort();
      await expect(given).rejects.toMatchObject({ code: "command-cancelled" });
      gate.resolve("0");
      expect(await Promise.all([first, last])).toEqual([0, 2]);
    });

    test("calls that have not begun when the plugin is disabled are not made of another instance", async () => {
      const plugin = await made({ limits: { graceMs: 1 } });
      plugin.play((_, what, detail) =>
        what !== "run" ? "" : detail === "1" ? new Promise(() => undefined) : detail,
      );
      await plugin.install("test/a");
      const batch = plugin.host.batch(numbers(4).map((input) => ({ command: "a.run", input })));
      while (runs(plugin).length < 2) await settled();
      await plugin.host.disable("test/a");
      const codes = ["plugin-disabled", "plugin-disabled", "plugin-disabled"];
      expect(shown(await batch)).toEqual([0, ...codes]);
      expect(runs(plugin)).toEqual([0, 1]);
      expect(plugin.host.plugin("test/a")).toMatchObject({ state: "disabled", starts: 1 });
    });

    test("a host function that calls the plugin again waits for the calls before, until the deadline", async () => {
      const plugin = await made();
      let again: Promise<unknown> | undefined;
      plugin.play((_, what, detail) => {
        if (what !== "run" || detail !== "0") return what === "run" ? detail : "";
        again = plugin.host.execute("a.run", 5);
        return again.then((answer) => String(answer));
      });
      await plugin.install("test/a");
      const outcomes = await plugin.host.batch([
        { command: "a.run", input: 0, deadlineMs: 1_500 },
        { command: "a.run", input: 1 },
      ]);
      expect(shown(outcomes)).toEqual(["interface-failed", 1]);
      expect(await again).toBe(5);
      expect(runs(plugin)).toEqual([0, 1, 5]);
    });

    test("a stateless plugin is as it was before each of them", async () => {
      const plugin = await made();
      plugin.play((_, what, detail) => (what === "run" ? detail : ""));
      await plugin.install("test/a", { manifest: { stateless: true } });
      // What the guest takes of its memory would be used up by a third of them.
      const text = "x".repeat(3_000);
      const outcomes = await plugin.host.batch(
        numbers(30).map(() => ({ command: "a.run", input: text })),
      );
      expect(shown(outcomes)).toEqual(numbers(30).map(() => text));
      expect(plugin.host.plugin("test/a").starts).toBe(1);
    });

    test("whatever becomes of calls, each caller gets one answer, in order, and nobody else notices", async () => {
      const kind = fc.constantFrom("ok", "ok", "later", "err", "trap", "endless", "aborted");
      const plugin = await made();
      let kinds: readonly string[] = [];
      plugin.play((_, what, detail) => {
        if (what !== "run") return "";
        switch (kinds[Number(detail)]) {
          case "later":
            return settled().then(() => detail);
          case "err":
            return err("no");
          case "trap":
            return "!";
          case "endless":
            return "@";
          default:
            return detail;
        }
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(kind, { maxLength: 7 }), { maxLength: 4 }),
          async (all) => {
            kinds = all.flat();
            await plugin.install("test/a");
            const before = runs(plugin).length;
            let next = 0;
            const answered: number[] = [];
            const expected = (index: number): unknown => FAILURES.get(kinds[index]!) ?? index;
            for (const group of all) {
              const calls = group.map((each) => {
                const index = next++;
                const signal = each === "aborted" ? AbortSignal.abort() : undefined;
                const deadlineMs = each === "endless" ? 30 : 10_000;
                return plugin.host.execute("a.run", index, { deadlineMs, signal }).then(
                  (value) => ({ index, got: value }),
                  (error: TenonError) => ({ index, got: error.code }),
                );
              });
              for (const call of calls) void call.then(({ index }) => answered.push(index));
              const outcomes = await Promise.all(calls);
              expect(outcomes.map(({ got }) => got)).toEqual(
                outcomes.map(({ index }) => expected(index)),
              );
            }
            const inTurn = (index: number): boolean => kinds[index] !== "aborted";
            expect(answered.toSorted((one, other) => one - other)).toEqual(numbers(kinds.length));
            expect(answered.filter(inTurn)).toEqual(numbers(kinds.length).filter(inTurn));
            // The time of an endless one may be over before it says that it has begun.
            const tells = (index: number): boolean =>
              kinds[index] !== "aborted" && kinds[index] !== "endless";
            expect(runs(plugin).slice(before).filter(tells)).toEqual(
              numbers(kinds.length).filter(tells),
            );
            await plugin.host.uninstall("test/a");
            expect(await bystanderAnswers(plugin)).toBe(true);
          },
        ),
        { numRuns: 8 },
      );
    });
  },
);

describe("calls made in the same turn of the event loop", () => {
  let posted = { guest: 0, host: 0 };

  beforeEach(() => {
    posted = { guest: 0, host: 0 };
  });

  // Counts what is posted.
  function counted(threads: ThreadSource): ThreadSource {
    return {
      ...(threads.own === undefined ? {} : { own: threads.own }),
      size: 1,
      start: () => {
        const { port, memory } = threads.start();
        return {
          memory,
          port: {
            post: (message) => {
              posted.guest++;
              port.post(message);
            },
            listen: (on) =>
              port.listen({
                ...on,
                message: (message) => {
                  posted.host++;
                  on.message(message);
                },
              }),
            terminate: () => port.terminate(),
          },
        };
      },
    };
  }

  const coalescing = (): Promise<Rig> =>
    rig({
      platform: { threads: counted(nodePlatform().threads!) },
      suspends: false,
      limits: { eventMs: 30_000, commandMs: 30_000 },
    });

  test("cross together, and their answers do", async () => {
    const plugin = await coalescing();
    plugin.play((_, what, detail) => (what === "run" ? detail : ""));
    await plugin.install("test/a");
    await plugin.host.execute("a.run", 0);
    posted = { guest: 0, host: 0 };
    const answers = await Promise.all(
      numbers(50).map((input) => plugin.host.execute("a.run", input)),
    );
    expect(answers).toEqual(numbers(50));
    // A message for each sixteen at most: they are sent on while more are written.
    expect(posted.guest).toBeLessThanOrEqual(5);
    // Each asks the host for its step, and the last answer comes behind.
    expect(posted.host).toBeLessThanOrEqual(52);
  });

  test("events do, too", async () => {
    const plugin = await coalescing();
    await plugin.install("test/a", { manifest: { activation: ["event:saved"] } });
    await plugin.host.dispatch("event:saved", 0);
    posted = { guest: 0, host: 0 };
    const reports = await Promise.all(
      numbers(20).map((n) => plugin.host.dispatch("event:saved", n)),
    );
    expect(reports.map(({ plugins }) => plugins)).toEqual(
      numbers(20).map(() => [{ plugin: "test/a", tag: "handled" }]),
    );
    expect(posted.guest).toBeLessThanOrEqual(3);
    expect(plugin.steps.slice(-20)).toEqual(numbers(20).map((n) => `test/a handle ${n}`));
  });

  test("calls of exports do, too", async () => {
    const plugin = await coalescing();
    plugin.play((_, what, detail) => (what === "handle" ? detail : ""));
    await plugin.install("test/a", {
      parts: ["events"],
      manifest: { activation: ["event:saved"] },
    });
    const exports = await plugin.host.exportsOf<{
      readonly "tenon:plugin/events@0.1.0": { handle(event: object): Promise<void> };
    }>("test/a");
    const { handle } = exports["tenon:plugin/events@0.1.0"];
    posted = { guest: 0, host: 0 };
    await Promise.all(numbers(20).map((n) => handle({ name: "x", payload: String(n) })));
    expect(posted.guest).toBeLessThanOrEqual(3);
    expect(plugin.steps.slice(-20)).toEqual(numbers(20).map((n) => `test/a handle ${n}`));
  });

  test("behind a call that can't be undone, those of a stateless plugin are made of the next instance", async () => {
    const plugin = await rig();
    const manifest = {
      name: "test/sums",
      version: "1.0.0",
      title: "Sums",
      description: "Counts its calls.",
      api: "^0.1.0",
      stateless: true,
    };
    const counting = await component(`(component
      (core module $M
        (memory 1)
        (global $count (mut i32) (i32.const 0))
        (func (export "count") (result i32)
          (global.set $count (i32.add (global.get $count) (i32.const 1))) (global.get $count))
        (func (export "grow") (result i32) (memory.grow (i32.const 40))))
      (core instance $m (instantiate $M))
      (func (export "count") (result u32) (canon lift (core func $m "count")))
      (func (export "grow") (result u32) (canon lift (core func $m "grow"))))`);
    await plugin.host.install(counting, { manifest: JSON.stringify(manifest) });
    const { count, grow } = await plugin.host.exportsOf<{
      count(): Promise<number>;
      grow(): Promise<number>;
    }>("test/sums");
    const answers = await Promise.all([count(), count(), grow(), count(), count()]);
    expect(answers).toEqual([1, 1, 1, 1, 1]);
    expect(plugin.host.plugin("test/sums")).toMatchObject({ starts: 2, crashes: 0 });
    expect(plugin.told("stopped")).toEqual([
      { tag: "stopped", plugin: "test/sums", reason: "reset" },
    ]);
  });
});
