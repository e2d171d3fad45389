// A process of its own: plugins in a host's pool. Prints a Report.
import { equal } from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createHost, grantAll } from "../../../../src/index.ts";
import { nodePlatform } from "../../../../src/platform/node/index.ts";
import { samplePlugin } from "../../component/plugin.ts";
import { COUNT, INPUT, measure, PLUGIN } from "./report.ts";

type Commands = Record<string, { run(call: object): Promise<string> }>;

const place = mkdtempSync(join(tmpdir(), "tenon-started-"));
try {
  const plugins = join(place, "plugins");
  mkdirSync(plugins);
  // One component under many names: its own manifest is in a section that nobody looks for.
  const component = Buffer.from(samplePlugin(PLUGIN));
  const section = component.indexOf("tenon:manifest");
  component.write("x", section);
  for (let index = 0; index < COUNT; index++) {
    writeFileSync(join(plugins, `p${index}.wasm`), component);
    writeFileSync(join(plugins, `p${index}.json`), manifest(index));
  }
  const platform = nodePlatform({ state: join(place, "state") });
  // One more than usual, where the host has a processor for itself.
  const threads = { ...platform.threads!, size: availableParallelism() };
  await using host = createHost({
    platform: { ...platform, threads },
    policy: grantAll(["text", "ui"], "any"),
    limits: { totalMemoryBytes: 64 * 1024 * 1024 * 1024, instances: COUNT },
  });
  const { refused } = await host.installAll(plugins);
  equal(refused[0]?.error, undefined);
  const started: Commands[string][] = [];
  const report = await measure(
    async (index) => {
      const exports = await host.exportsOf<Commands>(`bench/p${index}`);
      started[index] = exports["tenon:plugin/commands@0.1.0"]!;
    },
    async (index) => {
      const input = JSON.stringify({ text: INPUT });
      const answer = await started[index]!.run({ id: "word-count.count", input });
      equal((JSON.parse(answer) as { readonly words: number }).words, 3);
    },
  );
  equal(host.usage().instances, COUNT);
  console.log(JSON.stringify(report));
} finally {
  rmSync(place, { recursive: true, force: true });
}

function manifest(index: number): string {
  return JSON.stringify({
    name: `bench/p${index}`,
    version: "1.0.0",
    title: "Counts words",
    description: "One of many.",
    api: "^0.1.0",
    commands: [{ id: `p${index}.count`, title: "Count words" }],
    activation: ["event:document.saved"],
    capabilities: {
      text: { reason: "Reads a document when you save it.", optional: true },
      ui: { reason: "Shows the number of words.", optional: true },
    },
    limits: { memoryMiB: 32 },
  });
}
