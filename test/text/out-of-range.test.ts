import { describe, expect, test } from "vitest";
import {
  AnchorSet,
  bufferFrom,
  ChangeSet,
  MarkerTree,
  RowHeights,
  ScrollTrack,
  TextBuffer,
  TextDocument,
  TextSearch,
  UndoHistory,
  VirtualList,
  VirtualTree,
} from "../../src/text/index.ts";
import type { TextView } from "../../src/text/index.ts";

const refused = expect.objectContaining({ code: "text-range" });
// What is no position in a text of seven units and two lines, nor of anything as small.
const wrong = [-1, -0.5, 0.5, 8, 1e9, 2 ** 32, 2 ** 53, Number.NaN, Infinity, -Infinity];
const text = "one\ntwo";

const editing: readonly [string, (buffer: TextBuffer, value: number) => unknown][] = [
  ["insert", (buffer, value) => buffer.insert(value, "x")],
  ["insert nothing", (buffer, value) => buffer.insert(value, "")],
  ["insert much", (buffer, value) => buffer.insert(value, "x".repeat(5000))],
  ["delete from", (buffer, value) => buffer.delete(value, 7)],
  ["delete to", (buffer, value) => buffer.delete(0, value)],
  ["delete nothing", (buffer, value) => buffer.delete(value, value)],
  ["replace from", (buffer, value) => buffer.replace(value, 7, "y")],
  ["replace to", (buffer, value) => buffer.replace(0, value, "y")],
  ["replace by much", (buffer, value) => buffer.replace(0, value, "y".repeat(5000))],
  ["edit", (buffer, value) => buffer.edit([{ start: value, end: value, insert: "" }])],
  [
    "the last edit of a batch",
    (buffer, value) =>
      buffer.edit([
        { start: 0, end: 1, insert: "x" },
        { start: 2, end: value, insert: "" },
      ]),
  ],
];

const reading: readonly [string, (view: TextView, value: number) => unknown][] = [
  ["slice from", (view, value) => view.slice(value)],
  ["slice to", (view, value) => view.slice(0, value)],
  ["lineAt", (view, value) => view.lineAt(value)],
  ["lineRange", (view, value) => view.lineRange(value)],
  ["lineStart", (view, value) => view.lineStart(value)],
  ["lineOf", (view, value) => view.lineOf(value)],
  ["positionAt", (view, value) => view.positionAt(value)],
  ["offsetAt, line", (view, value) => view.offsetAt({ line: value, column: 0 })],
  ["offsetAt, column", (view, value) => view.offsetAt({ line: 0, column: value })],
  ["byteAt", (view, value) => view.byteAt(value)],
  ["offsetOfByte", (view, value) => view.offsetOfByte(value)],
  ["codePointsBefore", (view, value) => view.codePointsBefore(value)],
  ["offsetOfCodePoint", (view, value) => view.offsetOfCodePoint(value)],
  ["chunks from", (view, value) => view.chunks(value)],
  ["chunks to", (view, value) => view.chunks(0, value)],
  ["lines from", (view, value) => view.lines(value)],
  ["lines to", (view, value) => view.lines(0, value)],
  ["search from", (view, value) => new TextSearch(view, "o", { from: value })],
  ["search to", (view, value) => new TextSearch(view, "o", { to: value })],
];

// The cursor somewhere, nowhere (a snapshot has been taken), and in a leaf that is not ASCII.
const buffers: readonly [string, () => TextBuffer][] = [
  ["untouched", () => new TextBuffer(text)],
  ["typed into", () => typed(3)],
  ["typed into at its start", () => typed(0)],
  ["typed into at its end", () => typed(7)],
  ["after a long paste was taken back", () => pasted()],
  ["built from bytes", () => bufferFrom([new TextEncoder().encode(text)])],
];

function typed(at: number): TextBuffer {
  const buffer = new TextBuffer(text);
  buffer.insert(at, "é");
  buffer.delete(at, at + 1);
  return buffer;
}

