import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TenonError, Isolation } from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { settled } from "../manual-time.ts";
import { bystanderAnswers, rig, type Rig, type RigOptions } from "./rig.ts";

const calm = {
  crashes: { crashes: 10_000, withinMs: 1 },
  breaker: { failures: 10_000, firstMs: 1, maxMs: 1 },
};

// Host functions that wait until the test lets them go, by what they were asked.
class Gates {
  readonly #open: Map<string, PromiseWithResolvers<string>> = new Map();
  readonly asked: string[] = [];

  at(detail: string): Promise<string> {
    const gate = Promise.withResolvers<string>();
    this.#open.set(detail, gate);
    this.asked.push(detail);
    return gate.promise;
  }

  open(detail: number, answer: string = String(detail)): void {
    this.#open.get(String(detail))!.resolve(answer);
  }

  async until(count: number): Promise<void> {
    while (this.asked.length < count) await settled();
  }
}

interface Gated {
  readonly plugin: Rig;
  readonly gates: Gates;
  run(input: number): Promise<unknown>;
}

// `test/a`, which may have `concurrency` instances; each of its calls waits at a gate.
async function gated(concurrency: number, options: RigOptions = {}): Promise<Gated> {
  const plugin = await rig({ ...options, limits: { ...calm, ...options.limits } });
  const gates = new Gates();
  plugin.play((_, what, detail) => (what === "run" ? gates.at(detail) : ""));
  await plugin.install("test/a", { manifest: { concurrency } });
  return { plugin, gates, run: (input) => plugin.host.execute("a.run", input) };
}

describe.each<{ readonly level: Isolation }>([{ level: "thread" }, { level: "caller" }])(
  "a plugin with several instances ($level)",
  ({ level }) => {
    const options = { isolation: () => level };

    test("a call that finds the first busy runs at the same time, in the second; one more waits", async () => {
      const { plugin, gates, run } = await gated(2, options);
      const calls = [run(0), run(1), run(2)];
      await gates.until(2);
      await settled();
      expect(gates.asked.toSorted()).toEqual(["0", "1"]);
      expect(plugin.host.plugin("test/a")).toMatchObject({ instances: 2, state: "running" });
      gates.open(1);
      expect(await calls[1]).toBe(1);
      gates.open(0);
      await gates.until(3);
      gates.open(2);
      expect(await Promise.all(calls)).toEqual([0, 1, 2]);
      expect(plugin.host.plugin("test/a").starts).toBe(2);
    });

    test("calls that are made one after the other need no second one", async () => {
      const { plugin, gates, run } = await gated(4, options);
      for (const input of [0, 1, 2]) {
        const call = run(input);
        await gates.until(input + 1);
        gates.open(input);
        expect(await call).toBe(input);
      }
      expect(plugin.host.plugin("test/a")).toMatchObject({ instances: 1, starts: 1 });
    });

    test("one of them that crashes leaves the others alone", async () => {
      const { plugin, gates, run } = await gated(2, options);
      const [crashing, other] = [run(0), run(1)];
      const crash = failure("plugin-crashed", () => crashing);
      await gates.until(2);
      gates.open(0, "!");
      await crash;
      expect(plugin.host.plugin("test/a")).toMatchObject({
        state: "running",
        instances: 1,
        crashes: 1,
      });
      gates.open(1);
      expect(await other).toBe(1);
      expect(await bystanderAnswers(plugin)).toBe(true);
    });

    test("usage is of all of them together", async () => {
      const { plugin, gates, run } = await gated(2, options);
      const first = run(0);
      await gates.until(1);
      const alone = plugin.host.usage("test/a").memoryBytes;
      const second = run(1);
      await gates.until(2);
      gates.open(0);
      gates.open(1);
      await Promise.all([first, second]);
      expect(alone).toBeGreaterThan(0);
      expect(plugin.host.usage("test/a")).toMatchObject({
        memoryBytes: 2 * alone,
        peakMemoryBytes: 2 * alone,
        restarts: 1,
        calls: 4,
      });
      expect(plugin.host.usage().instances).toBe(2);
    });
  },
);

test("a host says how many there are at most, and a manifest may ask for less", async () => {
  const { plugin, gates, run } = await gated(16, { limits: { concurrency: 1 } });
  expect(plugin.host.plugin("test/a").limits.concurrency).toBe(1);
  const calls = [run(0), run(1)];
  await gates.until(1);
  await settled();
  expect(gates.asked).toEqual(["0"]);
  gates.open(0);
  await gates.until(2);
  gates.open(1);
  expect(await Promise.all(calls)).toEqual([0, 1]);
  const other = await gated(2, { limits: { concurrency: 9 } });
  expect(other.plugin.host.plugin("test/a").limits.concurrency).toBe(2);
  expect(other.plugin.host.plugin("test/bystander").limits.concurrency).toBe(1);
});

test("no other plugin goes for a second instance, and where there is no room calls wait", async () => {
  const { plugin, gates, run } = await gated(4, { limits: { instances: 2 } });
  expect(await bystanderAnswers(plugin)).toBe(true);
  const calls = [run(0), run(1)];
  await gates.until(1);
  await settled();
  expect(gates.asked).toEqual(["0"]);
  expect(plugin.host.usage().instances).toBe(2);
  expect(plugin.told("stopped")).toEqual([]);
  gates.open(0);
  await gates.until(2);
  gates.open(1);
  expect(await Promise.all(calls)).toEqual([0, 1]);
});

