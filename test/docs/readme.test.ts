import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { defaultLimits, type TimeLimit } from "../../src/index.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");

it("has a line for every error code, and none for a code that there is not", () => {
  const source = readFileSync(join(root, "src/errors.ts"), "utf8");
  const codes = [...source.matchAll(/^ {2}\| "([a-z-]+)"/gm)].map(([, code]) => code);
  const listed = [...readme.matchAll(/^\| `([a-z]+(?:-[a-z]+)+|usage)` \| /gm)].map(
    ([, code]) => code,
  );
  expect(codes.length).toBeGreaterThan(50);
  expect(listed.toSorted()).toEqual(codes.toSorted());
});

it("has a row for every limit, and none for a limit that there is not", () => {
  const [, section = ""] = readme.split("## Limits\n");
  const rows = [
    ...section.split("\n## ")[0]!.matchAll(/^\| `([a-zA-Z]+)` \| .* \| .* \| .* \|$/gm),
  ];
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
  const said = [...readme.matchAll(/^\| `([a-zA-Z]+)` \| [^|]+ \| ([^|]+) \| [^|]+ \|$/gm)]
    .filter(([, limit = ""]) => limit in expected)
    .map(([, limit, value]) => [limit, value]);
  expect(Object.fromEntries(said)).toEqual(expected);
  expect(crashes.withinMs).toBe(60_000);
  expect(readme).toContain(
    `left alone for ${seconds(breaker.firstMs)}, doubling up to ${seconds(breaker.maxMs)}`,
  );
});

it("links to files that are there", () => {
  for (const file of ["README.md", "src/README.md", "CONTRIBUTING.md"]) {
    const text = readFileSync(join(root, file), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      expect(existsSync(join(root, file, "..", target)), `${file}: ${target}`).toBe(true);
    }
  }
});
