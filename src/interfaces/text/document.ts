import { TenonError } from "../../errors.ts";
import { TextBuffer, type TextEdit, type TextSnapshot } from "../../text/index.ts";
import { DocumentHistory } from "./document-history.ts";
import type { ByteEdit, ByteEdits } from "./text-change.ts";
import { isInsideCharacter } from "./text-error.ts";
import { growthOf, rebase } from "./text-rebase.ts";
import { utf8Length } from "../contract/utf8.ts";

export type DocumentEvent =
  | { readonly tag: "opened" | "closed"; readonly document: TextDocument }
  | {
      readonly tag: "changed";
      readonly document: TextDocument;
      readonly version: number;
      /** In UTF-16 units of the version before. */
      readonly edits: readonly TextEdit[];
      /** Undefined: the application itself. */
      readonly plugin: string | undefined;
    }
  | {
      readonly tag: "marked";
      readonly document: TextDocument;
      readonly plugin: string;
      readonly layer: string;
    };

/**
 * A mark over a range of the version that it was made for, in UTF-8 bytes. Its texts are the
 * plugin's words.
 */
export interface DocumentMark {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly severity: "hint" | "info" | "warning" | "error" | undefined;
  readonly message: string | undefined;
}

export interface MarkLayer {
  readonly plugin: string;
  readonly layer: string;
  readonly version: number;
  readonly marks: readonly DocumentMark[];
}

/** A document at one version; the same object for as long as the version is the current one. */
export interface DocumentState {
  readonly document: TextDocument;
  readonly version: number;
  readonly content: TextSnapshot;
  /**
   * Units that all changes up to this version have replaced, and what each edit copies besides:
   * two states share all of their text but as much as lies between them.
   */
  readonly churn: number;
}

export interface TextDocumentOptions {
  readonly uri: string;
  readonly text: string;
  readonly language: string;
  readonly readOnly: boolean;
  readonly maxBytes: number;
  /** Of the text that it is opened with. */
  readonly version: number;
  emit(event: DocumentEvent): void;
}

export type EditOutcome =
  | { readonly tag: "applied"; readonly version: number }
  /** The index of the edit that is out of order or overlaps the one before. */
  | { readonly tag: "overlapping"; readonly index: number }
  /** A byte offset past the end, or inside a character. */
  | { readonly tag: "out-of-range" | "inside-character"; readonly offset: number }
  | { readonly tag: "too-large"; readonly maxBytes: number };

export type RebaseOutcome =
  | EditOutcome
  /** The index of the first edit whose place was itself changed. */
  | { readonly tag: "conflict"; readonly index: number }
  /** What happened since is not known any more, or not yet. */
  | { readonly tag: "stale" };

/** Units that one edit may copy: a leaf, and the way to it. */
const editChurn = 4096;

/**
 * An open document. Its text is well-formed: a lone surrogate, in the text it is opened with or in
 * what is inserted, becomes U+FFFD.
 */
export class TextDocument {
  readonly uri: string;
  /** A language identifier such as `markdown`; `plain` when unknown. */
  readonly language: string;
  readonly readOnly: boolean;
  readonly #text: TextBuffer;
  readonly #maxBytes: number;
  readonly #emit: (event: DocumentEvent) => void;
  readonly #layers: Map<string, MarkLayer> = new Map();
  readonly #history: DocumentHistory = new DocumentHistory();
  #version: number;
  #churn = 0;
  #state: DocumentState | undefined;
  #closed = false;

  constructor({ uri, text, language, readOnly, maxBytes, version, emit }: TextDocumentOptions) {
    this.uri = uri;
    this.language = language;
    this.readOnly = readOnly;
    this.#maxBytes = maxBytes;
    this.#version = version;
    this.#emit = emit;
    const wellFormed = text.toWellFormed();
    if (utf8Length(wellFormed) > maxBytes) throw tooLarge(uri, maxBytes);
    this.#text = new TextBuffer(wellFormed);
  }

  /** Every change adds 1. The first document that is opened starts at 1. */
  get version(): number {
    return this.#version;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get text(): string {
    return this.#text.toString();
  }

