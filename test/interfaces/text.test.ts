import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DocumentEvent } from "../../src/interfaces/text/document-event.ts";
import { createDocuments } from "../../src/interfaces/text/documents.ts";
import type * as Contract from "../../src/interfaces/generated/host/text.ts";
import { handOver } from "../../src/interfaces/text/text-document-handle.ts";
import { Retained } from "../../src/interfaces/text/text-retained.ts";
import { textCapability, textInterface } from "../../src/interfaces/text/text.ts";
import { answerOf, given, scopeOf, testCaller } from "./caller.ts";

const uri = "file:///a.md";
const utf8 = (text: string): Buffer => Buffer.from(text, "utf8");

function plugin(text: string, scope: unknown = { access: "edit" }, name?: string) {
  const documents = createDocuments();
  const document = documents.open(uri, text, "markdown");
  const caller = testCaller(name, scope);
  return {
    documents,
    document,
    caller,
    ...given<typeof Contract>(textInterface(documents), caller),
  };
}

const snapshotOf = (text: string): Contract.Snapshot => plugin(text).open(uri).snapshot();

// Texts with every kind of character and line break.
const someText = fc
  .array(fc.constantFrom("a", "b", "é", "€", "😀", "\n", "\r", "\r\n", "\u0301", "x".repeat(700)))
  .map((parts) => parts.join(""));

