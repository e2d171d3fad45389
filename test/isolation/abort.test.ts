import { describe, expect, test } from "vitest";
import { defineInterface, type Isolation } from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { systemTimers } from "../../src/platform/node/system.ts";
import { bystanderAnswers, rig, type Rig } from "../host/rig.ts";

// Resolves when the plugin has been asked so many times for what it does next.
async function asked(made: Rig, times: number): Promise<void> {
  while (made.steps.length < times) await pause(1);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

// Where the plugin loops it is where nobody but the deadline could stop it on the caller's thread.
const loops = "@";

describe.each<[string, Isolation]>([
  ["on the caller's thread", "caller"],
  ["on a thread", "thread"],
])("a call that is aborted, of a guest %s", (_, level) => {
  test("rejects at once; the instance ends where the call has not ended by then, and starts anew", async () => {
    const signals: AbortSignal[] = [];
    const never = new Promise<string>(() => {});
    let hangs = true;
    const script = defineInterface({
      name: "acme:test/script@1.0.0",
      functions: { step: { waits: true } },
      implement: ({ signal, caller }) => ({
        step: (what: string) => {
          if (caller.plugin === "test/bystander") return '"fine"';
          if (what !== "run") return "";
          signals.push(signal);
          return hangs ? never : "7";
        },
      }),
    });
    const made = await rig({ isolation: () => level, script });
    await made.install("test/a");
    const controller = new AbortController();
    const call = failure("command-cancelled", () =>
      made.host.execute("a.run", 1, { signal: controller.signal }),
    );
    while (signals.length === 0) await pause(1);
    const queued = made.host.execute("a.run", 2);
    controller.abort();
    await call;
    // The host function is told when the instance ends, and not before.
    expect(signals[0]!.aborted).toBe(false);
    hangs = false;
    expect(await queued).toBe(7);
    expect(signals[0]!.aborted).toBe(true);
    expect(made.told("stopped")).toMatchObject([{ plugin: "test/a", reason: "aborted" }]);
    expect(made.host.plugin("test/a")).toMatchObject({ state: "running", starts: 2, crashes: 0 });
    expect(await bystanderAnswers(made)).toBe(true);
  });

  test("leaves the instance alone where it ends within 100 ms", async () => {
    let grace: "none" | "runs" | "over" = "none";
    const timers = {
      after(ms: number, callback: () => void) {
        if (ms !== 100) return systemTimers.after(ms, callback);
        // It is not over before it is called off.
        grace = "runs";
        return { [Symbol.dispose]: () => void (grace = "over") };
      },
    };
    const made = await rig({ isolation: () => level, platform: { timers } });
    const gate = Promise.withResolvers<string>();
    made.play((_plugin, what) => (what === "run" ? gate.promise : ""));
    await made.install("test/a");
    const controller = new AbortController();
    const call = failure("command-cancelled", () =>
      made.host.execute("a.run", 1, { signal: controller.signal }),
    );
    await asked(made, 2);
    controller.abort();
    await call;
    expect(grace).toBe("runs");
    gate.resolve("7");
    expect(await made.host.execute("a.run", 2)).toBe(7);
    expect(grace).toBe("over");
    expect(made.told("stopped")).toEqual([]);
    expect(made.host.plugin("test/a")).toMatchObject({ starts: 1, crashes: 0 });
  });

  test("is made again with nothing of it where it was handed over behind one that was aborted", async () => {
    const made = await rig({ isolation: () => level });
    const never = new Promise<string>(() => {});
    made.play((_plugin, what, detail) => (what !== "run" ? "" : detail === "0" ? never : detail));
    await made.install("test/a");
    expect(await made.host.execute("a.run", 9)).toBe(9);
    const controller = new AbortController();
    const { signal } = controller;
    const first = failure("command-cancelled", () => made.host.execute("a.run", 0, { signal }));
    const others = [1, 2, 3].map((n) => made.host.execute("a.run", n));
    await asked(made, 3);
    controller.abort();
    await first;
    expect(await Promise.all(others)).toEqual([1, 2, 3]);
    expect(made.host.plugin("test/a")).toMatchObject({ starts: 2, crashes: 0 });
  });

  test("ends an event's call in the same way; plugins whose turn has not come are passed over", async () => {
    const made = await rig({ isolation: () => level });
    const never = new Promise<string>(() => {});
    made.play((plugin, what) =>
      plugin === "test/a" && (what === "handle" || what === "run") ? never : "",
    );
    const activation = ["event:lamp.on"];
    await made.install("test/a", { manifest: { activation } });
    const controller = new AbortController();
    const { signal } = controller;
    const first = failure("call-aborted", () => made.host.dispatch("event:lamp.on", 1, { signal }));
    await asked(made, 2);
    const second = failure("call-aborted", () =>
      made.host.dispatch("event:lamp.on", 2, { signal }),
    );
    controller.abort();
    await Promise.all([first, second]);
    made.play(() => "");
    const report = await made.host.dispatch("event:lamp.on", 3);
    expect(report.plugins).toEqual([{ plugin: "test/a", tag: "handled" }]);
    // The second was never handed over.
    expect(made.steps.filter((step) => step.includes("handle"))).toEqual([
      "test/a handle 1",
      "test/a handle 3",
    ]);
    expect(made.host.plugin("test/a")).toMatchObject({ starts: 2, crashes: 0 });
  });
});

test("a guest that loops on a thread is stopped 100 ms after its call was aborted, and no neighbour waits", async () => {
  const made = await rig({ suspends: false, limits: { commandMs: 60_000 } });
  made.play((_, what, detail) => (what === "run" && detail === "1" ? loops : "7"));
  await made.install("test/a");
  await made.host.execute("a.run", 2);
  const controller = new AbortController();
  const call = failure("command-cancelled", () =>
    made.host.execute("a.run", 1, { signal: controller.signal }),
  );
  await asked(made, 3);
  controller.abort();
  await call;
  expect(await bystanderAnswers(made)).toBe(true);
  // Long before its deadline.
  expect(await made.host.execute("a.run", 3)).toBe(7);
  expect(made.told("stopped")).toMatchObject([{ plugin: "test/a", reason: "aborted" }]);
  expect(made.host.plugin("test/a")).toMatchObject({ starts: 2, crashes: 0 });
});
