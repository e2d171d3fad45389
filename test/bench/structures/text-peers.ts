import { createRequire } from "node:module";
import { TextBuffer } from "../../../src/text/index.ts";
import type { Session } from "./text-sessions.ts";

// The peers' own types are not asked for: they are installed only where benchmarks run.
const require = createRequire(new URL("../package.json", import.meta.url));

/** A text, as each package in the comparison lets one edit and read it. */
export interface Document {
  insert(at: number, text: string): void;
  delete(from: number, to: number): void;
  slice(from: number, to: number): string;
  lineStart?(line: number): number;
  lineOf?(offset: number): number;
  text(): string;
}

export interface Peer {
  readonly name: string;
  build(text: string): Document;
  /**
   * Replays a session and gives the text at the end. Each has a loop of its own, so that none is
   * slowed down by calls that had to serve the others too.
   */
  replay(session: Session): string;
}

interface CodeMirrorText {
  replace(from: number, to: number, text: CodeMirrorText): CodeMirrorText;
  sliceString(from: number, to: number): string;
  line(number: number): { from: number };
  lineAt(offset: number): { number: number };
}
interface PieceTree {
  insert(at: number, text: string): void;
  delete(at: number, count: number): void;
  getOffsetAt(line: number, column: number): number;
  getPositionAt(offset: number): { lineNumber: number };
  nodeAt(offset: number): unknown;
  getValueInRange2(from: unknown, to: unknown): string;
  getLinesRawContent(): string;
}
interface Rope {
  insert(at: number, text: string): void;
  del(at: number, count: number): void;
  substring(from: number, count: number): string;
  toString(): string;
}
interface AceDocument {
  indexToPosition(index: number): { row: number; column: number };
  positionToIndex(position: { row: number; column: number }): number;
  insert(position: { row: number; column: number }, text: string): void;
  remove(range: unknown): void;
  getValue(): string;
}

const { Text } = require("@codemirror/state") as {
  Text: { of(lines: readonly string[]): CodeMirrorText };
};
const { PieceTreeTextBufferBuilder } = require("vscode-textbuffer") as {
  PieceTreeTextBufferBuilder: new () => {
    acceptChunk(text: string): void;
    finish(normalize: boolean): { create(eol: number): PieceTree };
  };
};
const RopeOf = require("jumprope") as new (text: string) => Rope;
const ace = (require("ace-builds/src-noconflict/ace.js") as { require(id: string): unknown })
  .require;
const { Document: AceText } = ace("ace/document") as {
  Document: new (text: string) => AceDocument;
};
const { Range } = ace("ace/range") as {
  Range: { fromPoints(start: unknown, end: unknown): unknown };
};

const codeMirrorText = (text: string): CodeMirrorText => Text.of(text.split("\n"));

function pieceTree(text: string): PieceTree {
  const builder = new PieceTreeTextBufferBuilder();
  builder.acceptChunk(text);
  return builder.finish(false).create(1);
}

export const ours: Peer = {
  name: "tenon",
  build(text) {
    const buffer = new TextBuffer(text);
    return {
      insert: (at, text) => buffer.insert(at, text),
      delete: (from, to) => buffer.delete(from, to),
      slice: (from, to) => buffer.slice(from, to),
      lineStart: (line) => buffer.lineStart(line),
      lineOf: (offset) => buffer.lineOf(offset),
      text: () => buffer.toString(),
    };
  },
  replay({ start, at, deleted, inserted }) {
    const buffer = new TextBuffer(start);
    for (let i = 0; i < at.length; i++) {
      const from = at[i]!;
      const count = deleted[i]!;
      const text = inserted[i]!;
      if (count > 0) buffer.delete(from, from + count);
      if (text !== "") buffer.insert(from, text);
    }
    return buffer.toString();
  },
};