function pasted(): TextBuffer {
  const buffer = new TextBuffer(text);
  buffer.insert(4, "x".repeat(10_000));
  buffer.delete(4, 10_004);
  return buffer;
}

describe.each(buffers)("a buffer, %s, refuses what is not in it and stays as it is", (_, make) => {
  test.each([...editing, ...reading])("%s", (_, act) => {
    const buffer = make();
    for (const value of wrong) {
      expect(() => act(buffer, value), String(value)).toThrowError(refused);
      expect(buffer.toString()).toBe(text);
    }
  });
});

describe("so do", () => {
  test.each(reading)("snapshots: %s", (_, act) => {
    for (const value of wrong) {
      expect(() => act(new TextBuffer(text).snapshot(), value), String(value)).toThrowError(
        refused,
      );
    }
  });

  test("lines, where the number is one past the last", () => {
    const buffer = new TextBuffer(text);
    expect(() => buffer.lineAt(2)).toThrowError(refused);
    expect(() => buffer.offsetAt({ line: 0, column: 4 })).toThrowError(refused);
    expect(() => buffer.lines(0, 3)).toThrowError(refused);
  });

  test.each<[string, (value: number) => unknown]>([
    ["ChangeSet.of, start", (value) => ChangeSet.of(7, [{ start: value, end: 7, insert: "" }])],
    ["ChangeSet.of, end", (value) => ChangeSet.of(7, [{ start: 0, end: value, insert: "" }])],
    ["ChangeSet.map", (value) => ChangeSet.none(7).map(value)],
    ["MarkerTree.add, start", (value) => new MarkerTree(7).add(value, 7, undefined)],
    ["MarkerTree.add, end", (value) => new MarkerTree(7).add(0, value, undefined)],
    ["MarkerTree.find, start", (value) => new MarkerTree(7).find(value, 7)],
    ["MarkerTree.find, end", (value) => new MarkerTree(7).find(0, value)],
    ["AnchorSet.add", (value) => new AnchorSet(7).add(value)],
    ["AnchorSet.find", (value) => new AnchorSet(7).find(value)],
    ["TextDocument.edit", (value) => edit(value)],
    ["TextDocument.apply", (value) => new TextDocument(text).apply(0, [at(value)])],
    ["TextDocument.apply, version", (value) => new TextDocument(text).apply(value, [])],
    ["TextDocument.changesSince", (value) => new TextDocument(text).changesSince(value)],
    ["RowHeights.height", (value) => new RowHeights(7, 10).height(value)],
    ["RowHeights.top", (value) => new RowHeights(7, 10).top(value)],
    ["RowHeights.set", (value) => new RowHeights(7, 10).set(value, 1)],
    ["RowHeights.splice", (value) => new RowHeights(7, 10).splice(value, 0, 1)],
    ["RowHeights.splice, removed", (value) => new RowHeights(7, 10).splice(0, value, 1)],
    ["VirtualList.top", (value) => list().top(value)],
    ["VirtualList.rowHeight", (value) => list().rowHeight(value)],
    ["VirtualList.measure", (value) => list().measure(value, 10)],
    ["VirtualList.insert", (value) => list().insert(value, 1)],
    ["VirtualList.remove", (value) => list().remove(value, 1)],
    ["VirtualList.remove, rows", (value) => list().remove(0, value)],
    ["VirtualList.scrollTo", (value) => list().scrollTo(value)],
    ["VirtualTree.at", (value) => new VirtualTree([{ entry: 1 }]).at(value)],
    ["VirtualTree.at, empty", (value) => new VirtualTree().at(value)],
    ["VirtualTree.slice", (value) => new VirtualTree([{ entry: 1 }]).slice(0, value)],
  ])("%s", (_, act) => {
    for (const value of wrong) expect(() => act(value), String(value)).toThrowError(refused);
  });

  test.each<[string, (value: number) => unknown]>([
    ["ChangeSet.none", (value) => ChangeSet.none(value)],
    ["ChangeSet.of, length", (value) => ChangeSet.of(value, [])],
    ["MarkerTree", (value) => new MarkerTree(value)],
    ["AnchorSet", (value) => new AnchorSet(value)],
    ["TextSearch, reach", (value) => new TextSearch(new TextBuffer(), "x", { reach: value })],
    ["RowHeights, rows", (value) => new RowHeights(value, 1)],
    ["VirtualList, rows", (value) => new VirtualList({ rows: value, estimate: 1 })],
    ["VirtualList.insert, rows", (value) => list().insert(0, value)],
  ])("sizes: %s", (_, act) => {
    for (const value of [-1, 0.5, Number.NaN, Infinity, -Infinity]) {
      expect(() => act(value), String(value)).toThrowError(refused);
    }
  });

  test.each<[string, (value: number) => unknown]>([
    ["UndoHistory", (value) => new UndoHistory(value)],
    ["TextDocument, undoBytes", (value) => new TextDocument("", { undoBytes: value })],
    ["TextDocument, logBytes", (value) => new TextDocument("", { logBytes: value })],
    ["TextSearch.run, matches", (value) => search().run({ matches: value })],
    ["TextSearch.run, milliseconds", (value) => search().run({ milliseconds: value })],
    ["RowHeights, estimate", (value) => new RowHeights(1, value)],
    ["RowHeights.estimate", (value) => (new RowHeights(1, 1).estimate = value)],
    ["RowHeights.set, height", (value) => new RowHeights(1, 1).set(0, value)],
    ["VirtualList, viewport", (value) => (list().viewport = value)],
    ["VirtualList.measure, height", (value) => list().measure(0, value)],
    ["VirtualList.estimate", (value) => list().estimate(value)],
    ["ScrollTrack, longest", (value) => new ScrollTrack(list(), value)],
  ])("limits and pixels: %s", (_, act) => {
    for (const value of [-1, Number.NaN, -Infinity]) {
      expect(() => act(value), String(value)).toThrowError(refused);
    }
  });

  test("places to scroll to, where they are no number", () => {
    expect(() => new RowHeights(7, 10).rowAt(Number.NaN)).toThrowError(refused);
    expect(() => (list().scrollTop = Number.NaN)).toThrowError(refused);
    expect(() => new ScrollTrack(list()).moved(Number.NaN)).toThrowError(refused);
  });
});

