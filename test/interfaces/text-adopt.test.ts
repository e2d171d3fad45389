import { describe, expect, it } from "vitest";
import { createDocuments } from "../../src/interfaces/text/documents.ts";
import type { DocumentEvent } from "../../src/interfaces/text/document-event.ts";
import type * as Contract from "../../src/interfaces/generated/host/text.ts";
import { textInterface } from "../../src/interfaces/text/text.ts";
import { MarkerTree, TextDocument } from "../../src/text/index.ts";
import type { TextChange } from "../../src/text/index.ts";
import { randomFrom, seed, someText } from "../text/random.ts";
import { answerOf, given, testCaller } from "./caller.ts";

const uri = "file:///a.md";
const utf8 = (text: string): Buffer => Buffer.from(text.toWellFormed(), "utf8");
const code = (code: string) => expect.objectContaining({ code });
const edit = (start: number, end: number, insert: string): Contract.Edit => ({
  range: { start, end },
  insert,
});

// An editor with a document of its own, which it hands to plugins.
function editor(text: string, options: { readonly maxBytes?: number } = {}) {
  const documents = createDocuments(options);
  const document = new TextDocument(text);
  const adopted = documents.adopt(uri, document, "markdown");
  const plugin = (name = "acme/tester") =>
    given<typeof Contract>(textInterface(documents), testCaller(name, { access: "edit" }));
  return { documents, document, adopted, plugin };
}

const read = (handle: Contract.Document): string => handle.snapshot().read(0, 2 ** 32 - 1);

