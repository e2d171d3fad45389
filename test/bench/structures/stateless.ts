import { grantAll } from "../../../src/capability/static-policy.ts";
import { componentEngine } from "../../../src/component/tenon-engine.ts";
import type { Host } from "../../../src/host/options.ts";
import { createHost } from "../../../src/host/host.ts";
import { nodePlatform } from "../../../src/platform/node/index.ts";
import { changedPlugin } from "../../plugins/sample-plugins.ts";
import type { BenchRow } from "../row.ts";
import { busyAwaiting } from "./busy.ts";
import { median, own, rowOf } from "./text-measure.ts";

/**
 * A command of a plugin that says it is stateless: its instance is put back after the call, beside an
 * engine that can't do that, so that each call has a fresh one, and beside a plugin that keeps its.
 */
export async function rows(): Promise<readonly BenchRow[]> {
  const inner = componentEngine();
  const plain: typeof inner = {
    name: "plain",
    compile: (bytes, options) => inner.compile(bytes, { ...options, restorable: false }),
  };
  await using restored = await hostWith(inner, true);
  await using fresh = await hostWith(plain, true);
  await using kept = await hostWith(inner, false);
  const contestants = [
    [own, restored, 100],
    ["fresh", fresh, 20],
    ["kept as it is", kept, 100],
  ] as const;
  const times: Record<string, number[]> = {};
  for (let round = 0; round < 15; round++) {
    for (const [name, host, count] of contestants) {
      const taken = await busyAwaiting(async () => {
        for (let i = 0; i < count; i++) await countWords(host);
      });
      (times[name] ??= []).push((taken / count) * 1e3);
    }
  }
  if (restored.plugin(PLUGIN).starts !== 1 || fresh.plugin(PLUGIN).starts !== 300) {
    throw new Error("instances were not put back, or not made anew");
  }
  const figures = Object.fromEntries(
    Object.entries(times).map(([name, all]) => [name, median(all)]),
  );
  return [rowOf("a call of a stateless plugin, instance restored", "µs", figures, "fresh")];
}

const PLUGIN = "tenon/word-count";

async function hostWith(
  engine: ReturnType<typeof componentEngine>,
  stateless: boolean,
): Promise<Host> {
  const platform = { ...nodePlatform(), engine: async () => engine };
  const host = createHost({ isolation: () => "caller", platform, policy: grantAll([], "any") });
  await host.install(await changedPlugin("word-count", { stateless }));
  return host;
}

async function countWords(host: Host): Promise<void> {
  const found = await host.execute("word-count.count", { text: "one two three" });
  if ((found as { words: number }).words !== 3) throw new Error("miscounted");
}
