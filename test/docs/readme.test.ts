import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { defaultLimits } from "../../src/index.ts";

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
  const beside = ["concurrency", "waitingCalls", "breaker", "crashes"];
  const limits = [...Object.keys(defaultLimits.policies), ...beside];
  expect(rows.map(([, limit]) => limit).toSorted()).toEqual(limits.toSorted());
});

it("links to files that are there", () => {
  for (const file of ["README.md", "src/README.md", "CONTRIBUTING.md"]) {
    const text = readFileSync(join(root, file), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      expect(existsSync(join(root, file, "..", target)), `${file}: ${target}`).toBe(true);
    }
  }
});
