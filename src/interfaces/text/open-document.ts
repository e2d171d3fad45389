import { TenonError } from "../../errors.ts";
import { Utf8View } from "../../text/index.ts";
import type {
  ChangeSet,
  TextChange,
  TextDocument,
  TextEdit,
  TextSnapshot,
} from "../../text/index.ts";
import { rebasedEdits } from "../../text/change/rebase.ts";
import { ByteCursor } from "../../text/rope/byte-cursor.ts";
import { utf8Length } from "../../utf8.ts";
import { originOf, pluginOf, type DocumentEvent } from "./document-event.ts";
import { DocumentMarks, type DocumentMark, type MarkLayer } from "./document-marks.ts";
import { isInsideCharacter } from "./text-error.ts";

/**
 * A document at one version. It is the same object for as long as that version is the current one.
 */
export interface DocumentState {
  /** The document. */
  readonly document: OpenDocument;
  /** Its version, as plugins count it: each change adds 1. */
  readonly version: number;
  /** Its text at that version. */
  readonly content: TextSnapshot;
  /**
   * UTF-16 units that all changes up to this version have replaced, and those that each edit copies
   * in addition. The text that two states do not share is at most the difference of their churns.
   */
  readonly churn: number;
}

/** What a document is opened with. Made by `createDocuments` (`documents.ts`). */
export interface OpenedAs {
  readonly uri: string;
  readonly language: string;
  readonly readOnly: boolean;
  readonly maxBytes: number;
  /** The version of the current text. */
  readonly version: number;
  /** Tells the listeners of `Documents.on`. */
  emit(event: DocumentEvent): void;
  /** Called once, when the document is closed. */
  closed(document: OpenDocument): void;
}

/** An edit in UTF-8 bytes. */
export interface ByteEdit {
  /** The offset of the first byte that is replaced, from 0. */
  readonly start: number;
  /** The offset behind the last byte that is replaced; `start` or more. */
  readonly end: number;
  /** The text that takes their place; empty to delete. */
  readonly insert: string;
}

/** What became of edits in a document: they are made together, or not at all. */
export type EditOutcome =
  | { readonly tag: "applied"; readonly version: number }
  /** The index of the edit that is out of order, or overlaps the one before. */
  | { readonly tag: "overlapping"; readonly index: number }
  /** A byte offset past the end, or inside a character. */
  | { readonly tag: "out-of-range" | "inside-character"; readonly offset: number }
  | { readonly tag: "too-large"; readonly maxBytes: number };

export type RebaseOutcome =
  | EditOutcome
  /** The index of the first edit whose place was changed as well. */
  | { readonly tag: "conflict"; readonly index: number }
  /** The changes since that version are not known any more, or the version does not exist yet. */
  | { readonly tag: "stale" };

/** How much of earlier changes is remembered for plugins. Stated in text.wit. */
const remembered = { changes: 1000, edits: 20_000, inserted: 1 << 20 };

/** Units that one edit may copy: a leaf of the rope, and the path to it. */
const editChurn = 4096;

/**
 * A TextDocument that plugins can be given, under a URI. Plugins count in UTF-8 bytes and see a
 * lone surrogate as U+FFFD; text that they insert has none. Their edits are steps of the document's
 * undo history with the origin `plugin:scope/name`.
 */
export class OpenDocument implements Disposable {
  /** The document's URI, under which plugins open it. */
  readonly uri: string;
  /** A language identifier such as `markdown`; `plain` when unknown. */
  readonly language: string;
  /** Whether plugins may not edit it. */
  readonly readOnly: boolean;
  /** The text, with its undo history. It outlives the time for which plugins can see it. */
  readonly document: TextDocument;
  readonly #as: OpenedAs;
  readonly #view: Utf8View;
  readonly #marks: DocumentMarks = new DocumentMarks();
  readonly #release: readonly (() => void)[];
  #churn = 0;
  #state: DocumentState | undefined;
  #closed = false;

