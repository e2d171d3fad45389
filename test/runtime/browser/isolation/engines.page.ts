import { afterAll, describe, expect, it } from "vitest";
import { componentEngine } from "../../../../src/component/tenon-engine.ts";
import { callerEngine } from "../../../../src/isolation/caller-engine.ts";
import { GuestPool } from "../../../../src/isolation/guest-pool.ts";
import { browserPlatform } from "../../../../src/platform/browser/index.ts";
import { engineConformance } from "../../../conformance/engine.ts";
import { threadSkips, unsharedSkips } from "../../../conformance/thread-skips.ts";

const platform = browserPlatform();
const threads = platform.threads!;
// By itself it could not have the others' garbage collected, and a page has room for some hundred memories.
const thread = new GuestPool({ threads, timers: platform.timers, clock: platform.clock, size: 1 });
const pool = new GuestPool({ threads, timers: platform.timers, clock: platform.clock, size: 2 });

afterAll(async () => {
  await thread[Symbol.asyncDispose]();
  await pool[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});

describe("a page's threads", () => {
  it("share memory with it where it is cross-origin isolated, and nowhere else", () => {
    const isolated = location.pathname.includes("isolated");
    expect(crossOriginIsolated).toBe(isolated);
    expect(platform.ticker !== undefined).toBe(isolated);
    expect(threads.size).toBeGreaterThanOrEqual(1);
  });
});

engineConformance("the caller's thread", () =>
  callerEngine({ ...platform, engine: async () => componentEngine() }),
);
const skip = crossOriginIsolated ? threadSkips : unsharedSkips;
engineConformance("a guest's thread", () => thread, { skip });
engineConformance("a pool of threads", () => pool, { skip });
