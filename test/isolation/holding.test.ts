// A guest can't be suspended in `realloc`. One that spends its time there, and returns before anything
// stops it, does so on a thread apart.
import { expect, onTestFinished, test } from "vitest";
import { grantAll, memoryKeyValue } from "../../src/index.ts";
import { createHost } from "../../src/host/host.ts";
import { Holding } from "../../src/isolation/guest/holding.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { nodeTicker } from "../../src/platform/node/guest-thread/node-ticker.ts";
import { manifestText } from "../manifest-text.ts";
import { misdeedGuest } from "./misdeed.ts";
import { misdeedHost } from "./misdeed-host.ts";
import { honestNeighbours, welfare } from "./neighbours.ts";

// So many rounds of it take about a hundred milliseconds.
const SLOW = `(local.set 0 (i32.const 200_000_000))
  (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))`;

test("a plugin whose realloc is slow holds up its neighbours once, and works on", async () => {
  const ticker = nodeTicker();
  const host = createHost({
    platform: {
      ...nodePlatform(),
      keyValue: memoryKeyValue(),
      ticker,
      threads: { ...nodeThreads({ ticker }), size: 1 },
    },
    policy: grantAll([]),
    interfaces: [misdeedHost().definition],
  });
  onTestFinished(async () => {
    await host[Symbol.asyncDispose]();
    await ticker[Symbol.asyncDispose]();
  });
  const calls = await honestNeighbours(host, 3);
  const manifest = manifestText("test/rogue", {
    activation: ["event:rogue.poke"],
    limits: { eventMs: 5_000 },
  });
  await host.install(await misdeedGuest({ realloc: SLOW }), { manifest });
  const poke = async (): Promise<void> => {
    const { plugins } = await host.dispatch("event:rogue.poke");
    const [one] = plugins;
    expect(one?.tag === "failed" ? one.error : one?.tag).toBe("handled");
  };
  // Where the machine is slow, it is noticed first that the thread does not turn.
  for (let left = 3; left > 0; left--) await host.dispatch("event:rogue.poke");
  await welfare(calls, async () => {
    for (let left = 5; left > 0; left--) await poke();
  });
  expect(host.plugin("test/rogue")).toMatchObject({ crashes: 0, state: "running" });
  for (const nth of [0, 1, 2])
    expect(host.plugin(`test/honest${nth}`)).toMatchObject({ crashes: 0 });
});

test("what holds up others is counted once, and forgiven with the time", () => {
  const often = new Holding();
  // Ten milliseconds in each second is forgiven.
  for (let second = 0; second < 100; second++) {
    expect(often.until(second * 1_000 + 10, second * 1_000)).toBe(false);
  }
  // Told twice of the same stretch.
  expect(often.until(200_030, 200_000)).toBe(false);
  expect(often.until(200_040, 200_000)).toBe(false);
  expect(often.until(200_061, 200_000)).toBe(true);
  // It counts anew, from where it was told.
  expect(often.until(200_100, 200_000)).toBe(false);
  expect(often.until(200_112, 200_000)).toBe(true);
});
