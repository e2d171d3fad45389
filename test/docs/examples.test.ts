import { expect, test } from "vitest";
import { DOCUMENTS, faultsOf } from "../../scripts/docs/examples/documents.ts";

test("finds the documents", () => {
  expect(DOCUMENTS).toEqual(expect.arrayContaining(["README.md", "docs/embedding.md"]));
});

test.each(DOCUMENTS)(
  "%s: its examples do what they say",
  (document) => {
    expect(faultsOf(document)).toEqual([]);
  },
  180_000,
);
