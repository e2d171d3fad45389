import { TenonError } from "../errors.ts";
import { TextBuffer, type TextEdit, type TextSnapshot } from "../text/index.ts";
import { composeAll, type ByteEdit, type ByteEdits } from "./text-change.ts";
import { isInsideCharacter } from "./text-error.ts";
import { utf8Length } from "./utf8.ts";

export type DocumentEvent =
  | { readonly tag: "opened" | "closed"; readonly document: TextDocument }
  | {
      readonly tag: "changed";
      readonly document: TextDocument;
      readonly version: number;
      /// In UTF-16 units of the version before.
      readonly edits: readonly TextEdit[];
      /// Undefined: the application itself.
      readonly plugin: string | undefined;
    }
  | {
      readonly tag: "marked";
      readonly document: TextDocument;
      readonly plugin: string;
      readonly layer: string;
    };

/// A mark over a range of the version that it was made for, in UTF-8 bytes. Its texts are the
/// plugin's words.
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

/// A document at one version; the same object for as long as the version is the current one.
export interface DocumentState {
  readonly document: TextDocument;
  readonly version: number;
  readonly content: TextSnapshot;
  /// Units that all changes up to this version have replaced, and what each edit copies besides:
  /// two states share all of their text but as much as lies between them.
  readonly churn: number;
}

export interface TextDocumentOptions {
  readonly uri: string;
  readonly text: string;
  readonly language: string;
  readonly readOnly: boolean;
  readonly maxBytes: number;
  emit(event: DocumentEvent): void;
}

export type EditOutcome =
  | { readonly tag: "applied"; readonly version: number }
  /// The index of the edit that is out of order or overlaps the one before.
  | { readonly tag: "overlapping"; readonly index: number }
  /// A byte offset past the end, or inside a character.
  | { readonly tag: "out-of-range" | "inside-character"; readonly offset: number }
  | { readonly tag: "too-large"; readonly maxBytes: number };

/// Units that one edit may copy: a leaf, and the way to it.
const editChurn = 4096;

/// What is kept of earlier changes, so that plugins can catch up: changes, edits, inserted units.
const historyLimits = { changes: 1000, edits: 20_000, inserted: 1 << 20 };

/// An open document. Its text is well-formed: a lone surrogate, in the text it is opened with or in
/// what is inserted, becomes U+FFFD.
export class TextDocument {
  readonly uri: string;
  /// A language identifier such as `markdown`; `plain` when unknown.
  readonly language: string;
  readonly readOnly: boolean;
  readonly #text: TextBuffer;
  readonly #maxBytes: number;
  readonly #emit: (event: DocumentEvent) => void;
  readonly #layers: Map<string, MarkLayer> = new Map();
  /// The latest changes; the last one led to `version`.
  readonly #history: ByteEdits[] = [];
  readonly #kept = { edits: 0, inserted: 0 };
  #version = 1;
  #churn = 0;
  #state: DocumentState | undefined;
  #closed = false;

  constructor({ uri, text, language, readOnly, maxBytes, emit }: TextDocumentOptions) {
    this.uri = uri;
    this.language = language;
    this.readOnly = readOnly;
    this.#maxBytes = maxBytes;
    this.#emit = emit;
    const wellFormed = text.toWellFormed();
    if (utf8Length(wellFormed) > maxBytes) throw tooLarge(uri, maxBytes);
    this.#text = new TextBuffer(wellFormed);
  }

  /// 1 at first; every change adds 1.
  get version(): number {
    return this.#version;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get text(): string {
    return this.#text.toString();
  }

