import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { absoluteRow } from "../component/measure.ts";
import type { BenchOptions, BenchRow } from "../row.ts";
import type { Report } from "./started/report.ts";

/**
 * 1,000 instances of word-count on as many threads as there are processors: plugins of a host, each
 * started, called and checked, beside their core modules on bare workers. Each in a process of its own.
 */
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  const bare = measured("bare");
  const ours = measured("plugins");
  const kib = (bytes: number): number => bytes / 1024;
  return [
    absoluteRow("1,000 plugins started, resident each", "KiB", kib(ours.resident), {
      "core instances on bare workers": kib(bare.resident),
    }),
    absoluteRow("starting each and a first call", "ms", ours.startMs, {
      "bare, without activation": bare.startMs,
    }),
    absoluteRow("a call to one of them at 200 a second, p99", "ms", ours.p99, {
      median: ours.median,
      "bare postMessage, p99": bare.p99,
      "bare, median": bare.median,
    }),
  ];
}

function measured(what: "plugins" | "bare"): Report {
  const script = join(import.meta.dirname, "started", `${what}.ts`);
  const printed = execFileSync(process.execPath, ["--expose-gc", script], { encoding: "utf8" });
  return JSON.parse(printed.trim().split("\n").at(-1)!) as Report;
}
