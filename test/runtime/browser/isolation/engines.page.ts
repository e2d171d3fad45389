import { afterAll, describe, expect, it } from "vitest";
import { callerEngine } from "../../../../src/isolation/caller-engine.ts";
import { GuestPool } from "../../../../src/isolation/guest-pool.ts";
import { RemoteThread } from "../../../../src/isolation/remote/remote-engine.ts";
import { browserPlatform } from "../../../../src/platform/browser/index.ts";
import { engineConformance } from "../../../conformance/engine.ts";
import { threadSkips } from "../../../conformance/thread-skips.ts";

const platform = browserPlatform();
const threads = platform.threads!;
const pool = new GuestPool({ threads, timers: platform.timers, size: 2 });
let thread: RemoteThread | undefined;

afterAll(async () => {
  await thread?.terminate();
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

engineConformance("the caller's thread", () => callerEngine(platform));
engineConformance(
  "a guest's thread",
  () => {
    if (thread === undefined) {
      const { port, memory } = threads.start();
      thread = new RemoteThread(port, memory);
    }
    return thread;
  },
  { skip: threadSkips },
);
engineConformance("a pool of threads", () => pool, { skip: threadSkips });