  /** Made by `Documents`. Throws `document-too-large`. */
  constructor(document: TextDocument, as: OpenedAs) {
    const { uri, language, readOnly, maxBytes } = as;
    if (document.text.byteLength > maxBytes) throw tooLarge(uri, maxBytes);
    this.uri = uri;
    this.language = language;
    this.readOnly = readOnly;
    this.document = document;
    this.#as = as;
    this.#view = new Utf8View(document.text, remembered);
    // A tracker runs before the listeners, so that `version` is the new one when the first listener
    // is told.
    const untrack = document.track({
      update: (changes, inverse) => this.#follow(changes, inverse),
    });
    const told = document.version;
    const unlisten = document.onChange((change) => change.from >= told && this.#tell(change));
    this.#release = [untrack, unlisten];
  }

  /**
   * The version as plugins count it: every change adds 1. The first document under a URI starts at
   * 1; one that is opened later under the same URI starts above all versions that the URI has had.
   */
  get version(): number {
    return this.#as.version + this.#view.version;
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** See DocumentState. */
  get churn(): number {
    return this.#churn;
  }

  /** The whole text as it is now. */
  get text(): string {
    return (this.#closed ? this.state().content : this.document.text).toString();
  }

  /**
   * The document as it is now. Later changes do not affect the result. Keeping it costs as much
   * memory as is edited afterwards, not the length of the text.
   */
  state(): DocumentState {
    return (this.#state ??= {
      document: this,
      version: this.version,
      content: this.document.snapshot(),
      churn: this.#churn,
    });
  }

  /**
   * Makes a change of the application's own: sorted edits in UTF-16 units without overlap, all or
   * none of them. Unlike `document.edit` it refuses to divide a character or to exceed the size
   * that documents may have. Throws `text-range`, `text-overlap`, `text-inside-character`,
   * `document-too-large`, `document-closed`, and what listeners throw, as TextDocument does.
   */
  edit(edits: readonly TextEdit[]): void {
    this.#assertOpen();
    const { text } = this.document;
    let size = text.byteLength;
    const cursor = new ByteCursor(text);
    for (const { start, end, insert } of edits) {
      const from = cursor.byteAt(start);
      size += utf8Length(insert) - (cursor.byteAt(end) - from);
    }
    if (size > this.#as.maxBytes) throw tooLarge(this.uri, this.#as.maxBytes);
    this.document.edit(edits);
  }

  /** Applies a plugin's edits, in UTF-8 bytes of the current version: all or none of them. */
  apply(edits: readonly ByteEdit[], plugin: string): EditOutcome {
    this.#assertOpen();
    const { text } = this.document;
    const fault = misplaced(edits, text.byteLength);
    if (fault !== undefined) return fault;
    const units: TextEdit[] = [];
    let size = text.byteLength;
    const cursor = new ByteCursor(text);
    for (const { start, end, insert } of edits) {
      const range = unitRange(cursor, start, end);
      if (typeof range === "number") return { tag: "inside-character", offset: range };
      size += utf8Length(insert) - (end - start);
      units.push({ ...range, insert: insert.toWellFormed() });
    }
    // A document that the application has made larger than the limit may still shrink.
    if (size > this.#as.maxBytes && size > text.byteLength) {
      return { tag: "too-large", maxBytes: this.#as.maxBytes };
    }
    const before = this.version;
    try {
      this.document.edit(units, { origin: originOf(plugin) });
    } catch (error) {
      this.#fault(plugin, error);
    }
    // A listener may have made further edits by now.
    return { tag: "applied", version: Math.min(this.version, before + 1) };
  }

  /**
   * Applies a plugin's edits that were made for an earlier version, at the places that they have
   * now: all or none of them. Offsets in the outcome refer to the earlier version.
   */
  rebase(base: number, edits: readonly ByteEdit[], plugin: string): RebaseOutcome {
    const over = this.changesBetween(base, this.version);
    if (over === undefined) return { tag: "stale" };
    const fault = misplaced(edits, over.before);
    if (fault !== undefined) return fault;
    const rebased = rebasedEdits(edits, over.edits, "after");
    if (rebased.tag === "conflict") return { tag: "conflict", index: rebased.ours };
    const outcome = this.apply(rebased.edits, plugin);
    if (outcome.tag !== "inside-character") return outcome;
    const index = rebased.edits.findIndex(
      ({ start, end }) => start === outcome.offset || end === outcome.offset,
    );
    const [edit, moved] = [edits[index]!, rebased.edits[index]!];
    return { tag: "inside-character", offset: outcome.offset - moved.start + edit.start };
  }

  /**
   * The changes from one version to the same or a later one, as one change in UTF-8 bytes (see
   * Utf8View). Undefined where they are not known any more, or `to` does not exist yet.
   */
  changesBetween(from: number, to: number): ChangeSet | undefined {
    return this.#view.between(from - this.#as.version, to - this.#as.version);
  }

  /** Layers of marks, by plugin and name. Each belongs to the version that it was made for. */
  marks(): readonly MarkLayer[] {
    return this.#marks.layers;
  }

  /**
   * Replaces one layer; an empty one is removed. Returns false where the plugin has `limit` others.
   */
  mark(plugin: string, layer: string, marks: readonly DocumentMark[], limit: number): boolean {
    if (!this.#marks.set({ plugin, layer, version: this.version, marks }, limit)) return false;
    this.#as.emit({ tag: "marked", document: this, plugin, layer });
    return true;
  }

  /** Removes the marks of a plugin. */
  forget(plugin: string): void {
    for (const { layer } of this.#marks.of(plugin)) this.mark(plugin, layer, [], 0);
  }

  /**
   * Takes the document from plugins, as `Documents.close` does. The text, its history and its
   * listeners stay with the application.
   */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.state();
    this.#closed = true;
    for (const release of this.#release) release();
    this.#marks.clear();
    this.#as.closed(this);
  }

  #assertOpen(): void {
    if (this.#closed) throw new TenonError("document-closed", `${this.uri} is closed`);
  }

  #follow(changes: ChangeSet, inverse: ChangeSet): void {
    this.#state = undefined;
    this.#view.update(changes, inverse);
    for (const { start, end, insert } of changes.edits) {
      this.#churn += end - start + insert.length + editChurn;
    }
  }

  #tell({ to, changes, origin }: TextChange): void {
    this.#as.emit({
      tag: "changed",
      document: this,
      version: this.version - (this.document.version - to),
      edits: changes.edits,
      plugin: pluginOf(origin),
    });
  }

  /**
   * Reports what the application's listeners threw as an event: the plugin's edit stands and does
   * not fail.
   */
  #fault(plugin: string, error: unknown): void {
    if (!(error instanceof AggregateError)) throw error;
    try {
      this.#as.emit({ tag: "fault", document: this, plugin, error });
    } catch {
      // Every listener has been told; one that throws again is ignored.
    }
  }
}

/** Whether edits are out of order, or end behind a text of `size` bytes. */
function misplaced(edits: readonly ByteEdit[], size: number): EditOutcome | undefined {
  let last = 0;
  for (const [index, { start, end }] of edits.entries()) {
    if (start < last || end < start) return { tag: "overlapping", index };
    if (end > size) return { tag: "out-of-range", offset: end };
    last = end;
  }
  return undefined;
}

/** The range in UTF-16 units, or the offset that is inside a character. */
function unitRange(
  text: ByteCursor,
  start: number,
  end: number,
): { readonly start: number; readonly end: number } | number {
  let offset = start;
  try {
    const from = text.offsetOfByte(start);
    if (end === start) return { start: from, end: from };
    offset = end;
    return { start: from, end: text.offsetOfByte(end) };
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
