import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isLabel,
  isVersion,
  parseExternName,
  uniqueForm,
} from "../../../src/component/validate/names.ts";

const unique = (name: string) => uniqueForm(name, parseExternName(name)!);

describe("a label", () => {
  it("is words and acronyms joined by hyphens, the first starting with a letter", () => {
    for (const label of [
      "a",
      "a-b-c",
      "a1-2-3",
      "A",
      "A-B-C",
      "A1-2-3",
      "is-XML",
      "a11-w0rds",
      "a-1b",
    ]) {
      expect(isLabel(label), label).toBe(true);
    }
    for (const label of [
      "",
      "-",
      "a-",
      "-a",
      "a--b",
      "1",
      "1-2",
      "aB",
      "Ab",
      "a_b",
      "a.b",
      "å",
      "a b",
    ]) {
      expect(isLabel(label), label).toBe(false);
    }
  });

  it("is what the grammar says, for any text", () => {
    const fragment = /^(?:[0-9a-z]+|[0-9A-Z]+)$/;
    const first = /^(?:[a-z][0-9a-z]*|[A-Z][0-9A-Z]*)$/;
    const isGrammatical = (text: string) =>
      text.split("-").every((part, index) => (index === 0 ? first : fragment).test(part));
    const letters = fc.constantFrom(..."abzABZ019-_.:");
    const words = fc.array(fc.stringMatching(/^[a-cA-C0-2]{1,3}$/), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: letters }),
          words.map((parts) => parts.join("-")),
        ),
        (text) => {
          expect(isLabel(text)).toBe(isGrammatical(text));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("an extern name", () => {
  it("is a label, an annotated label or an interface", () => {
    expect(parseExternName("get-JSON")).toEqual({ kind: "label" });
    expect(parseExternName("[constructor]a-b")).toEqual({ kind: "constructor", resource: "a-b" });
    expect(parseExternName("[method]a.b-c")).toEqual({
      kind: "method",
      resource: "a",
      label: "b-c",
    });
    expect(parseExternName("[static]a.b")).toEqual({ kind: "static", resource: "a", label: "b" });
    expect(parseExternName("a:b/c")).toEqual({ kind: "interface", version: undefined });
    expect(parseExternName("a-x:b-y/c-Z@1.2.3")).toEqual({ kind: "interface", version: "1.2.3" });
  });

  it("is nothing else", () => {
    const others = [
      "",
      "[method]a",
      "[method]a.b.c",
      "[method].b",
      "[constructor]",
      "[other]a",
      "[constructor",
      "a:b",
      "a:/",
      "A:b/c",
      "a:B/c",
      "a:b:c/d",
      "a:b/c/d",
      "a/b:c",
      "url=<https://example.com>",
      "__proto__",
    ];
    for (const name of others) expect(parseExternName(name), name).toBeUndefined();
  });

  it("conflicts with names that a language would map to the same", () => {
    const names = [
      "foo",
      "foo-bar",
      "[constructor]foo",
      "[method]foo.bar",
      "[static]foo.baz",
      "foo:bar/baz",
    ];
    expect(new Set(names.map(unique)).size).toBe(names.length);
    for (const [one, other] of [
      ["foo", "FOO"],
      ["foo-bar", "foo-BAR"],
      ["[constructor]foo", "[constructor]FOO"],
      ["[method]foo.bar", "[method]foo.BAR"],
      ["[method]foo.bar", "[static]foo.bar"],
      ["foo", "[method]foo.foo"],
      ["foo-bar", "[static]foo-BAR.FOO-bar"],
      ["foo:bar/baz", "foo:bar/BAZ"],
    ] as const) {
      expect(unique(one), `${one} ${other}`).toBe(unique(other));
    }
  });
});

describe("a version", () => {
  it("is a semantic version, or what comes before a suffix that makes it one", () => {
    for (const version of [
      "1.2.3",
      "0.0.0",
      "1.0.0-rc.1",
      "1.0.0-alpha+b.2",
      "1",
      "0.2",
      "0.0.3",
      "0.0.0",
    ]) {
      expect(isVersion(version, undefined), version).toBe(true);
    }
    for (const version of [
      "",
      "1.2",
      "0",
      "01.0.0",
      "1.0.0-",
      "1.0.0+",
      "1.0.0-01",
      "a",
      "1.0.0 ",
    ]) {
      expect(isVersion(version, undefined), version).toBe(false);
    }
    expect(isVersion("1", ".2.3")).toBe(true);
    expect(isVersion("0.2", ".6-rc.1")).toBe(true);
    expect(isVersion("0.0.1", "-alpha")).toBe(true);
    expect(isVersion("1.2", ".3")).toBe(false);
    expect(isVersion("1", ".2")).toBe(false);
    expect(isVersion("1.2.3", "")).toBe(false);
  });
});