describe("an application's own document", () => {
  it("is what plugins read, and what it edits they see as the next version", () => {
    const { document, adopted, plugin } = editor("é two");
    const handle = plugin().open(uri);
    expect([handle.uri(), handle.language(), read(handle)]).toEqual([uri, "markdown", "é two"]);
    document.edit([{ start: 0, end: 1, insert: "one" }], { origin: "keyboard" });
    expect(read(handle)).toBe("one two");
    expect(handle.changesSince(1n)).toEqual({
      fromVersion: 1n,
      toVersion: 2n,
      edits: [edit(0, 2, "one")],
    });
    document.undo();
    expect([read(handle), adopted.version]).toEqual(["é two", 3]);
  });

  it("has what plugins edit, with who it was, and undoes it step by step", () => {
    const { document, plugin } = editor("one two");
    const markers = new MarkerTree<string>(document.text.length);
    const word = markers.add(4, 7, "two");
    document.track(markers);
    const told: TextChange[] = [];
    document.onChange((change) => told.push(change));
    document.edit([{ start: 7, end: 7, insert: "!" }], { origin: "keyboard", group: "typing" });
    expect(
      plugin()
        .open(uri)
        .apply(2n, [edit(0, 3, "eins")]),
    ).toBe(3n);
    expect(document.text.toString()).toBe("eins two!");
    expect([word.start, word.end]).toEqual([5, 8]);
    expect(told.map(({ origin }) => origin)).toEqual(["keyboard", "plugin:acme/tester"]);
    expect(document.undoOrigin).toBe("plugin:acme/tester");
    document.undo();
    expect([document.text.toString(), document.undoOrigin]).toEqual(["one two!", "keyboard"]);
    document.undo();
    expect(document.text.toString()).toBe("one two");
    document.redo();
    document.redo();
    expect(document.text.toString()).toBe("eins two!");
  });

  it("tells who listens to documents who edited, the application or a plugin", () => {
    const { documents, document, plugin } = editor("x");
    const events: DocumentEvent[] = [];
    documents.on((event) => events.push(event));
    document.edit([{ start: 1, end: 1, insert: "y" }]);
    plugin("acme/other")
      .open(uri)
      .apply(2n, [edit(0, 0, "z")]);
    document.undo();
    expect(events.map((event) => event.tag === "changed" && [event.version, event.plugin])).toEqual(
      [
        [2, undefined],
        [3, "acme/other"],
        [4, undefined],
      ],
    );
  });

  it("moves a plugin's edits past what was typed while it worked them out", () => {
    const { document, plugin } = editor("one two");
    const handle = plugin().open(uri);
    document.edit([{ start: 0, end: 0, insert: "zero " }]);
    expect(answerOf(() => handle.apply(1n, [edit(4, 7, "2")]))).toEqual({
      err: { tag: "stale", val: 2n },
    });
    expect(handle.rebase(1n, [edit(4, 7, "2")])).toEqual({ tag: "applied", val: 3n });
    expect(document.text.toString()).toBe("zero one 2");
    document.edit([{ start: 5, end: 8, insert: "ONE" }]);
    expect(handle.rebase(1n, [edit(0, 2, "")])).toEqual({ tag: "conflict", val: 0 });
  });

  it("answers a plugin the version that its edit made, where a listener edits on", () => {
    const { document, plugin } = editor("a");
    document.onChange(({ origin }) => {
      if (origin === "plugin:acme/tester") {
        document.edit([{ start: 0, end: 0, insert: "> " }], { author: "foreign" });
      }
    });
    const handle = plugin().open(uri);
    expect(handle.apply(1n, [edit(1, 1, "b")])).toBe(2n);
    expect([read(handle), handle.snapshot().version()]).toEqual(["> ab", 3n]);
  });

  it("keeps a listener's fault from the plugin: its edit is made, and the fault is told", () => {
    const { documents, document, plugin } = editor("a");
    const events: DocumentEvent[] = [];
    documents.on((event) => events.push(event));
    document.onChange(() => {
      throw new Error("the editor's fault");
    });
    expect(
      plugin()
        .open(uri)
        .apply(1n, [edit(1, 1, "b")]),
    ).toBe(2n);
    expect(events.at(-1)).toMatchObject({
      tag: "fault",
      plugin: "acme/tester",
      error: { errors: [{ message: "the editor's fault" }] },
    });
    expect(() => document.edit([{ start: 0, end: 0, insert: "x" }])).toThrow(AggregateError);
    expect(read(plugin("acme/bystander").open(uri))).toBe("xab");
  });

  it("is let go when it is closed: it goes on, plugins keep what they have seen", () => {
    for (const how of ["close", "dispose"] as const) {
      const { documents, document, adopted, plugin } = editor("seen");
      const events: DocumentEvent[] = [];
      const handle = plugin().open(uri);
      const snapshot = handle.snapshot();
      handle.annotate(1n, "spelling", [{ range: { start: 0, end: 1 }, kind: "x" }]);
      documents.on((event) => events.push(event));
      if (how === "close") documents.close(uri);
      else adopted[Symbol.dispose]();
      adopted[Symbol.dispose]();
      document.edit([{ start: 0, end: 4, insert: "unseen" }]);
      expect(events.map(({ tag }) => tag)).toEqual(["closed"]);
      expect([document.text.toString(), adopted.text, read(handle)]).toEqual([
        "unseen",
        "seen",
        "seen",
      ]);
      expect([adopted.version, adopted.closed, adopted.marks()]).toEqual([1, true, []]);
      expect(snapshot.changedSince(1n)).toEqual([]);
      expect(answerOf(() => handle.apply(1n, [edit(0, 0, "x")]))).toEqual({
        err: { tag: "no-such-document" },
      });
      expect(() => adopted.edit([])).toThrow(code("document-closed"));
      const again = documents.adopt(uri, document);
      expect(again.version).toBeGreaterThan(1);
      expect(read(plugin().open(uri))).toBe("unseen");
    }
  });

  it("is open once under a URI, and may be under several", () => {
    const { documents, document, plugin } = editor("text");
    expect(() => documents.adopt(uri, document)).toThrow(code("document-open"));
    expect(() => documents.adopt(uri, new TextDocument("other"))).toThrow(code("document-open"));
    expect(() => documents.open(uri, "other")).toThrow(code("document-open"));
    const copy = documents.adopt("file:///link.md", document, "plain", { readOnly: true });
    const { open } = plugin();
    expect(answerOf(() => open(copy.uri).apply(1n, [edit(0, 0, "x")]))).toEqual({
      err: { tag: "read-only" },
    });
    open(uri).apply(1n, [edit(0, 0, "x")]);
    expect([read(open(copy.uri)), copy.version, copy.language]).toEqual(["xtext", 2, "plain"]);
    expect(() => documents.adopt("file:///no.md", "text" as never)).toThrow(code("usage"));
  });

  it("bounds what plugins make of it, not what the application types", () => {
    const { documents, document, plugin } = editor("x".repeat(90), { maxBytes: 100 });
    const { open } = plugin();
    const handle = open(uri);
    const much = "y".repeat(20);
    expect(answerOf(() => handle.apply(1n, [edit(0, 0, much)]))).toEqual({
      err: { tag: "too-large", val: 100 },
    });
    document.edit([{ start: 0, end: 0, insert: much }]);
    expect(handle.snapshot().size()).toBe(110);
    expect(answerOf(() => handle.apply(2n, [edit(0, 1, "yy")]))).toEqual({
      err: { tag: "too-large", val: 100 },
    });
    expect(handle.apply(2n, [edit(0, 5, "")])).toBe(3n);
    document.edit([{ start: 0, end: 0, insert: much }]);
    documents.close(uri);
    expect(() => documents.adopt(uri, document)).toThrow(code("document-too-large"));
    expect(documents.get(uri)).toBeUndefined();
  });
});

