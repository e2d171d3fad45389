import { TenonError } from "../errors.ts";
import { TextBuffer } from "./rope/buffer.ts";
import { ChangeLog } from "./change/change-log.ts";
import { ChangeSet } from "./change/change-set.ts";
import { checkEdits } from "./edit.ts";
import type { TextEdit } from "./edit.ts";
import { UndoHistory } from "./change/history.ts";
import { checkIndex, checkLimit } from "./range.ts";
import { rebasedEdits } from "./change/rebase.ts";
import type { TextSnapshot } from "./rope/snapshot.ts";
import type { TextView } from "./rope/view.ts";

/** How one version of a document became the next. */
export interface TextChange {
  readonly from: number;
  readonly to: number;
  readonly changes: ChangeSet;
  readonly origin: string | undefined;
}

/** What moves with the text: a MarkerTree or an AnchorSet, for one. */
export interface Tracked {
  /** The text has just been changed. `inverse` takes it back: edit for edit, it holds what was replaced. */
  update(changes: ChangeSet, inverse: ChangeSet): void;
}

export interface EditOptions {
  /** Who did it, for those who listen, and for who offers to undo it. */
  readonly origin?: string;
  /** `own` can be undone; `foreign` cannot, and undoing goes around it. By default `own`. */
  readonly author?: "own" | "foreign";
  /** Consecutive changes of one group and origin are undone as one. By default each by itself. */
  readonly group?: string;
}

export interface TextDocumentOptions {
  /** What undo and redo may each hold, in bytes. By default 16 MiB; 0 keeps nothing. */
  readonly undoBytes?: number;
  /** What `changesSince` may hold, in bytes. By default 4 MiB. */
  readonly logBytes?: number;
}

/**
 * A text with versions: changes are told, can be undone, and can be asked for and made relative to an
 * earlier version. Everything is synchronous.
 */
export class TextDocument {
  readonly #buffer: TextBuffer;
  readonly #history: UndoHistory;
  /** The last change in it led to this version. */
  readonly #log: ChangeLog;
  #version = 0;
  readonly #tracked = new Set<Tracked>();
  readonly #listeners = new Set<(change: TextChange) => void>();
  readonly #untold: TextChange[] = [];
  #telling = false;
  readonly #errors: unknown[] = [];

  constructor(text: string | TextSnapshot = "", options: TextDocumentOptions = {}) {
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
  /** The text as it is, to read. */
  get text(): TextView {
    return this.#buffer;
  }
  get canUndo(): boolean {
    return this.#history.canUndo;
  }
  get canRedo(): boolean {
    return this.#history.canRedo;
  }
  /** The origin of what `undo` takes back next. */
  get undoOrigin(): string | undefined {
    return this.#history.undoOrigin;
  }
  /** The origin of what `redo` does again next. */
  get redoOrigin(): string | undefined {
    return this.#history.redoOrigin;
  }

  snapshot(): TextSnapshot {
    return this.#buffer.snapshot();
  }

  /** Changes the text, all or nothing, and answers the version after. Throws as TextBuffer.edit. */
  edit(edits: readonly TextEdit[], options: EditOptions = {}): number {
    this.#change(ChangeSet.of(this.#buffer.length, edits), options);
    return this.#version;
  }

  /**
   * As `edit`, with edits that refer to version `base`: they are moved to where their places are now.
   * Throws `text-conflict` (`data.edit`: which one) where the text has changed right there, and
   * `text-stale` where that version is too old to tell.
   */
  apply(base: number, edits: readonly TextEdit[], options: EditOptions = {}): number {
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
    return this.edit(rebased.edits, options);
  }

  /**
   * All changes since a version, as one; undefined where that is no longer known. Throws `text-range`
   * for a version that is yet to come.
   */
  changesSince(version: number): ChangeSet | undefined {
    checkIndex("version", version, this.#version);
    const count = this.#version - version;
    return count === 0 ? ChangeSet.none(this.#buffer.length) : this.#log.last(count);
  }

  /** Takes back the last group of own changes; false where there is none. */
  undo(options: Pick<EditOptions, "origin"> = {}): boolean {
    const done = this.#history.undo((changes) => this.#commit(changes, options.origin));
    this.#tell();
    return done;
  }

  redo(options: Pick<EditOptions, "origin"> = {}): boolean {
    const done = this.#history.redo((changes) => this.#commit(changes, options.origin));
    this.#tell();
    return done;
  }

  /** What is typed from now on is undone apart from what was before. */
  closeUndoGroup(): void {
    this.#history.closeGroup();
  }

  /**
   * Keeps something up to date with the text, before anyone who listens is told. The function that it
   * answers ends it.
   */
  track(tracked: Tracked): () => void {
    this.#tracked.add(tracked);
    return () => this.#tracked.delete(tracked);
  }

  /**
   * Tells of every change, in order, after it was made. A listener that changes the text itself is told
   * of that after all listeners were told of the first change. What a listener throws does not keep
   * the others from being told, and is thrown to whoever made the change, as an AggregateError; the
   * change stays made.
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

  /** Makes the change, and answers what takes it back. */
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
    if (errors.length > 0) throw new AggregateError(errors, "what follows the text has thrown");
  }

  #call(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#errors.push(error);
    }
  }
}
