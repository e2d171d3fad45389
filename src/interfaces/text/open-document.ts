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
import { utf8Length } from "../contract/utf8.ts";
import { originOf, pluginOf, type DocumentEvent } from "./document-event.ts";
import { DocumentMarks, type DocumentMark, type MarkLayer } from "./document-marks.ts";
import { isInsideCharacter } from "./text-error.ts";

/** A document at one version; the same object for as long as the version is the current one. */
export interface DocumentState {
  readonly document: OpenDocument;
  readonly version: number;
  readonly content: TextSnapshot;
  /**
   * Units that all changes up to this version have replaced, and what each edit copies besides:
   * two states share all of their text but as much as lies between them.
   */
  readonly churn: number;
}

export interface OpenedAs {
  readonly uri: string;
  readonly language: string;
  readonly readOnly: boolean;
  readonly maxBytes: number;
  /** Of the text as it is now. */
  readonly version: number;
  emit(event: DocumentEvent): void;
  /** Called once, when it is closed. */
  closed(document: OpenDocument): void;
}

/** An edit in UTF-8 bytes. */
export interface ByteEdit {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
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

/** What plugins can be told of earlier changes. Stated in text.wit. */
const remembered = { changes: 1000, edits: 20_000, inserted: 1 << 20 };

/** Units that one edit may copy: a leaf, and the way to it. */
const editChurn = 4096;

/**
 * A TextDocument that plugins can be given, under a URI. Plugins count in UTF-8 bytes and see a lone
 * surrogate as U+FFFD; what they insert has none. Their edits are steps of the document's undo history,
 * of the origin `plugin:scope/name`.
 */
export class OpenDocument implements Disposable {
  readonly uri: string;
  /** A language identifier such as `markdown`; `plain` when unknown. */
  readonly language: string;
  readonly readOnly: boolean;
  /** The text, with its undo history. It goes on when plugins have lost sight of it. */
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
    // Tracked, so that the version is the new one when the first listener is told.
    const untrack = document.track({
      update: (changes, inverse) => this.#follow(changes, inverse),
    });
    const told = document.version;
    const unlisten = document.onChange((change) => change.from >= told && this.#tell(change));
    this.#release = [untrack, unlisten];
  }

  /**
   * As plugins count: every change adds 1. The first document that is opened starts at 1; one that is
   * opened later under the same URI goes on with versions that the URI has not had.
   */
  get version(): number {
    return this.#as.version + this.#view.version;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get text(): string {
    return (this.#closed ? this.state().content : this.document.text).toString();
  }

  /**
   * The document as it is now; nothing done later changes it. Keeping it costs what is edited
   * afterwards, not the length of the text.
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
   * A change of the application's own: sorted edits in UTF-16 units, without overlap, all of them
   * or none. Unlike `document.edit` it divides no character and keeps to the size that documents may
   * have. Throws `text-range`, `text-overlap`, `text-inside-character`, `document-too-large`,
   * `document-closed`, and what listeners throw, as TextDocument does.
   */
  edit(edits: readonly TextEdit[]): void {
    this.#assertOpen();
    const { text } = this.document;
    let size = text.byteLength;
    for (const { start, end, insert } of edits) {
      size += utf8Length(insert) - (text.byteAt(end) - text.byteAt(start));
    }
    if (size > this.#as.maxBytes) throw tooLarge(this.uri, this.#as.maxBytes);
    this.document.edit(edits);
  }

  /** A plugin's edits in UTF-8 bytes of the current version: all or nothing. */
  apply(edits: readonly ByteEdit[], plugin: string): EditOutcome {
    this.#assertOpen();
    const { text } = this.document;
    const fault = misplaced(edits, text.byteLength);
    if (fault !== undefined) return fault;
    const units: TextEdit[] = [];
    let size = text.byteLength;
    for (const { start, end, insert } of edits) {
      const range = unitRange(text, start, end);
      if (typeof range === "number") return { tag: "inside-character", offset: range };
      size += utf8Length(insert) - (end - start);
      units.push({ ...range, insert: insert.toWellFormed() });
    }
    // The application may have made it larger than that: then it may shrink.
    if (size > this.#as.maxBytes && size > text.byteLength) {
      return { tag: "too-large", maxBytes: this.#as.maxBytes };
    }
    const before = this.version;
    try {
      this.document.edit(units, { origin: originOf(plugin) });
    } catch (error) {
      this.#fault(plugin, error);
    }
    // Listeners may have edited on by now.
    return { tag: "applied", version: Math.min(this.version, before + 1) };
  }

  /**
   * A plugin's edits that were made for an earlier version, at their places of now: all or nothing.
   * Offsets in the outcome refer to that version.
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
   * What led from one version to the same or a later one, as a change in UTF-8 bytes (see Utf8View);
   * undefined where it is not known any more, or not yet.
   */
  changesBetween(from: number, to: number): ChangeSet | undefined {
    return this.#view.between(from - this.#as.version, to - this.#as.version);
  }

  /** Layers of marks, by plugin and name, each for the version it was made for. */
  marks(): readonly MarkLayer[] {
    return this.#marks.layers;
  }

  /** Replaces one layer; an empty one goes away. Answers false where the plugin has `limit` others. */
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
   * Takes it from plugins, as `Documents.close` does. The text, its history and its listeners are the
   * application's, and go on.
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

  /** What the application's listeners threw is none of the plugin's business: its edit is made. */
  #fault(plugin: string, error: unknown): void {
    if (!(error instanceof AggregateError)) throw error;
    try {
      this.#as.emit({ tag: "fault", document: this, plugin, error });
    } catch {
      // Who listens has been told.
    }
  }
}

/** Whether edits are out of order, or past the end of a text so long. */
function misplaced(edits: readonly ByteEdit[], size: number): EditOutcome | undefined {
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
  text: TextDocument["text"],
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
