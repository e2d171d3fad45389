// Explainer.md, "Canonical Interface Names".
import { describe, expect, test } from "vitest";
import { servingName } from "../../src/component/link/versions.ts";

describe("an import is served by", () => {
  test.each<[string, readonly string[], string | undefined]>([
    ["a:b/c@0.2", ["a:b/c@0.2.6"], "a:b/c@0.2.6"],
    ["a:b/c@1", ["a:b/c@1.4.0", "a:b/c@1.5.0"], "a:b/c@1.5.0"],
    ["a:b/c@0.2.6", ["a:b/c@0.2"], "a:b/c@0.2"],
    ["a:b/c@1.4.2", ["a:b/c@1"], "a:b/c@1"],
    ["a:b/c@0.2.0", ["a:b/c@0.2", "a:b/c@0.2.6"], "a:b/c@0.2.6"],
    ["a:b/c@0.2", ["a:b/c@0.2", "a:b/c@0.2.6"], "a:b/c@0.2"],
    ["a:b/c@0.0.1", ["a:b/c@0.0.1"], "a:b/c@0.0.1"],
    ["a:b/c@0.0.1", ["a:b/c@0.0.2"], undefined],
    ["a:b/c@0.0.1", ["a:b/c@0.0"], undefined],
    ["a:b/c@0.2", ["a:b/c@0.3.0", "a:b/c@0.3"], undefined],
    ["a:b/c@0", ["a:b/c@0.2.0"], undefined],
    ["a:b/c@1", ["a:b/c@2.0.0", "a:b/c@0.1.0"], undefined],
    ["a:b/c@1", ["a:b/c@1.0.0-rc.1"], undefined],
    ["a:b/c@1", ["a:b/c"], "a:b/c"],
  ])("%s: of %j, %s", (wanted, offered, serving) => {
    expect(servingName(wanted, offered)).toBe(serving);
  });
});
