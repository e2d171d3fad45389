import { Allowance } from "../../src/plugin/limits/allowance.ts";
import { type GivenLimits, limitsOf } from "../../src/plugin/limits/limits.ts";
import type { Manifest } from "../../src/plugin/manifest/manifest.ts";
import { parseManifest } from "../../src/plugin/manifest/parse-manifest.ts";
import { Telemetry } from "../../src/telemetry/events.ts";

export interface TestAllowance {
  readonly allowance: Allowance;
  /** How often the plugin was disabled. */
  readonly disabled: () => number;
}

/** What `test/a` may take, by a clock that the test moves. No jitter. */
export function testAllowance({
  limits,
  asked = {},
  now = () => 0,
  telemetry = new Telemetry(),
}: {
  readonly limits?: GivenLimits;
  /** The manifest's limits. */
  readonly asked?: Readonly<Record<string, number>>;
  readonly now?: () => number;
  readonly telemetry?: Telemetry;
} = {}): TestAllowance {
  let disabled = 0;
  const allowance = new Allowance(manifestWith(asked), {
    limits: limitsOf(limits),
    telemetry,
    clock: { monotonic: now },
    random: () => 0,
    disable: () => void disabled++,
  });
  return { allowance, disabled: () => disabled };
}

export function manifestWith(limits: Readonly<Record<string, number>>): Manifest {
  const written = {
    name: "test/a",
    version: "1.0.0",
    title: "A",
    description: "Does as it is told.",
    api: "^0.1.0",
    limits,
  };
  return parseManifest(JSON.stringify(written), new Set());
}
