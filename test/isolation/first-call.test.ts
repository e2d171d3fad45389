// Code is compiled with its module, where no guest waits for it: not on the guests' thread, in the first
// call, where nothing can interrupt it.
import { expect, onTestFinished, test } from "vitest";
import { createHost } from "../../src/host/host.ts";
import { grantAll } from "../../src/index.ts";
import { nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { nodeTicker } from "../../src/platform/node/guest-thread/node-ticker.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { manifestText } from "../manifest-text.ts";
import { watchedThreads } from "../sweep/guest-threads.ts";
import { Machine } from "../sweep/machine.ts";
import { EVENTS, rogueComponent } from "../sweep/rogue.ts";
import { functionRogue } from "../sweep/shapes/function-rogue.ts";

// Functions that take about 80 ms each to compile, and nothing to run.
const HEAVY = 4;
const LOCALS = 2_000;
const BLOCKS = 3_900;

// Milliseconds of processor time, which Linux tells; where nothing does, all take 0.
test("functions that take long to compile are called at once, and nobody waits for them", async () => {
  const ticker = nodeTicker();
  const { threads, guests } = watchedThreads(nodeThreads({ ticker }), 1);
  const host = createHost({
    platform: { ...nodePlatform(), ticker, threads },
    policy: grantAll([], "any"),
  });
  onTestFinished(async () => {
    await host[Symbol.asyncDispose]();
    await ticker[Symbol.asyncDispose]();
  });
  const heavy = functionRogue(({ locals, code }) => {
    locals(LOCALS);
    // (block (br_if 0 (local.get 0)))
    code.times(BLOCKS, 0x02, 0x40, 0x20, 0x00, 0x0d, 0x00, 0x0b);
  }, HEAVY);
  const outcomes: (string | undefined)[] = [];
  const times: number[] = [];
  // Whoever is there first starts the thread, and its component is compiled on it.
  for (const name of ["honest", "rogue"]) {
    const component = await rogueComponent(name, name === "rogue" ? heavy : {});
    const events = [EVENTS.poke, EVENTS.cold].map((event) => `event:${name}.${event}`);
    const manifest = manifestText(`test/${name}`, { activation: events });
    await host.install(component, { manifest });
    const machine = new Machine(guests);
    for (const event of events) {
      const from = machine.now();
      outcomes.push((await host.dispatch(event)).plugins[0]?.tag);
      times.push(sum(machine.now().guests) - sum(from.guests));
    }
  }
  expect(outcomes).toEqual(["handled", "handled", "handled", "handled"]);
  expect(times.at(-1)).toBeLessThan(20);
});

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
