import { afterAll, describe, expect, it } from "vitest";
import type { Engine } from "../../../../src/component/engine.ts";
import { componentEngine } from "../../../../src/component/tenon-engine.ts";
import { callerEngine } from "../../../../src/isolation/caller-engine.ts";
import { GuestPool } from "../../../../src/isolation/guest-pool.ts";
import { browserPlatform } from "../../../../src/platform/browser/index.ts";
import { engineConformance } from "../../../conformance/engine.ts";
import { threadSkips, unsharedSkips } from "../../../conformance/thread-skips.ts";

const platform = browserPlatform();
const { timers, clock } = platform;
const threads = platform.threads!;

afterAll(() => platform[Symbol.asyncDispose]());

describe("a page's threads", () => {
  it("share memory with it where it is cross-origin isolated, and nowhere else", () => {
    const isolated = location.pathname.includes("isolated");
    expect(crossOriginIsolated).toBe(isolated);
    expect(platform.ticker !== undefined).toBe(isolated);
    expect(threads.size).toBeGreaterThanOrEqual(1);
  });
});

// One engine for all cases, ended after the last: a page has room for some 120 memories, the flags
// of engines among them, and no thread can have the garbage of another pool's threads collected.
function conformance(
  name: string,
  engine: Engine & (Disposable | AsyncDisposable),
  skip: Readonly<Record<string, string>> = {},
): void {
  describe("one engine", () => {
    afterAll(async () => {
      if (Symbol.asyncDispose in engine) await engine[Symbol.asyncDispose]();
      else engine[Symbol.dispose]();
    });
    engineConformance(name, () => engine, { skip });
  });
}

const skip = crossOriginIsolated ? threadSkips : unsharedSkips;
const own = callerEngine({ ...platform, engine: async () => componentEngine() });
conformance("the caller's thread", own);
conformance("a guest's thread", new GuestPool({ threads, timers, clock, size: 1 }), skip);
conformance("a pool of threads", new GuestPool({ threads, timers, clock, size: 2 }), skip);