  /**
   * The document as it is now; nothing done later changes it. Keeping it costs what is edited
   * afterwards, not the length of the text.
   */
  state(): DocumentState {
    return (this.#state ??= {
      document: this,
      version: this.#version,
      content: this.#text.snapshot(),
      churn: this.#churn,
    });
  }

  /**
   * A change of the application's own: sorted edits in UTF-16 units, without overlap, all of them
   * or none. Throws `text-range`, `text-overlap`, `text-inside-character`, `document-too-large`,
   * `document-closed`.
   */
  edit(edits: readonly TextEdit[]): void {
    const { content } = this.state();
    const bytes = edits.map(({ start, end, insert }) => ({
      start: content.byteAt(start),
      end: content.byteAt(end),
      insert,
    }));
    const outcome = this.apply(bytes, undefined);
    if (outcome.tag === "applied") return;
    if (outcome.tag === "too-large") throw tooLarge(this.uri, this.#maxBytes);
    throw new TenonError("text-overlap", "the edits are not sorted, or overlap", {
      data: outcome.tag === "overlapping" ? { index: outcome.index } : {},
    });
  }

  /** Edits in UTF-8 bytes of the current version: all or nothing. */
  apply(edits: ByteEdits, plugin: string | undefined): EditOutcome {
    if (this.#closed) throw new TenonError("document-closed", `${this.uri} is closed`);
    const { content } = this.state();
    const units: TextEdit[] = [];
    const checked: ByteEdit[] = [];
    let size = content.byteLength;
    const fault = misplaced(edits, content.byteLength);
    if (fault !== undefined) return fault;
    for (const edit of edits) {
      const { start, end } = edit;
      const range = unitRange(content, start, end);
      if (typeof range === "number") return { tag: "inside-character", offset: range };
      const insert = edit.insert.toWellFormed();
      size += utf8Length(insert) - (end - start);
      units.push({ ...range, insert });
      checked.push({ start, end, insert });
    }
    if (size > this.#maxBytes) return { tag: "too-large", maxBytes: this.#maxBytes };
    if (edits.length === 0) return { tag: "applied", version: this.#version };
    return { tag: "applied", version: this.#change(units, checked, plugin) };
  }

  /**
   * Edits that were made for an earlier version, at their places of now: all or nothing. Offsets in
   * the outcome refer to that version.
   */
  rebase(base: number, edits: ByteEdits, plugin: string | undefined): RebaseOutcome {
    const over = this.changesSince(base);
    if (over === undefined) return { tag: "stale" };
    const fault = misplaced(edits, this.state().content.byteLength - growthOf(over));
    if (fault !== undefined) return fault;
    const rebased = rebase(edits, over);
    if (rebased.tag === "conflict") return rebased;
    const outcome = this.apply(rebased.edits, plugin);
    if (outcome.tag !== "inside-character") return outcome;
    const index = rebased.edits.findIndex(
      ({ start, end }) => start === outcome.offset || end === outcome.offset,
    );
    const [edit, moved] = [edits[index]!, rebased.edits[index]!];
    return { tag: "inside-character", offset: outcome.offset - moved.start + edit.start };
  }

  /** What led from a version to this one; undefined where it is not known any more, or not yet. */
  changesSince(version: number): ByteEdits | undefined {
    return this.changesBetween(version, this.#version);
  }

  /** What led from one version to a later one; undefined where it is not known any more, or not yet. */
  changesBetween(from: number, to: number): ByteEdits | undefined {
    return this.#history.between(from, to, this.#version);
  }

  /** Layers of marks, by plugin and name, each for the version it was made for. */
  marks(): readonly MarkLayer[] {
    return [...this.#layers.values()];
  }

  /** Replaces one layer; an empty one goes away. Answers false where the plugin has `limit` others. */
  mark(plugin: string, layer: string, marks: readonly DocumentMark[], limit: number): boolean {
    const key = JSON.stringify([plugin, layer]);
    const mine = this.marks().filter((other) => other.plugin === plugin && other.layer !== layer);
    if (marks.length === 0) this.#layers.delete(key);
    else if (mine.length >= limit) return false;
    else this.#layers.set(key, { plugin, layer, version: this.#version, marks });
    this.#emit({ tag: "marked", document: this, plugin, layer });
    return true;
  }

  /** Removes the marks of a plugin. */
  forget(plugin: string): void {
    for (const { layer } of this.marks().filter((each) => each.plugin === plugin)) {
      this.mark(plugin, layer, [], 0);
    }
  }

  /** Called by `Documents`. */
  close(): void {
    this.#closed = true;
    this.#layers.clear();
  }

  /** Answers the version that it makes. A listener may have edited on by then. */
  #change(units: readonly TextEdit[], bytes: ByteEdits, plugin: string | undefined): number {
    this.#text.edit(units);
    this.#state = undefined;
    this.#version++;
    for (const { start, end, insert } of units) {
      this.#churn += end - start + insert.length + editChurn;
    }
    this.#history.push(bytes);
    const version = this.#version;
    this.#emit({ tag: "changed", document: this, version, edits: units, plugin });
    return version;
  }
}

/** Whether edits are out of order, or past the end of a text so long. */
function misplaced(edits: ByteEdits, size: number): EditOutcome | undefined {
  let last = 0;
  for (const [index, { start, end }] of edits.entries()) {
    if (start < last || end < start) return { tag: "overlapping", index };
    if (end > size) return { tag: "out-of-range", offset: end };
    last = end;
  }
  return undefined;
}

/** The same range in UTF-16 units, or the offset that is inside a character. */
function unitRange(
  content: TextSnapshot,
  start: number,
  end: number,
): { readonly start: number; readonly end: number } | number {
  let offset = start;
  try {
    const from = content.offsetOfByte(start);
    if (end === start) return { start: from, end: from };
    offset = end;
    return { start: from, end: content.offsetOfByte(end) };
  } catch (error) {
    if (isInsideCharacter(error)) return offset;
    throw error;
  }
}

function tooLarge(uri: string, maxBytes: number): TenonError {
  return new TenonError("document-too-large", `${uri} would be over ${maxBytes} bytes`, {
    data: { uri, limit: maxBytes },
  });
}