test("an idle one of them goes where another plugin needs the room", async () => {
  const { plugin, gates, run } = await gated(2, { limits: { instances: 2 } });
  const calls = [run(0), run(1)];
  await gates.until(2);
  gates.open(0);
  gates.open(1);
  await Promise.all(calls);
  expect(plugin.host.plugin("test/a").instances).toBe(2);
  expect(await bystanderAnswers(plugin)).toBe(true);
  expect(plugin.host.plugin("test/a")).toMatchObject({ instances: 1, state: "running" });
});

test("an update waits for all of them, and all of them are of the new version afterwards", async () => {
  const { plugin, gates, run } = await gated(2);
  const calls = [run(0), run(1)];
  await gates.until(2);
  const update = plugin.install("test/a", {
    manifest: { version: "1.1.0", concurrency: 2 },
    replace: "newer",
  });
  gates.open(0);
  expect(await calls[0]).toBe(0);
  await settled();
  expect(plugin.told("upgraded")).toEqual([]);
  gates.open(1);
  await update;
  expect(await calls[1]).toBe(1);
  expect(plugin.told("stopped").map(({ reason }) => reason)).toEqual(["upgraded", "upgraded"]);
  const late = [run(2), run(3)];
  await gates.until(4);
  gates.open(2);
  gates.open(3);
  expect(await Promise.all(late)).toEqual([2, 3]);
  expect(plugin.host.plugin("test/a")).toMatchObject({ version: "1.1.0", instances: 2, starts: 4 });
});

test("a plugin that is disabled or put in quarantine has none of them left", async () => {
  const { plugin, gates, run } = await gated(2, { limits: { graceMs: 20 } });
  const calls = [run(0), run(1)].map((call) => failure("plugin-disabled", () => call));
  await gates.until(2);
  await plugin.host.disable("test/a");
  await Promise.all(calls);
  expect(plugin.host.usage().instances).toBe(0);

  const crashing = await gated(2, {
    limits: { graceMs: 20, crashes: { crashes: 1, withinMs: 60_000 } },
  });
  const [crashed, other] = [crashing.run(0), crashing.run(1)].map((call) =>
    call.catch((error: TenonError) => error.code),
  );
  await crashing.gates.until(2);
  crashing.gates.open(0, "!");
  expect(await crashed).toBe("plugin-crashed");
  expect(await other).toBe("plugin-disabled");
  await settled();
  expect(crashing.plugin.host.plugin("test/a")).toMatchObject({
    state: "quarantined",
    instances: 0,
  });
  expect(await bystanderAnswers(crashing.plugin)).toBe(true);
});

test("so many calls wait for all of them together", async () => {
  const { gates, run } = await gated(2, { limits: { waitingCalls: 1 } });
  const calls = [run(0), run(1), run(2)];
  await failure("plugin-busy", () => run(3));
  await gates.until(2);
  gates.open(0);
  gates.open(1);
  await gates.until(3);
  gates.open(2);
  expect(await Promise.all(calls)).toEqual([0, 1, 2]);
});

test("one to sixteen instances, and one of a plugin that has a state to save", async () => {
  const { install } = await rig();
  for (const [concurrency, code] of [
    [0, "manifest-concurrency"],
    [17, "manifest-concurrency"],
    [1.5, "manifest-invalid"],
    ["2", "manifest-invalid"],
  ] as const) {
    const error = await failure(code, () => install("test/a", { manifest: { concurrency } }));
    expect(error.data["path"]).toBe("/concurrency");
  }
  const parts = ["commands", "state"] as const;
  await failure("manifest-concurrency", () =>
    install("test/a", { parts, manifest: { concurrency: 2 } }),
  );
  await install("test/a", { parts, manifest: { concurrency: 1 } });
});

test("whatever becomes of calls, each is answered once, and never more run at once than there are instances", async () => {
  const kind = fc.constantFrom("ok", "ok", "later", "trap", "endless");
  const plugin = await rig({ limits: calm });
  let kinds: readonly string[] = [];
  let running = 0;
  let most = 0;
  plugin.play(async (_, what, detail) => {
    if (what !== "run") return "";
    most = Math.max(most, ++running);
    if (kinds[Number(detail)] === "later") await settled();
    running--;
    return { trap: "!", endless: "@" }[kinds[Number(detail)] as string] ?? detail;
  });
  const property = fc.asyncProperty(
    fc.array(kind, { maxLength: 20 }),
    fc.integer({ min: 1, max: 4 }),
    async (each, concurrency) => {
      kinds = each;
      running = most = 0;
      const before = plugin.steps.length;
      await plugin.install("test/a", { manifest: { concurrency } });
      const answers = await Promise.all(
        kinds.map((one, index) =>
          plugin.host
            .execute("a.run", index, { deadlineMs: one === "endless" ? 30 : 10_000 })
            .catch((error: TenonError) => error.code),
        ),
      );
      expect(answers).toEqual(
        kinds.map((one, index) =>
          one === "trap" ? "plugin-crashed" : one === "endless" ? "plugin-deadline" : index,
        ),
      );
      expect(most).toBeLessThanOrEqual(concurrency);
      const runs = plugin.steps.slice(before).filter((step) => step.startsWith("test/a run"));
      expect(new Set(runs).size).toBe(runs.length);
      await plugin.host.uninstall("test/a");
      expect(await bystanderAnswers(plugin)).toBe(true);
    },
  );
  await fc.assert(property, { numRuns: 8 });
});
