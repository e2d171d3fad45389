import { TenonError } from "../errors.ts";
import { number, oneOf, type Rules, text } from "../option-rules.ts";
import { TextBuffer } from "./rope/buffer.ts";
import { ChangeLog } from "./change/change-log.ts";
import { ChangeSet } from "./change/change-set.ts";
import { checkEdits } from "./edit.ts";
import type { TextEdit } from "./edit.ts";
import { UndoHistory } from "./change/history.ts";
import { checkIndex, checkLimit, checkTextOptions } from "./range.ts";
import { rebasedEdits } from "./change/rebase.ts";
import type { TextSnapshot } from "./rope/snapshot.ts";
import type { TextView } from "./rope/view.ts";

/** A change from one version of a document to the next. */
export interface TextChange {
  /** The version before. */
  readonly from: number;
  /** The version after. */
  readonly to: number;
  /** What was changed. */
  readonly changes: ChangeSet;
  /** Who changed it, as the edit said. Undefined: nobody said. */
  readonly origin: string | undefined;
}

/** Something that moves with the text, such as a MarkerTree or an AnchorSet. */
export interface Tracked {
  /**
   * The text has just been changed. `inverse` undoes the change; edit for edit, it contains the
   * replaced text.
   */
  update(changes: ChangeSet, inverse: ChangeSet): void;
}

/** Options of `TextDocument.edit`. */
export interface EditOptions {
  /** Who made the change. Passed to listeners, and kept for undo. */
  readonly origin?: string;
  /**
   * `own` changes can be undone. `foreign` ones cannot, and undo leaves them in place. Default:
   * `own`.
   */
  readonly author?: "own" | "foreign";
  /**
   * Consecutive changes of one group and origin are undone together. Default: each change is undone
   * by itself.
   */
  readonly group?: string;
}

/** Options of a TextDocument. */
export interface TextDocumentOptions {
  /** The most bytes that undo and redo may each hold. Default: 16 MiB; 0 keeps nothing. */
  readonly undoBytes?: number;
  /** The most bytes that `changesSince` may hold. Default: 4 MiB. */
  readonly logBytes?: number;
}

const RULES: Rules<TextDocumentOptions> = { undoBytes: number, logBytes: number };
const EDIT_RULES: Rules<EditOptions> = {
  origin: text,
  author: oneOf("own", "foreign"),
  group: text,
};
const UNDO_RULES: Rules<Pick<EditOptions, "origin">> = { origin: text };
const NO_OPTIONS: EditOptions = {};

function checkEditOptions(options: EditOptions): void {
  if (options !== NO_OPTIONS) checkTextOptions("an edit", options, EDIT_RULES);
}

/**
 * A text with versions. Listeners are told of changes, changes can be undone, and changes since an
 * earlier version can be asked for, or made relative to it. Everything is synchronous.
 */
export class TextDocument {
  readonly #buffer: TextBuffer;
  readonly #history: UndoHistory;
  /** Its last change led to the current version. */
  readonly #log: ChangeLog;
  #version = 0;
  readonly #tracked = new Set<Tracked>();
  readonly #listeners = new Set<(change: TextChange) => void>();
  readonly #untold: TextChange[] = [];
  #telling = false;
  readonly #errors: unknown[] = [];

  constructor(text: string | TextSnapshot = "", options: TextDocumentOptions = {}) {
    checkTextOptions("TextDocument", options, RULES);
    this.#buffer = new TextBuffer(text);
    this.#history = new UndoHistory(options.undoBytes ?? 16 * 2 ** 20);
    const size = options.logBytes ?? 4 * 2 ** 20;
    checkLimit("logBytes", size);
    this.#log = new ChangeLog({ size });
  }

  /** Counts changes, from 0. */
  get version(): number {
    return this.#version;
  }
  /** The current text, for reading. */
  get text(): TextView {
    return this.#buffer;
  }
  /** Whether there is a step to undo. */
  get canUndo(): boolean {
    return this.#history.canUndo;
  }
  /** Whether there is a step to redo. */
  get canRedo(): boolean {
    return this.#history.canRedo;
  }
  /** The origin of the step that `undo` would take. */
  get undoOrigin(): string | undefined {
    return this.#history.undoOrigin;
  }
  /** The origin of the step that `redo` would take. */
  get redoOrigin(): string | undefined {
    return this.#history.redoOrigin;
  }