  /// The document as it is now; nothing done later changes it. Keeping it costs what is edited
  /// afterwards, not the length of the text.
  state(): DocumentState {
    return (this.#state ??= {
      document: this,
      version: this.#version,
      content: this.#text.snapshot(),
      churn: this.#churn,
    });
  }

  /// A change of the application's own: sorted edits in UTF-16 units, without overlap, all of them
  /// or none. Throws `text-range`, `text-overlap`, `text-inside-character`, `document-too-large`,
  /// `document-closed`.
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

  /// Edits in UTF-8 bytes of the current version: all or nothing.
  apply(edits: ByteEdits, plugin: string | undefined): EditOutcome {
    if (this.#closed) throw new TenonError("document-closed", `${this.uri} is closed`);
    const { content } = this.state();
    const units: TextEdit[] = [];
    const checked: ByteEdit[] = [];
    let last = 0;
    let size = content.byteLength;
    for (const [index, edit] of edits.entries()) {
      const { start, end } = edit;
      if (start < last || end < start) return { tag: "overlapping", index };
      if (end > content.byteLength) return { tag: "out-of-range", offset: end };
      const range = unitRange(content, start, end);
      if (typeof range === "number") return { tag: "inside-character", offset: range };
      const insert = edit.insert.toWellFormed();
      size += utf8Length(insert) - (end - start);
      units.push({ ...range, insert });
      checked.push({ start, end, insert });
      last = end;
    }
    if (size > this.#maxBytes) return { tag: "too-large", maxBytes: this.#maxBytes };
    if (edits.length === 0) return { tag: "applied", version: this.#version };
    return { tag: "applied", version: this.#change(units, checked, plugin) };
  }

  /// What led from a version to this one; undefined where it is not known any more, or not yet.
  changesSince(version: number): ByteEdits | undefined {
    const missed = this.#version - version;
    if (!Number.isSafeInteger(missed) || missed < 0 || missed > this.#history.length) {
      return undefined;
    }
    return composeAll(this.#history.slice(this.#history.length - missed));
  }

  /// Layers of marks, by plugin and name, each for the version it was made for.
  marks(): readonly MarkLayer[] {
    return [...this.#layers.values()];
  }

  /// Replaces one layer; an empty one goes away. Answers false where the plugin has `limit` others.
  mark(plugin: string, layer: string, marks: readonly DocumentMark[], limit: number): boolean {
    const key = JSON.stringify([plugin, layer]);
    const mine = this.marks().filter((other) => other.plugin === plugin && other.layer !== layer);
    if (marks.length === 0) this.#layers.delete(key);
    else if (mine.length >= limit) return false;
    else this.#layers.set(key, { plugin, layer, version: this.#version, marks });
    this.#emit({ tag: "marked", document: this, plugin, layer });
    return true;
  }

  /// Removes the marks of a plugin.
  forget(plugin: string): void {
    for (const { layer } of this.marks().filter((each) => each.plugin === plugin)) {
      this.mark(plugin, layer, [], 0);
    }
  }

  /// Called by `Documents`.
  close(): void {
    this.#closed = true;
    this.#layers.clear();
  }

  /// Answers the version that it makes. A listener may have edited on by then.
  #change(units: readonly TextEdit[], bytes: ByteEdits, plugin: string | undefined): number {
    this.#text.edit(units);
    this.#state = undefined;
    this.#version++;
    for (const { start, end, insert } of units) {
      this.#churn += end - start + insert.length + editChurn;
    }
    this.#history.push(bytes);
    this.#kept.edits += bytes.length;
    this.#kept.inserted += insertedUnits(bytes);
    while (this.#historyIsFull()) {
      const oldest = this.#history.shift() ?? [];
      this.#kept.edits -= oldest.length;
      this.#kept.inserted -= insertedUnits(oldest);
    }
    const version = this.#version;
    this.#emit({ tag: "changed", document: this, version, edits: units, plugin });
    return version;
  }

  #historyIsFull(): boolean {
    return (
      this.#history.length > historyLimits.changes ||
      this.#kept.edits > historyLimits.edits ||
      this.#kept.inserted > historyLimits.inserted
    );
  }
}

/// The same range in UTF-16 units, or the offset that is inside a character.
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

function insertedUnits(edits: ByteEdits): number {
  return edits.reduce((sum, { insert }) => sum + insert.length, 0);
}

function tooLarge(uri: string, maxBytes: number): TenonError {
  return new TenonError("document-too-large", `${uri} would be over ${maxBytes} bytes`, {
    data: { uri, limit: maxBytes },
  });
}