describe("a snapshot", () => {
  it("has sizes, slices and a version", () => {
    const snapshot = snapshotOf("é😀\nab");
    expect(snapshot.version()).toBe(1n);
    expect(snapshot.size()).toBe(9);
    expect(snapshot.lines()).toBe(2);
    expect(snapshot.slice({ start: 2, end: 7 })).toBe("😀\n");
    expect(snapshot.line(1)).toEqual({ start: 7, end: 9 });
    expect(snapshot.point(8)).toEqual({ line: 1, column: 1 });
    expect(snapshot.offset({ line: 1, column: 2 })).toBe(9);
    expect(snapshot.find("ab", 0)).toEqual({ start: 7, end: 9 });
    expect(snapshot.find("nothing", 0)).toBeUndefined();
    expect(snapshot.find("", 2)).toEqual({ start: 2, end: 2 });
  });

  it("counts \\n, \\r\\n and a lone \\r once each, and an empty text as one line", () => {
    expect(snapshotOf("").lines()).toBe(1);
    expect(snapshotOf("").line(0)).toEqual({ start: 0, end: 0 });
    const snapshot = snapshotOf("a\r\nb\rc\n\r");
    expect(snapshot.lines()).toBe(5);
    expect([0, 1, 2, 3, 4].map((line) => snapshot.line(line))).toEqual([
      { start: 0, end: 1 },
      { start: 3, end: 4 },
      { start: 5, end: 6 },
      { start: 7, end: 7 },
      { start: 8, end: 8 },
    ]);
  });

  it("has a point for each offset, that between \\r and \\n too, and back", () => {
    const snapshot = snapshotOf("ab\r\nc\rd\n");
    for (let offset = 0; offset <= snapshot.size(); offset++) {
      expect(snapshot.offset(snapshot.point(offset))).toBe(offset);
    }
    expect(answerOf(() => snapshot.offset({ line: 0, column: 4 }))).toEqual({
      err: { tag: "out-of-range", val: 4 },
    });
  });

  it("sees a lone surrogate as U+FFFD", () => {
    const snapshot = snapshotOf("a\ud83db");
    expect(snapshot.size()).toBe(5);
    expect(snapshot.slice({ start: 1, end: 4 })).toBe("\ufffd");
  });

  it("names the offset or line that is past the end, or inside a character", () => {
    const snapshot = snapshotOf("é\nb");
    const most = 2 ** 32 - 1;
    const errors: [() => unknown, string, number][] = [
      [() => snapshot.slice({ start: 0, end: 5 }), "out-of-range", 5],
      [() => snapshot.slice({ start: 3, end: 2 }), "out-of-range", 3],
      [() => snapshot.slice({ start: most, end: most }), "out-of-range", most],
      [() => snapshot.slice({ start: 1, end: 2 }), "inside-character", 1],
      [() => snapshot.slice({ start: 0, end: 1 }), "inside-character", 1],
      [() => snapshot.line(2), "out-of-range", 2],
      [() => snapshot.line(most), "out-of-range", most],
      [() => snapshot.point(5), "out-of-range", 5],
      [() => snapshot.point(1), "inside-character", 1],
      [() => snapshot.offset({ line: 2, column: 0 }), "out-of-range", 2],
      [() => snapshot.offset({ line: 0, column: 3 }), "out-of-range", 3],
      [() => snapshot.offset({ line: 0, column: 1 }), "inside-character", 1],
      [() => snapshot.find("b", 5), "out-of-range", 5],
      [() => snapshot.find("b", 1), "inside-character", 1],
    ];
    for (const [call, tag, val] of errors) expect(answerOf(call)).toEqual({ err: { tag, val } });
    expect(snapshot.slice({ start: 0, end: 4 })).toBe("é\nb");
  });

  it("gives at most 4 MiB at once and takes needles of at most 64 KiB", () => {
    const snapshot = snapshotOf("x".repeat(5 << 20));
    expect(answerOf(() => snapshot.slice({ start: 0, end: (4 << 20) + 1 }))).toEqual({
      err: { tag: "too-large", val: 4 << 20 },
    });
    expect(snapshot.slice({ start: 1, end: (4 << 20) + 1 })).toHaveLength(4 << 20);
    expect(answerOf(() => snapshot.find("x".repeat(65_537), 0))).toEqual({
      err: { tag: "too-large", val: 65_536 },
    });
  });

  it("finds a hostile needle in linear time", () => {
    const snapshot = snapshotOf(
      `${"a".repeat(4 << 20)}${"a".repeat(30_000)}b${"a".repeat(30_000)}`,
    );
    const start = performance.now();
    const needle = `${"a".repeat(30_000)}b${"a".repeat(30_000)}`;
    expect(snapshot.find(needle, 0)).toEqual({
      start: 4 << 20,
      end: (4 << 20) + needle.length,
    });
    expect(snapshot.find(`b${"a".repeat(60_000)}`, 0)).toBeUndefined();
    // Needle times text would be minutes.
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it("agrees with the bytes of the text", () => {
    fc.assert(
      fc.property(someText, fc.nat(), fc.nat(), (text, a, b) => {
        const snapshot = snapshotOf(text);
        const bytes = utf8(text);
        expect(snapshot.size()).toBe(bytes.length);
        const [start, end] = [a % (bytes.length + 1), b % (bytes.length + 1)].sort(
          (x, y) => x - y,
        ) as [number, number];
        const slice = bytes.subarray(start, end);
        const whole = isBoundary(bytes, start) && isBoundary(bytes, end);
        const answer = answerOf(() => snapshot.slice({ start, end }));
        expect(answer).toEqual(whole ? { ok: slice.toString() } : { err: expect.anything() });
        if (!isBoundary(bytes, start)) return;
        const point = snapshot.point(start);
        const before = bytes.subarray(0, start).toString();
        expect(point.line).toBe(
          before.split(/\r\n|\n|\r/).length - 1 - (splitsCrlf(bytes, start) ? 1 : 0),
        );
        if (!splitsCrlf(bytes, start)) expect(snapshot.offset(point)).toBe(start);
        const needle = slice.toString().slice(0, 40);
        if (needle.isWellFormed() && whole) {
          const at = bytes.indexOf(utf8(needle), start);
          expect(snapshot.find(needle, start)).toEqual({
            start: at,
            end: at + utf8(needle).length,
          });
        }
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});

describe("editing", () => {
  it("applies a batch to the version it was made for, all or nothing", () => {
    const { open, document } = plugin("one two three");
    const handle = open(uri);
    const before = handle.snapshot();
    expect(
      handle.apply(1n, [
        { range: { start: 0, end: 3 }, insert: "1" },
        { range: { start: 3, end: 3 }, insert: "!" },
        { range: { start: 8, end: 13 }, insert: "" },
      ]),
    ).toBe(2n);
    expect(document.text).toBe("1! two ");
    expect(handle.snapshot().version()).toBe(2n);
    expect(before.slice({ start: 0, end: 13 })).toBe("one two three");
    expect(answerOf(() => handle.apply(1n, []))).toEqual({ err: { tag: "stale", val: 2n } });
    expect(handle.apply(2n, [])).toBe(2n);
  });

  it("refuses a batch for one bad edit and changes nothing", () => {
    const { open, document } = plugin("é\nabc");
    const handle = open(uri);
    const good = { range: { start: 2, end: 2 }, insert: "x" };
    const at = (start: number, end: number) => ({ range: { start, end }, insert: "y" });
    const batches: [Contract.Edit[], unknown][] = [
      [[good, at(1, 2)], { tag: "overlapping", val: 1 }],
      [[good, at(4, 3)], { tag: "overlapping", val: 1 }],
      [[at(0, 3), at(2, 4)], { tag: "overlapping", val: 1 }],
      [[good, at(4, 7)], { tag: "out-of-range", val: 7 }],
      [[good, at(2 ** 32 - 1, 2 ** 32 - 1)], { tag: "out-of-range", val: 2 ** 32 - 1 }],
      [[at(1, 1), good], { tag: "inside-character", val: 1 }],
      [[at(0, 1), good], { tag: "inside-character", val: 1 }],
    ];
    for (const [edits, err] of batches) {
      expect(answerOf(() => handle.apply(1n, edits))).toEqual({ err });
    }
    expect([document.text, document.version]).toEqual(["é\nabc", 1]);
    expect(answerOf(() => handle.apply(2n ** 64n - 1n, [good]))).toEqual({
      err: { tag: "stale", val: 1n },
    });
    expect(handle.apply(1n, [good])).toBe(2n);
  });

  it("stops at 4 MiB of inserted text, at the document's size, and at read-only documents", () => {
    const documents = createDocuments({ maxBytes: 100 });
    documents.open("small:", "x");
    documents.open("fixed:", "x", "plain", { readOnly: true });
    const { open } = given<typeof Contract>(
      textInterface(documents),
      testCaller("acme/tester", { access: "edit" }),
    );
    const insert = (text: string) => [{ range: { start: 0, end: 0 }, insert: text }];
    expect(answerOf(() => open("small:").apply(1n, insert("é".repeat((2 << 20) + 1))))).toEqual({
      err: { tag: "too-large", val: 4 << 20 },
    });
    expect(answerOf(() => open("small:").apply(1n, insert("x".repeat(100))))).toEqual({
      err: { tag: "too-large", val: 100 },
    });
    expect(answerOf(() => open("fixed:").apply(1n, insert("y")))).toEqual({
      err: { tag: "read-only" },
    });
    expect(open("small:").apply(1n, insert("x".repeat(99)))).toBe(2n);
    expect(() => documents.open("large:", "x".repeat(101))).toThrow(
      expect.objectContaining({ code: "document-too-large" }),
    );
  });

  it("tells what changed since a version, as one change", () => {
    const { open, document } = plugin("hello world");
    const handle = open(uri);
    document.edit([{ start: 0, end: 5, insert: "bye" }]);
    document.edit([{ start: 3, end: 3, insert: ", é" }]);
    document.edit([{ start: 5, end: 6, insert: "cruel" }]);
    expect(document.text).toBe("bye, cruel world");
    expect(handle.changesSince(1n)).toEqual({
      fromVersion: 1n,
      toVersion: 4n,
      edits: [{ range: { start: 0, end: 5 }, insert: "bye, cruel" }],
    });
    expect(handle.changesSince(4n)?.edits).toEqual([]);
    for (const version of [0n, 5n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
      expect(handle.changesSince(version)).toBeUndefined();
    }
  });

  it("composes changes into what turns any version it knows into the current one", () => {
    const edits = fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat(),
        someText.map((text) => text.slice(0, 9).toWellFormed()),
      ),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(someText, fc.array(edits, { maxLength: 8 }), (start, batches) => {
        const { open, document } = plugin(start);
        const handle = open(uri);
        const versions = [document.text];
        for (const batch of batches) {
          const made = editsOf(document.text, batch);
          const next = applied(document.text, made);
          handle.apply(BigInt(document.version), made);
          expect(document.text).toBe(next);
          if (made.some(doesSomething)) versions.push(next);
        }
        for (const [i, old] of versions.entries()) {
          const change = handle.changesSince(BigInt(i + 1))!;
          expect(applied(old, change.edits)).toBe(document.text);
          expect(isSorted(change.edits)).toBe(true);
        }
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  it("forgets old changes within its limits", () => {
    const { open, document } = plugin("");
    const handle = open(uri);
    for (let i = 0; i < 1500; i++) document.edit([{ start: 0, end: 0, insert: "x" }]);
    expect(handle.changesSince(1n)).toBeUndefined();
    expect(handle.changesSince(501n)?.edits).toEqual([
      { range: { start: 0, end: 0 }, insert: "x".repeat(1000) },
    ]);
    document.edit([{ start: 0, end: 0, insert: "y".repeat(2 << 20) }]);
    expect(handle.changesSince(1500n)).toBeUndefined();
    expect(handle.snapshot().size()).toBe(1500 + (2 << 20));
  });

  it("tells the application who changed what, in its own units", () => {
    const { open, document, documents } = plugin("é😀");
    const events: DocumentEvent[] = [];
    const stop = documents.on((event) => events.push(event));
    open(uri).apply(1n, [{ range: { start: 2, end: 6 }, insert: "\ud83d!" }]);
    document.edit([{ start: 0, end: 1, insert: "" }]);
    stop();
    document.edit([{ start: 0, end: 0, insert: "unheard" }]);
    expect(events).toMatchObject([
      {
        tag: "changed",
        version: 2,
        plugin: "acme/tester",
        edits: [{ start: 1, end: 3, insert: "\ufffd!" }],
      },
      { tag: "changed", version: 3, plugin: undefined },
    ]);
  });

  it("is refused to the application too where it would split a character or overlap", () => {
    const { document } = plugin("😀abc");
    const edit = (start: number, end: number) => ({ start, end, insert: "" });
    const code = (code: string) => expect.objectContaining({ code });
    expect(() => document.edit([edit(1, 2)])).toThrow(code("text-inside-character"));
    expect(() => document.edit([edit(0, 3), edit(2, 4)])).toThrow(code("text-overlap"));
    expect(() => document.edit([edit(0, 9)])).toThrow(code("text-range"));
    expect(document.text).toBe("😀abc");
  });
});

describe("documents and grants", () => {
  it("opens only what is open, and only within the scope", () => {
    const { open, caller } = plugin("x", { uris: [uri, "file:///a.txt"] });
    expect(open(uri).language()).toBe("markdown");
    expect(answerOf(() => open("file:///a.txt"))).toEqual({ err: { tag: "no-such-document" } });
    for (const other of ["file:///b.md", "constructor", "__proto__", ""]) {
      expect(answerOf(() => open(other))).toMatchObject({
        err: { tag: "refused", val: { tag: "denied" } },
      });
    }
    expect(caller.refusals).toHaveLength(4);
  });

  it("lets a reader read, not write or mark", () => {
    const { open, document } = plugin("text", {});
    const handle = open(uri);
    const denied = { err: { tag: "refused", val: { tag: "denied" } } };
    expect(handle.snapshot().slice({ start: 0, end: 4 })).toBe("text");
    expect(answerOf(() => handle.apply(1n, []))).toMatchObject(denied);
    expect(answerOf(() => handle.annotate(1n, "a", []))).toMatchObject(denied);
    expect(document.version).toBe(1);
  });

  it("shows nothing new once the grant is taken back, and goes on when it is given again", () => {
    const { open, document, caller } = plugin("old", { access: "edit" });
    const handle = open(uri);
    caller.revoke();
    document.edit([{ start: 0, end: 3, insert: "secret" }]);
    expect(handle.snapshot().slice({ start: 0, end: 3 })).toBe("old");
    expect(handle.snapshot().version()).toBe(1n);
    expect(handle.changesSince(1n)).toBeUndefined();
    expect(answerOf(() => handle.apply(1n, []))).toMatchObject({
      err: { tag: "refused", val: { tag: "denied" } },
    });
    caller.grant({});
    expect(handle.snapshot().size()).toBe(6);
  });

  it("hands a document over with its own authority", () => {
    const { document, Document, Snapshot } = plugin("mine", undefined);
    const handle = handOver(document, { plugin: "acme/tester" }, new Retained());
    expect(handle).toBeInstanceOf(Document);
    expect(handle.snapshot()).toBeInstanceOf(Snapshot);
    expect(handle.apply(1n, [{ range: { start: 0, end: 4 }, insert: "yours" }])).toBe(2n);
    expect(document.text).toBe("yours");
  });

  it("answers no-such-document after it was closed; what was read stays", () => {
    const { open, documents } = plugin("kept");
    const handle = open(uri);
    const snapshot = handle.snapshot();
    documents.close(uri);
    expect(answerOf(() => handle.apply(1n, []))).toEqual({ err: { tag: "no-such-document" } });
    expect(answerOf(() => handle.annotate(1n, "a", []))).toEqual({
      err: { tag: "no-such-document" },
    });
    expect(snapshot.slice({ start: 0, end: 4 })).toBe("kept");
    expect(answerOf(() => open(uri))).toEqual({ err: { tag: "no-such-document" } });
    documents.open(uri, "anew");
    expect(open(uri).snapshot().slice({ start: 0, end: 4 })).toBe("anew");
    expect(() => documents.open(uri, "twice")).toThrow(
      expect.objectContaining({ code: "document-open" }),
    );
  });

  it("takes methods only on its own objects", () => {
    const { Document, Snapshot, open } = plugin("x");
    const fake = Object.create(Document.prototype) as Contract.Document;
    expect(() => fake.snapshot()).toThrow(TypeError);
    expect(() => Snapshot.prototype.size.call({} as Contract.Snapshot)).toThrow(TypeError);
    expect(open(uri).uri()).toBe(uri);
  });

  it("keeps thousands of snapshots of a large document that share their text", () => {
    const { open, document } = plugin("x".repeat(20 << 20));
    const handle = open(uri);
    const kept: Contract.Snapshot[] = [];
    for (let i = 0; i < 2000; i++) {
      kept.push(handle.snapshot());
      document.edit([{ start: i * 100, end: i * 100 + 1, insert: "y" }]);
    }
    expect(kept[1999]!.slice({ start: 199_898, end: 199_901 })).toBe("xxx");
    expect(kept[1999]!.slice({ start: 199_800, end: 199_801 })).toBe("y");
    expect(kept[0]!.slice({ start: 0, end: 1 })).toBe("x");
  });

  it("ends an instance that keeps too much text, and counts what it lets go", () => {
    const { open, document } = plugin("x".repeat(20 << 20));
    const handle = open(uri);
    const kept: Contract.Snapshot[] = [];
    const replace = (): void => {
      kept.push(handle.snapshot());
      const { length } = document.text;
      document.edit([{ start: 0, end: length, insert: "y".repeat(20 << 20) }]);
    };
    for (let i = 0; i < 4; i++) replace();
    expect(replace).toThrow(expect.objectContaining({ code: "plugin-limit" }));
    const first = kept.shift()! as Contract.Snapshot & Disposable;
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    expect(replace).not.toThrow();
    const bystander = handOver(document, { plugin: "acme/bystander" }, new Retained());
    expect(bystander.snapshot().size()).toBe(20 << 20);
  });

  it("ends an instance that keeps more versions than there is reason for", () => {
    const { open, document } = plugin("x");
    const handle = open(uri);
    const take = (): void => {
      for (let i = 0; i < 5000; i++) {
        handle.snapshot();
        document.edit([{ start: 0, end: 1, insert: "y" }]);
      }
    };
    expect(take).toThrow(expect.objectContaining({ code: "plugin-limit" }));
  });

  it("narrows scopes", () => {
    const parse = (scope: unknown) => scopeOf(textCapability, scope);
    expect(parse({})).toEqual({ access: "read", uris: [""] });
    expect(parse({ uris: ["b", "a", "a/b", "b"] }).uris).toEqual(["a", "b"]);
    expect(
      textCapability.intersect(
        parse({ access: "edit", uris: ["file:///a/", "x"] }),
        parse({ uris: ["file:///"] }),
      ),
    ).toEqual({ access: "read", uris: ["file:///a/"] });
    expect(textCapability.intersect(parse({ uris: ["a"] }), parse({ uris: ["b"] }))).toBe(
      undefined,
    );
    expect(textCapability.describe(parse({}))).toBe("may read every open document");
  });
});

describe("marks", () => {
  const mark = (start: number, end: number): Contract.Mark => ({
    range: { start, end },
    kind: "spelling",
    severity: "warning",
    message: "odd\u202e",
  });

  it("replace those of one layer of one plugin", () => {
    const { open, document, documents } = plugin("some text");
    const handle = open(uri);
    handle.annotate(1n, "spelling", [mark(0, 4)]);
    handOver(document, { plugin: "acme/other" }, new Retained()).annotate(1n, "spelling", [
      mark(5, 9),
    ]);
    handle.annotate(1n, "spelling", [mark(1, 2), mark(3, 4)]);
    expect(document.marks()).toMatchObject([
      { plugin: "acme/tester", layer: "spelling", version: 1, marks: [{ start: 1 }, { start: 3 }] },
      { plugin: "acme/other", marks: [{ message: "odd\\u{202e}" }] },
    ]);
    documents.forget("acme/tester");
    expect(document.marks()).toHaveLength(1);
  });

  it("are refused past the end, on another version, and over the limits", () => {
    const { open, document } = plugin("text");
    const handle = open(uri);
    expect(answerOf(() => handle.annotate(1n, "a", [mark(0, 5)]))).toEqual({
      err: { tag: "out-of-range", val: 5 },
    });
    expect(answerOf(() => handle.annotate(0n, "a", []))).toEqual({
      err: { tag: "stale", val: 1n },
    });
    const many = Array<Contract.Mark>(10_001).fill(mark(0, 1));
    const quota = { err: { tag: "refused", val: { tag: "quota" } } };
    expect(answerOf(() => handle.annotate(1n, "a", many))).toMatchObject(quota);
    expect(answerOf(() => handle.annotate(1n, "", []))).toMatchObject(quota);
    for (let i = 0; i < 16; i++) handle.annotate(1n, `layer ${i}`, [mark(0, 1)]);
    expect(answerOf(() => handle.annotate(1n, "one more", [mark(0, 1)]))).toMatchObject(quota);
    handle.annotate(1n, "layer 0", []);
    handle.annotate(1n, "one more", many.slice(1));
    expect(document.marks()).toHaveLength(16);
  });

  it.each([
    ["plain text", "x", 95, 110],
    ["controls, which are written out", "\u0001", 15, 25],
    ["a direction, which is written out", "\u202e", 10, 15],
  ])("have 1 MiB of text in a layer, as it is shown: %s", (_, character, fits, over) => {
    const { open, document } = plugin("text");
    const handle = open(uri);
    const of = (length: number): Contract.Mark[] =>
      Array.from({ length: 10_000 }, () => ({ ...mark(0, 1), message: character.repeat(length) }));
    handle.annotate(1n, "a", of(fits));
    expect(answerOf(() => handle.annotate(1n, "b", of(over)))).toEqual({
      err: { tag: "too-large", val: 1 << 20 },
    });
    expect(document.marks().map(({ layer, marks }) => [layer, marks.length])).toEqual([
      ["a", 10_000],
    ]);
  });

  it("and edits come in batches of at most 10,000, which hold up nobody", () => {
    const { open, document } = plugin("x".repeat(30_000));
    const handle = open(uri);
    const of = (length: number): Contract.Edit[] =>
      Array.from({ length }, (_, i) => ({ range: { start: i, end: i }, insert: "é" }));
    const quota = { err: { tag: "refused", val: { tag: "quota" } } };
    expect(answerOf(() => handle.apply(1n, of(10_001)))).toMatchObject(quota);
    expect(answerOf(() => handle.rebase(1n, of(10_001)))).toMatchObject(quota);
    expect(handle.apply(1n, of(10_000))).toBe(2n);
    expect(handle.rebase(1n, of(10_000))).toEqual({ tag: "applied", val: 3n });
    expect(document.text.length).toBe(50_000);
  });
});

function isBoundary(bytes: Buffer, at: number): boolean {
  return at === bytes.length || (bytes[at]! & 0xc0) !== 0x80;
}

function splitsCrlf(bytes: Buffer, at: number): boolean {
  return bytes[at - 1] === 0x0d && bytes[at] === 0x0a;
}

// Sorted edits on character boundaries, from random numbers.
function editsOf(text: string, batch: readonly (readonly [number, number, string])[]) {
  const bytes = utf8(text);
  const edits: Contract.Edit[] = [];
  let last = 0;
  for (const [a, b, insert] of batch) {
    const [start, end] = [a, b]
      .map((n) => last + (n % (bytes.length - last + 1)))
      .sort((x, y) => x - y) as [number, number];
    if (!isBoundary(bytes, start) || !isBoundary(bytes, end)) continue;
    edits.push({ range: { start, end }, insert });
    last = end;
  }
  return edits;
}

function doesSomething({ range, insert }: Contract.Edit): boolean {
  return range.end > range.start || insert !== "";
}

function applied(text: string, edits: readonly Contract.Edit[]): string {
  const bytes = utf8(text);
  const parts: Buffer[] = [];
  let at = 0;
  for (const { range, insert } of edits) {
    parts.push(bytes.subarray(at, range.start), utf8(insert));
    at = range.end;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]).toString();
}

function isSorted(edits: readonly Contract.Edit[]): boolean {
  return edits.every(({ range }, i) => {
    const before = edits[i - 1];
    return range.start <= range.end && (before === undefined || before.range.end <= range.start);
  });
}

it("a scope covers a URI and what is below it, not its neighbours", () => {
  const scope = scopeOf(textCapability, { uris: ["file:///work", "file:///a/"] });
  const covers = (uri: string): boolean =>
    textCapability.covers(scope, { access: "read", uri }) === true;
  for (const uri of ["file:///work", "file:///work/x.md", "file:///a/b/c"])
    expect(covers(uri), uri).toBe(true);
  for (const uri of ["file:///workshop", "file:///work.md", "file:///a", "file:///"])
    expect(covers(uri), uri).toBe(false);
});