  /** The text as it is now, which later edits do not change. */
  snapshot(): TextSnapshot {
    return this.#buffer.snapshot();
  }

  /**
   * Changes the text, all or nothing, and returns the new version. Throws what TextBuffer.edit
   * throws.
   */
  edit(edits: readonly TextEdit[], options: EditOptions = NO_OPTIONS): number {
    checkEditOptions(options);
    this.#change(ChangeSet.of(this.#buffer.length, edits), options);
    return this.#version;
  }

  /**
   * Does what `edit` does, with edits that refer to version `base`: they are moved to the current
   * places. Throws `text-conflict` (`data.edit` is the index) where the text has been changed at
   * the same place, and `text-stale` where the changes since that version are not known any more.
   */
  apply(base: number, edits: readonly TextEdit[], options: EditOptions = NO_OPTIONS): number {
    checkEditOptions(options);
    const over = this.changesSince(base);
    if (over === undefined) {
      throw new TenonError(
        "text-stale",
        `what happened since version ${base} is no longer known; start again from a new snapshot`,
        { data: { base, version: this.#version } },
      );
    }
    checkEdits(edits, over.before);
    const rebased = rebasedEdits(edits, over.edits, "after");
    if (rebased.tag === "conflict") {
      throw new TenonError(
        "text-conflict",
        `edit ${rebased.ours} is where the text was changed since version ${base}; start again from a new snapshot`,
        { data: { edit: rebased.ours, base, version: this.#version } },
      );
    }
    this.#change(ChangeSet.of(this.#buffer.length, rebased.edits), options);
    return this.#version;
  }

  /**
   * All changes since a version as one change; undefined where they are not known any more. Throws
   * `text-range` for a version that does not exist yet.
   */
  changesSince(version: number): ChangeSet | undefined {
    checkIndex("version", version, this.#version);
    const count = this.#version - version;
    return count === 0 ? ChangeSet.none(this.#buffer.length) : this.#log.last(count);
  }

  /** Undoes the last group of own changes. Returns false where there is none. */
  undo(options: Pick<EditOptions, "origin"> = {}): boolean {
    checkTextOptions("undo", options, UNDO_RULES);
    const done = this.#history.undo((changes) => this.#commit(changes, options.origin));
    this.#tell();
    return done;
  }

  /** Makes the last undone step again. Returns false where there is none. */
  redo(options: Pick<EditOptions, "origin"> = {}): boolean {
    checkTextOptions("redo", options, UNDO_RULES);
    const done = this.#history.redo((changes) => this.#commit(changes, options.origin));
    this.#tell();
    return done;
  }

  /** Ends the current group: later changes are undone apart from those before. */
  closeUndoGroup(): void {
    this.#history.closeGroup();
  }

  /**
   * Keeps an object up to date with the text; it is updated before listeners are told. Returns a
   * function that ends this.
   */
  track(tracked: Tracked): () => void {
    this.#tracked.add(tracked);
    return () => this.#tracked.delete(tracked);
  }

  /**
   * Calls the listener after every change, in order. Where a listener changes the text itself, all
   * listeners are told of that after they were told of the first change. An error of a listener
   * does not keep others from being told; it is thrown to the caller that made the change, in an
   * AggregateError, and the change stands.
   */
  onChange(listener: (change: TextChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #change(changes: ChangeSet, options: EditOptions): void {
    if (changes.isEmpty) return;
    const inverse = this.#commit(changes, options.origin);
    if (options.author === "foreign") this.#history.pass(changes);
    else this.#history.record(inverse, options.group, options.origin);
    this.#tell();
  }

  /** Makes the change, and returns its inverse. */
  #commit(changes: ChangeSet, origin: string | undefined): ChangeSet {
    const inverse = changes.invert(this.#buffer);
    changes.apply(this.#buffer);
    this.#log.push(changes, changes.size);
    const from = this.#version++;
    for (const tracked of this.#tracked) this.#call(() => tracked.update(changes, inverse));
    this.#untold.push({ from, to: this.#version, changes, origin });
    return inverse;
  }

  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    for (let change = this.#untold.shift(); change !== undefined; change = this.#untold.shift()) {
      const told = change;
      for (const listener of this.#listeners) this.#call(() => listener(told));
    }
    this.#telling = false;
    const errors = this.#errors.splice(0);
    if (errors.length > 0) throw new AggregateError(errors, "listeners of the text have thrown");
  }

  #call(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#errors.push(error);
    }
  }
}
