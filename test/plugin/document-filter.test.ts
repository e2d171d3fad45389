import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  coversDocument,
  isDocumentEvent,
  matchesGlob,
} from "../../src/plugin/manifest/document-filter.ts";

const event = "event:document-changed";

describe("an event for changed documents", () => {
  test("is for all of them, for a language, or for a glob", () => {
    for (const good of ["", "?language=c++", "?language=markdown", "?glob=**/*.md", "?glob=?"]) {
      expect(isDocumentEvent(event + good), good).toBe(true);
    }
    for (const bad of ["s", "?", "?language=", "?language=C", "?glob=", "?glob=a b", "?uri=x"]) {
      expect(isDocumentEvent(event + bad), bad).toBe(false);
    }
    expect(isDocumentEvent(`${event}?glob=${"x".repeat(129)}`)).toBe(false);
  });

  test("covers the documents that it names, and no others", () => {
    const document = { uri: "file:///notes/a.md", language: "markdown" };
    for (const one of ["", "?language=markdown", "?glob=*.md", "?glob=file:///notes/**"]) {
      expect(coversDocument(event + one, document), one).toBe(true);
    }
    for (const other of ["?language=rust", "?language=mark", "?glob=*.rs", "?glob=notes/**"]) {
      expect(coversDocument(event + other, document), other).toBe(false);
    }
  });
});

describe("a glob", () => {
  test.each<[glob: string, matches: readonly string[], not: readonly string[]]>([
    ["*.md", ["a.md", "file:///x/a.md", ".md"], ["a.mdx", "a.md/b"]],
    ["a*c", ["ac", "x/abc"], ["a/c", "abcd"]],
    ["**", ["", "a", "a/b/c"], []],
    ["**/*.md", ["a.md", "x/a.md", "file:///x/y/a.md"], ["a.md/b", "x/a.txt"]],
    ["src/**/a", ["src/a", "src/b/a", "src/b/c/a"], ["src/ba", "src/b/ca", "xsrc/a"]],
    ["**/a", ["a", "b/a"], ["ba", "b/ca"]],
    ["src/**", ["src/", "src/a/b"], ["src", "xsrc/a"]],
    ["a**/b", ["a/b", "axx/y/b"], ["b", "ab"]],
    ["x/*/y", ["x//y", "x/a/y"], ["x/a/b/y", "x/y"]],
    ["[a].+$", ["[a].+$"], ["a.+$", "[a]x+$"]],
    ["😀*", ["😀", "😀é"], ["é"]],
  ])("%s", (glob, matches, not) => {
    for (const uri of matches) expect(matchesGlob(glob, uri), uri).toBe(true);
    for (const uri of not) expect(matchesGlob(glob, uri), uri).toBe(false);
  });

  test("matches what a regular expression of the same meaning does", () => {
    const text = (...parts: string[]) =>
      fc.array(fc.constantFrom(...parts), { maxLength: 9 }).map((all) => all.join(""));
    fc.assert(
      fc.property(text("a", "b", "/", "*", "**/"), text("a", "b", "/"), (part, uri) => {
        const glob = `/${part}`;
        const source = glob.replaceAll(/(?<=\/)\*{2,}\/|\*{2,}|\*/g, (stars) => {
          if (stars === "*") return "[^/]*";
          return stars.endsWith("/") ? "(?:[^/]*/)*" : ".*";
        });
        const expected = new RegExp(`^${source}$`).test(`/${uri}`);
        expect(matchesGlob(glob, `/${uri}`), source).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });

  test("takes no time that grows beyond its length and the URI's", () => {
    const glob = `/${"a*".repeat(60)}b`;
    expect(matchesGlob(glob, `/${"a".repeat(100_000)}`)).toBe(false);
  });
});