export const codeMirror: Peer = {
  name: "@codemirror/state",
  build(start) {
    let document = codeMirrorText(start);
    return {
      insert: (at, text) => (document = document.replace(at, at, codeMirrorText(text))),
      delete: (from, to) => (document = document.replace(from, to, codeMirrorText(""))),
      slice: (from, to) => document.sliceString(from, to),
      lineStart: (line) => document.line(line + 1).from,
      lineOf: (offset) => document.lineAt(offset).number - 1,
      text: () => document.toString(),
    };
  },
  replay({ start, at, deleted, inserted }) {
    let document = codeMirrorText(start);
    for (let i = 0; i < at.length; i++) {
      const from = at[i]!;
      document = document.replace(from, from + deleted[i]!, codeMirrorText(inserted[i]!));
    }
    return document.toString();
  },
};

export const vsCode: Peer = {
  name: "vscode-textbuffer",
  build(start) {
    const tree = pieceTree(start);
    return {
      insert: (at, text) => tree.insert(at, text),
      delete: (from, to) => tree.delete(from, to - from),
      slice: (from, to) => tree.getValueInRange2(tree.nodeAt(from), tree.nodeAt(to)),
      lineStart: (line) => tree.getOffsetAt(line + 1, 1),
      lineOf: (offset) => tree.getPositionAt(offset).lineNumber - 1,
      text: () => tree.getLinesRawContent(),
    };
  },
  replay({ start, at, deleted, inserted }) {
    const tree = pieceTree(start);
    for (let i = 0; i < at.length; i++) {
      const count = deleted[i]!;
      const text = inserted[i]!;
      if (count > 0) tree.delete(at[i]!, count);
      if (text !== "") tree.insert(at[i]!, text);
    }
    return tree.getLinesRawContent();
  },
};

export const aceDocument: Peer = {
  name: "ace",
  build(start) {
    const document = new AceText(start);
    return {
      insert: (at, text) => document.insert(document.indexToPosition(at), text),
      delete(from, to) {
        const start = document.indexToPosition(from);
        document.remove(Range.fromPoints(start, document.indexToPosition(to)));
      },
      slice() {
        throw new Error("not compared");
      },
      lineStart: (row) => document.positionToIndex({ row, column: 0 }),
      lineOf: (offset) => document.indexToPosition(offset).row,
      text: () => document.getValue(),
    };
  },
  replay({ start, at, deleted, inserted }) {
    const document = new AceText(start);
    for (let i = 0; i < at.length; i++) {
      const from = document.indexToPosition(at[i]!);
      const count = deleted[i]!;
      if (count > 0) {
        document.remove(Range.fromPoints(from, document.indexToPosition(at[i]! + count)));
      }
      if (inserted[i] !== "") document.insert(from, inserted[i]!);
    }
    return document.getValue();
  },
};

export const jumprope: Peer = {
  name: "jumprope",
  build(start) {
    const rope = new RopeOf(start);
    return {
      insert: (at, text) => rope.insert(at, text),
      delete: (from, to) => rope.del(from, to - from),
      slice: (from, to) => rope.substring(from, to - from),
      text: () => rope.toString(),
    };
  },
  replay({ start, at, deleted, inserted }) {
    const rope = new RopeOf(start);
    for (let i = 0; i < at.length; i++) {
      const count = deleted[i]!;
      const text = inserted[i]!;
      if (count > 0) rope.del(at[i]!, count);
      if (text !== "") rope.insert(at[i]!, text);
    }
    return rope.toString();
  },
};

export const slicing: Peer = {
  name: "string",
  build(start) {
    let whole = start;
    return {
      insert: (at, text) => (whole = whole.slice(0, at) + text + whole.slice(at)),
      delete: (from, to) => (whole = whole.slice(0, from) + whole.slice(to)),
      slice: (from, to) => whole.slice(from, to),
      text: () => whole,
    };
  },
  replay({ start, at, deleted, inserted }) {
    let whole = start;
    for (let i = 0; i < at.length; i++) {
      const from = at[i]!;
      whole = whole.slice(0, from) + inserted[i]! + whole.slice(from + deleted[i]!);
    }
    return whole;
  },
};
