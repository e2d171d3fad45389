import { expect, it } from "vitest";
import { blocksOf, matches } from "../../scripts/docs/examples/blocks.ts";

it("finds a block, the heading above it, and what it prints", () => {
  const text =
    "# A\n\n1. One:\n\n   ```ts\n   f();\n   ```\n\n   It prints:\n\n   ```text\n   1\n   ```\n";
  expect(blocksOf(text)).toEqual([
    { language: "ts", text: "f();", line: 6, heading: "A", output: "1" },
  ]);
});

it("takes no block's output for another's", () => {
  const text = "```ts\nf();\n```\n```sh\nls\n```\n```text\na\n```\n";
  expect(blocksOf(text).map(({ output }) => output)).toEqual([undefined, "a"]);
});

it("refuses a block without an end", () => {
  expect(() => blocksOf("```ts\nf();\n")).toThrow("has no end");
});

it("compares what is printed with what is said, up to …", () => {
  expect(matches("a 1 b\nc\nd\n", "a … b\n…\nd")).toBe(true);
  expect(matches("a\n", "…")).toBe(true);
  expect(matches("", "")).toBe(true);
  expect(matches("a 1\nb", "a …")).toBe(false);
  expect(matches("a", "b")).toBe(false);
  expect(matches("a\nb\nc", "a\nc")).toBe(false);
  expect(matches("a.b", "a+b")).toBe(false);
  expect(matches("a", "")).toBe(false);
});
