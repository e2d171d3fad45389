import { z } from "zod";
import { noAudit } from "../../../src/capability/audit.ts";
import { createAuthority } from "../../../src/capability/create-authority.ts";
import { grantAll } from "../../../src/capability/static-policy.ts";
import { defineCapability, defineInterface } from "../../../src/index.ts";
import { systemClock, systemTimers } from "../../../src/platform/node/system.ts";
import { AnswerCache } from "../../../src/plugin/answer-cache.ts";
import { gateInterface } from "../../../src/plugin/gate.ts";
import { Meter } from "../../../src/telemetry/meter.ts";
import { Telemetry } from "../../../src/telemetry/events.ts";
import { testAllowance } from "../../host/test-allowance.ts";
import { absoluteRow, loop, measure } from "../component/measure.ts";
import type { BenchOptions, BenchRow } from "../row.ts";

const capability = defineCapability<object, unknown>({
  name: "lamp",
  scope: z.object({}),
  describe: () => "may switch the lamp",
  intersect: () => ({}),
  covers: () => true,
});

/// What stands between a guest and the implementation that it may call.
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  const authority = createAuthority({
    capabilities: [capability],
    policy: grantAll(["lamp"]),
    audit: noAudit,
    clock: systemClock,
  });
  const requests = [{ capability: "lamp", reason: "light", optional: false }];
  await authority.enroll({ name: "test/a", version: "1.0.0", requests });
  const plain = { plus: (a: number, b: number): number => a + b };
  const definition = defineInterface({
    name: "bench:lamp/switch@1.0.0",
    capability,
    implement: () => plain,
  });
  const gated = gateInterface(definition as never, ["plus"], plain, {
    caller: { plugin: "test/a", version: "1.0.0" },
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
  });
  const figures = measure(
    { ours: loop("api.plus(1,2)", { api: gated }), plain: loop("api.plus(1,2)", { api: plain }) },
    3,
  );
  const { ours, plain: bare } = figures as { ours: number; plain: number };
  return [
    absoluteRow("gate of an allowed host call", "ns", ours - bare, { "called straight": bare }, 30),
  ];
}
