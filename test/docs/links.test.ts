import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const documents = globSync("**/*.md", {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|target|dist)(\/|$)/.test(path),
});

it("finds the documents", () => {
  expect(documents).toEqual(expect.arrayContaining(["README.md", "docs/errors.md"]));
});

it.each(documents)("%s links to files and headings that are there", (file) => {
  const text = readFileSync(join(root, file), "utf8");
  for (const [, path = "", heading] of text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]+))?\)/g)) {
    const target = path === "" ? join(root, file) : join(root, file, "..", path);
    expect(existsSync(target), `${file}: ${path}`).toBe(true);
    if (heading !== undefined)
      expect(headings(target), `${file}: ${path}#${heading}`).toContain(heading);
  }
});

/** As GitHub names the headings of a document. */
function headings(file: string): readonly string[] {
  return [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
