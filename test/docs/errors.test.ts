import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const document = readFileSync(join(root, "docs/errors.md"), "utf8");

it("has a line for every error code, and none for a code that there is not", () => {
  const source = readFileSync(join(root, "src/errors.ts"), "utf8");
  const codes = [...source.matchAll(/^ {2}\| "([a-z-]+)"/gm)].map(([, code]) => code);
  const listed = [...document.matchAll(/^\| `([a-z]+(?:-[a-z]+)+|usage)` \| /gm)].map(
    ([, code]) => code,
  );
  expect(codes.length).toBeGreaterThan(50);
  expect(listed.toSorted()).toEqual(codes.toSorted());
});
