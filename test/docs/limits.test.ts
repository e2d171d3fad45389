import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { defaultLimits, type TimeLimit } from "../../src/index.ts";

const document = readFileSync(join(import.meta.dirname, "../../docs/limits.md"), "utf8");

it("has a row for every limit, and none for a limit that there is not", () => {
  const rows = [...document.matchAll(/^\| `([a-zA-Z]+)` \| .* \| .* \| .* \|$/gm)];
  const beside = ["compileMs", "concurrency", "waitingCalls", "breaker", "crashes"];
  const limits = [...Object.keys(defaultLimits.policies), ...beside];
  expect(rows.map(([, limit]) => limit).toSorted()).toEqual(limits.toSorted());
});

it("says of each limit what it is by default", () => {
  const mib = (bytes: number): string =>
    bytes % 2 ** 30 === 0 ? `${bytes / 2 ** 30} GiB` : `${bytes / 2 ** 20} MiB`;
  const seconds = (ms: number): string => `${ms / 1_000} s`;
  const count = (n: number): string => n.toLocaleString("en");
  const inEach = ({ ms, withinMs }: TimeLimit): string =>
    `${seconds(ms)} in each ${withinMs === 60_000 ? "minute" : seconds(withinMs)}`;
  const all = defaultLimits;
  const { crashes, breaker, cpu } = all;
  const deadlines = [all.activateMs, all.commandMs, all.eventMs].map(seconds).join(", ");
  const expected: Readonly<Record<string, string>> = {
    memory: `${mib(all.memoryBytes)} (${mib(all.maxMemoryBytes)})`,
    totalMemory: mib(all.totalMemoryBytes),
    instances: count(all.instances),
    tableElements: count(all.tableElements),
    handles: count(all.handles),
    liftedBytes: mib(all.liftedBytes),
    liftedElements: count(all.liftedElements),
    deadline: `${deadlines} (${seconds(all.maxDeadlineMs)})`,
    cpu: inEach(cpu),
    hostMs: inEach(all.hostMs),
    compileMs: seconds(all.compileMs),
    hostCalls: count(all.hostCallsPerSecond),
    logBytes: `${all.logBytesPerSecond / 1024} KiB`,
    storedBytes: mib(all.storedBytes),
    documents: count(all.documents),
    requests: count(all.requests),
    waitingCalls: count(all.waitingCalls),
    breaker: count(breaker.failures),
    crashes: count(crashes.crashes),
  };
  const said = [...document.matchAll(/^\| `([a-zA-Z]+)` \| [^|]+ \| ([^|]+) \| [^|]+ \|$/gm)]
    .filter(([, limit = ""]) => limit in expected)
    .map(([, limit, value]) => [limit, value]);
  expect(Object.fromEntries(said)).toEqual(expected);
  expect(crashes.withinMs).toBe(60_000);
  expect(document).toContain(
    `left alone for ${seconds(breaker.firstMs)}, doubling up to ${seconds(breaker.maxMs)}`,
  );
});
