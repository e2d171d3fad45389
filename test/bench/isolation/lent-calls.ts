import { createHost, defineInterface, grantAll } from "../../../src/index.ts";
import { componentEngine } from "../../../src/component/tenon-engine.ts";
import { CoarseClock } from "../../../src/interfaces/clock.ts";
import { nodePlatform } from "../../../src/platform/node/index.ts";
import { systemClock } from "../../../src/platform/node/system.ts";
import { type Borrower, borrower } from "../../isolation/borrower.ts";
import { row } from "../component/measure.ts";
import type { BenchOptions, BenchRow } from "../row.ts";
import { each, measureWaited } from "./measure.ts";

const CALLS = 20_000;
// Of calls that go to the host and back.
const FEW = 100;

const manifest = JSON.stringify({
  name: "bench/borrower",
  version: "1.0.0",
  title: "Borrower",
  description: "Asks what time it is.",
  license: "Apache-2.0",
  authors: ["Bench"],
  api: "^0.1.0",
  capabilities: { log: { reason: "To link." } },
});

/** A guest's calls of what can be answered where it runs: the clock, in a loop inside the guest. */
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  await using lent = await plugin("inside");
  await using asking = await plugin("outside");
  const coarse = new CoarseClock(systemClock);
  const raw = (await (
    await componentEngine().compile(await borrower())
  ).instantiate({
    ...ungated,
    "acme:test/time@1.0.0": { monotonicUs: () => coarse.monotonicUs() },
  })) as unknown as { readonly exports: { ticks(times: number): bigint } };
  const figures = await measureWaited({
    ours: each(() => lent.guest.ticks(CALLS)),
    "a raw call": each(() => raw.exports.ticks(CALLS)),
    "asked of the host": each(() => asking.guest.ticks(FEW)),
  });
  const { ours, "a raw call": bare, "asked of the host": asked } = figures;
  return [
    row(
      "host call answered inside the worker (clock)",
      { ours: ours! / CALLS, "a raw call": bare! / CALLS, "asked of the host": asked! / FEW },
      "a raw call",
      3,
    ),
  ];
}

// What the guest links to beside the clock.
const ungated = {
  "acme:test/script@1.0.0": { step: () => undefined },
  "tenon:plugin/clock@0.1.0": { nowMs: () => 0n, monotonicUs: () => 0n },
  "tenon:plugin/random@0.1.0": { bytes: () => new Uint8Array(0), number: () => 0n },
  "tenon:plugin/log@0.1.0": { write: () => undefined },
};

interface Benched extends AsyncDisposable {
  readonly guest: Borrower;
}

async function plugin(where: "inside" | "outside"): Promise<Benched> {
  const time = defineInterface({
    name: "acme:test/time@1.0.0",
    functions: { "monotonic-us": { local: where === "inside" } },
    ...(where === "inside" ? { local: { tag: "clock", clock: systemClock } as const } : {}),
    implement: () => {
      const coarse = new CoarseClock(systemClock);
      return { monotonicUs: () => coarse.monotonicUs() };
    },
  });
  const script = defineInterface({
    name: "acme:test/script@1.0.0",
    implement: () => ungated["acme:test/script@1.0.0"],
  });
  const host = createHost({
    platform: nodePlatform(),
    policy: grantAll(["log"], "any"),
    interfaces: [time, script],
    // Limits that no benchmark reaches.
    limits: { hostCallsPerSecond: 1e12, cpu: { ms: 1e9, withinMs: 1e9 } },
  });
  await host.install(await borrower(), { manifest });
  const guest = await host.exportsOf<Borrower>("bench/borrower");
  return { guest, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
}