function list(): VirtualList {
  return new VirtualList({ rows: 7, estimate: 10, viewport: 20 });
}

function search(): TextSearch {
  return new TextSearch(new TextBuffer(text), "o");
}

function at(value: number): { start: number; end: number; insert: string } {
  return { start: value, end: value, insert: "x" };
}

function edit(value: number): void {
  const document = new TextDocument(text);
  try {
    document.edit([at(value)]);
  } finally {
    expect([document.version, document.text.toString()]).toEqual([0, text]);
  }
}

test("what is no text is refused where a text is inserted, and changes nothing", () => {
  const noText = expect.objectContaining({ code: "usage" });
  for (const value of [5, undefined, null, ["x"], {}, Symbol("x")] as unknown[] as string[]) {
    const buffer = new TextBuffer(text);
    expect(() => buffer.insert(0, value)).toThrow(noText);
    expect(() => buffer.replace(0, 3, value)).toThrow(noText);
    const edits = [
      { start: 0, end: 1, insert: "x" },
      { start: 2, end: 3, insert: value },
    ];
    expect(() => buffer.edit(edits)).toThrow(noText);
    expect(buffer.toString()).toBe(text);
    const document = new TextDocument(text);
    expect(() => document.edit(edits)).toThrow(noText);
    expect(() => document.apply(0, edits)).toThrow(noText);
    expect([document.text.toString(), document.version]).toEqual([text, 0]);
    expect(() => ChangeSet.of(7, edits)).toThrow(noText);
    if (value === undefined) continue;
    expect(() => new TextBuffer(value)).toThrow(noText);
    expect(() => new TextDocument(value)).toThrow(noText);
  }
});
