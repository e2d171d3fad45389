import { afterAll, describe, expect, test } from "vitest";
import { defineInterface, grantAll, TenonError } from "../../src/index.ts";
import { createHost } from "../../src/host/host.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { nodeTicker } from "../../src/platform/node/guest-thread/node-ticker.ts";
import type { ThreadSource } from "../../src/platform/threads.ts";
import { systemTimers } from "../../src/platform/node/system.ts";
import { scriptedGuest } from "../host/scripted-guest.ts";
import { nearThreads } from "./near-thread.ts";
import { type Fault, faultyThreads, MISHAPS } from "./faulty-port.ts";
import { manifestText } from "../manifest-text.ts";

const ticker = nodeTicker();
afterAll(() => ticker[Symbol.asyncDispose]());

// The host's patience, in short.
const timers = {
  after: (ms: number, callback: () => void) =>
    systemTimers.after(ms >= 10_000 ? ms / 15 : ms / 5, callback),
};

const manifest = manifestText("test/a", { commands: [{ id: "a.run", title: "Run" }] });

// What a call comes to that a fault has struck: an answer, or a TenonError in good time.
async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await call);
  } catch (error) {
    expect(error).toBeInstanceOf(TenonError);
    return (error as TenonError).code;
  }
}

// What may come of it. Every one of these says that the plugin ended, none that it answered.
const ENDS = ["isolate-failed", "plugin-activation", "plugin-deadline", "plugin-crashed"];

async function strike(
  source: ThreadSource,
  fault: Fault,
  suspends: boolean,
): Promise<{ struck: boolean }> {
  const threads = faultyThreads(source, fault);
  const script = defineInterface({
    name: "acme:test/script@1.0.0",
    functions: { step: { waits: suspends } },
    implement: () => ({ step: (_: string, detail: string) => detail }),
  });
  await using host = createHost({
    platform: {
      ...nodePlatform(),
      threads,
      ticker,
      // What is late is not lost.
      timers: fault.mishap === "late" ? systemTimers : timers,
    },
    policy: grantAll([], "any"),
    interfaces: [script],
    limits: { commandMs: 2_000, activateMs: 2_000 },
  });
  await host.install(await scriptedGuest("lifecycle", "commands"), { manifest });
  for (const answer of [1, 2, 3]) {
    const came = await outcome(host.execute("a.run", answer));
    // A call that arrives twice finds itself under way, and either answer may be the first.
    const ends = fault.mishap === "twice" ? [...ENDS, "component-suspended"] : ENDS;
    expect([String(answer), ...ends]).toContain(came);
    if (fault.mishap === "late") expect(came).toBe(String(answer));
  }
  // It is over: the plugin answers again, if not at once where the machine is too busy for our patience.
  let again = "";
  for (let left = 10; left > 0 && again !== "4"; left--) {
    again = await outcome(host.execute("a.run", 4));
  }
  expect(again).toBe("4");
  return threads;
}

describe.each(["guest", "host"] as const)("of the messages to the %s", (towards) => {
  test.each(MISHAPS)(
    "each may meet with a mishap (%s): every caller gets an answer",
    async (mishap) => {
      const reached = await Promise.all(
        [0, 1, 2, 3, 4, 5, 6, 7].map((at) => strike(nearThreads, { mishap, towards, at }, true)),
      );
      expect(reached.filter(({ struck }) => struck).length).toBeGreaterThan(5);
    },
  );

  test.each(["lost", "dies"] as const)(
    "each of a thread that waits for the host's answers may meet with a mishap (%s)",
    async (mishap) => {
      const threads = nodeThreads({ ticker });
      for (const at of [1, 3, 4]) {
        const { struck } = await strike(threads, { mishap, towards, at }, false);
        expect(struck).toBe(true);
      }
    },
  );
});

test("each of the messages to the guest may be one that can't be cloned: every caller gets an answer", async () => {
  for (const [source, suspends] of [
    [nearThreads, true],
    [nodeThreads({ ticker }), false],
  ] as const) {
    const reached = [];
    for (const at of [0, 1, 2, 3, 4]) {
      const fault = { mishap: "unclonable", towards: "guest", at } as const;
      reached.push((await strike(source, fault, suspends)).struck);
    }
    expect(reached).toEqual([true, true, true, true, true]);
  }
});
