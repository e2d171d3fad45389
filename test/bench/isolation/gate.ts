import { equal } from "node:assert/strict";
import { z } from "zod";
import { noAudit } from "../../../src/capability/audit.ts";
import { createAuthority } from "../../../src/capability/create-authority.ts";
import { grantAll } from "../../../src/capability/static-policy.ts";
import { defineCapability, defineInterface } from "../../../src/index.ts";
import { systemClock, systemTimers } from "../../../src/platform/node/system.ts";
import { AnswerCache } from "../../../src/plugin/gate/answer-cache.ts";
import { HeldUp } from "../../../src/plugin/limits/held-up.ts";
import { gateInterface } from "../../../src/plugin/gate/gate.ts";
import { Meter } from "../../../src/telemetry/meter.ts";
import { Telemetry } from "../../../src/telemetry/events.ts";
import { testAllowance } from "../../host/test-allowance.ts";
import { absoluteRow, type Contestant, loop } from "../component/measure.ts";
import type { BenchOptions, BenchRow } from "../row.ts";
import { callerOf, ours } from "../../identity/ours.ts";

const capability = defineCapability<object, unknown>({
  name: "lamp",
  scope: z.object({}),
  describe: () => "may switch the lamp",
  intersect: () => ({}),
  covers: () => true,
});

/**
 * What stands between a guest and the implementation that it may call: of one function that nobody
 * else calls, and where eight functions of other arguments and answers are called in turns, as the
 * guests of a host do.
 */
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  const authority = createAuthority({
    capabilities: [capability],
    policy: grantAll(["lamp"], "any"),
    audit: noAudit,
    clock: systemClock,
  });
  const requests = [{ capability: "lamp", reason: "light", optional: false }];
  await authority.enroll({ name: "test/a", version: "1.0.0", identity: ours, requests });
  const definition = defineInterface({
    name: "bench:lamp/switch@1.0.0",
    capability,
    implement: () => ({}),
  });
  const gated = (plain: Readonly<Record<string, unknown>>) =>
    gateInterface(definition as never, Object.keys(plain), plain, {
      caller: callerOf("test/a"),
      authority,
      meter: new Meter(),
      telemetry: new Telemetry(),
      clock: systemClock,
      timers: systemTimers,
      // A limit that no benchmark reaches.
      allowance: testAllowance({
        limits: { hostCallsPerSecond: 1e12 },
        now: () => systemClock.monotonic(),
      }).allowance,
      patience: { hold: () => undefined, release: () => undefined },
      answers: new AnswerCache({ entries: 10, bytes: 10_000 }, systemClock),
      component: "sha256:bench",
      own: () => () => undefined,
      heldUp: new HeldUp(systemClock),
      said: () => undefined,
    });

  const one = { plus: (a: number, b: number): number => a + b };
  const alone = least({
    ours: loop("api.plus(i,2)", { api: gated(one) }),
    plain: loop("api.plus(i,2)", { api: one }),
  });

  const many = {
    a: (): number => 1,
    b: (n: number): boolean => n > 3,
    c: (s: string): number => s.length,
    d: (a: number, b: number): number => a * b,
    e: (a: number, s: string): string => (a > 0 ? s : ""),
    f: (a: number, b: number, c: boolean): number => (c ? a : b),
    g: (a: number, b: number, c: number, d: number): number => a + b + c + d,
    h: (): undefined => undefined,
  };
  const all =
    'api.a()+api.b(i)+api.c("lamp")+api.d(i,2)+api.e(i,"on").length+api.f(i,2,true)+api.g(i,1,2,3)+(api.h()===undefined)';
  const mixed = least({
    ours: loop(all, { api: gated(many) }),
    plain: loop(all, { api: many }),
  });
  return [
    absoluteRow(
      "gate of an allowed host call",
      "ns",
      alone.ours - alone.plain,
      { "called straight": alone.plain },
      30,
    ),
    absoluteRow(
      "the same, eight functions in turns",
      "ns",
      (mixed.ours - mixed.plain) / 8,
      { "called straight": mixed.plain / 8 },
      30,
    ),
  ];
}

// The least nanoseconds of one piece of work, of short batches in turns: what is looked for here is less
// than what other work on the machine adds to a median. Throws where the answers differ.
function least(contestants: { readonly ours: Contestant; readonly plain: Contestant }): {
  readonly ours: number;
  readonly plain: number;
} {
  const times = 5_000;
  equal(contestants.ours(times), contestants.plain(times));
  const of = { ours: Infinity, plain: Infinity };
  for (let round = 0; round < 400; round++) {
    for (const name of ["plain", "ours"] as const) {
      const start = performance.now();
      contestants[name](times);
      of[name] = Math.min(of[name], ((performance.now() - start) * 1e6) / times);
    }
  }
  return of;
}