describe("a plugin that follows an application's document", () => {
  it(`has its bytes whatever is edited, halves of characters too (seed ${seed})`, () => {
    for (let round = 0; round < 40; round++) {
      const random = randomFrom(seed + round);
      const { document, plugin } = editor("a😀\r\n\ud83d👩‍👩‍👧‍👦é\ude00");
      const handle = plugin().open(uri);
      let version = handle.snapshot().version();
      let bytes = utf8(document.text.toString());
      for (let i = 0; i < 60; i++) {
        const { length } = document.text;
        const step = random(10);
        const start = random(length + 1);
        const end = Math.min(length, start + random(4));
        const insert = random(3) === 0 ? "" : someText(random).slice(0, 6);
        if (step === 0) document.undo();
        else if (step === 1) document.redo();
        else if (step < 6) document.edit([{ start, end, insert }]);
        else if (isBoundary(bytes, start) && isBoundary(bytes, end)) {
          // Made for the version that it knows, which the application has left behind by now.
          const outcome = handle.rebase(version, [edit(start, end, insert)]);
          expect(["applied", "conflict"]).toContain(outcome.tag);
        }
        if (random(3) > 0) continue;
        const snapshot = handle.snapshot();
        const change = handle.changesSince(version)!;
        bytes = applied(bytes, change.edits);
        expect(bytes).toEqual(utf8(document.text.toString()));
        expect(snapshot.size()).toBe(bytes.length);
        expect(utf8(snapshot.read(0, 2 ** 32 - 1))).toEqual(bytes);
        expect(snapshot.changedSince(version)!.map(({ before }) => before)).toEqual(
          change.edits.map(({ range }) => range),
        );
        const at = bytes.indexOf(utf8("\ufffd"));
        expect(snapshot.find("\ufffd", 0)?.start ?? -1).toBe(at);
        version = snapshot.version();
      }
    }
  });
});

function isBoundary(bytes: Buffer, at: number): boolean {
  return at === bytes.length || (at < bytes.length && (bytes[at]! & 0xc0) !== 0x80);
}

function applied(bytes: Buffer, edits: readonly Contract.Edit[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { range, insert } of edits) {
    parts.push(bytes.subarray(at, range.start), utf8(insert));
    at = range.end;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}
