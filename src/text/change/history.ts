import { ChangeRun } from "./change-run.ts";
import type { ChangeSet } from "./change-set.ts";
import { RecentList } from "./recent-list.ts";
import { checkLimit } from "../range.ts";

interface Step {
  /** The changes that undo the step, or redo it. */
  readonly changes: ChangeRun;
  readonly group: string | undefined;
  readonly origin: string | undefined;
  /**
   * Others' changes between this step and the one below it. They have not been applied to the one
   * below yet.
   */
  readonly under: ChangeRun;
}

/**
 * What a step counts in addition to its changes, so that many small steps do not take more memory
 * than is counted for them.
 */
const stepBytes = 768;

const inverses = (older: ChangeSet, newer: ChangeSet): ChangeSet => newer.compose(older);
const inOrder = (older: ChangeSet, newer: ChangeSet): ChangeSet => older.compose(newer);

/**
 * Steps that can be undone, the last first. Others' changes are kept on top and applied to a step
 * only when that step is taken, so a long history costs nothing at each edit.
 */
class Steps {
  #steps: RecentList<Step> = new RecentList();
  #over = new ChangeRun(inOrder);
  #bytes = 0;
  #open = false;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get any(): boolean {
    return this.#steps.length > 0;
  }

  /** The origin of the last step. */
  get origin(): string | undefined {
    return this.#steps.last?.origin;
  }

  push(changes: ChangeSet, group: string | undefined, origin: string | undefined): void {
    const { last } = this.#steps;
    const joins = last?.group === group && last?.origin === origin && !this.#over.any;
    if (this.#open && group !== undefined && last !== undefined && joins) {
      this.#add(last.changes, changes);
    } else {
      const step = { changes: new ChangeRun(inverses), group, origin, under: this.#over };
      this.#steps.push(step);
      this.#bytes += stepBytes;
      this.#over = new ChangeRun(inOrder);
      this.#add(step.changes, changes);
    }
    this.#open = true;
    this.#trim();
  }

  /** The next push starts a new step. */
  close(): void {
    this.#open = false;
  }

  /** Others have changed the text. */
  pass(changes: ChangeSet): void {
    if (!this.any) return;
    this.#add(this.#over, changes);
    this.#trim();
  }

  /**
   * Takes the last step, as it applies to the current text. Steps of which others' changes have
   * left nothing are skipped.
   */
  pop(): { readonly changes: ChangeSet; readonly origin: string | undefined } | undefined {
    this.#open = false;
    for (;;) {
      const step = this.#steps.pop();
      if (step === undefined) return undefined;
      this.#bytes -= stepBytes + step.changes.bytes + this.#over.bytes;
      const changes = step.changes.whole();
      const over = this.#over.whole();
      this.#over = step.under;
      if (over !== undefined && this.any) {
        this.#add(this.#over, changes === undefined ? over : over.transform(changes, "after"));
      }
      const now = over === undefined ? changes : changes?.transform(over, "before");
      if (now !== undefined && !now.isEmpty) return { changes: now, origin: step.origin };
    }
  }

  clear(): void {
    this.#steps = new RecentList();
    this.#over = new ChangeRun(inOrder);
    this.#bytes = 0;
  }

  #add(run: ChangeRun, changes: ChangeSet): void {
    this.#bytes -= run.bytes;
    run.add(changes);
    this.#bytes += run.bytes;
  }

  #trim(): void {
    while (this.#bytes > this.#limit && this.any) {
      const { changes, under } = this.#steps.dropOldest();
      this.#bytes -= stepBytes + changes.bytes + under.bytes;
    }
    if (!this.any) this.clear();
  }
}

/**
 * Undo and redo of one author's changes, in groups, among the changes of others. When it holds more
 * than `limit` bytes (of text that could come back, 64 for each edit and 900 for each step), the oldest
 * steps are dropped.
 */
export class UndoHistory {
  readonly #undo: Steps;
  readonly #redo: Steps;

  /** Throws `text-range` for a limit below 0. */
  constructor(limit: number) {
    checkLimit("undoBytes", limit);
    this.#undo = new Steps(limit);
    this.#redo = new Steps(limit);
  }

  /** Whether there is a step to undo. */
  get canUndo(): boolean {
    return this.#undo.any;
  }
  /** Whether there is a step to redo. */
  get canRedo(): boolean {
    return this.#redo.any;
  }
  /** The origin that the next step of `undo` was recorded with. */
  get undoOrigin(): string | undefined {
    return this.#undo.origin;
  }
  /** Who made the step that `redo` would make again. Undefined: nobody said, or there is none. */
  get redoOrigin(): string | undefined {
    return this.#redo.origin;
  }

  /**
   * Records a change of the author's by its inverse. A change of the same group and origin as the
   * last one joins it.
   */
  record(inverse: ChangeSet, group: string | undefined, origin?: string): void {
    this.#undo.push(inverse, group, origin);
    this.#redo.clear();
  }

  /** Takes note of another author's change. */
  pass(changes: ChangeSet): void {
    this.#undo.pass(changes);
    this.#redo.pass(changes);
  }

  /** The next change starts a step of its own. */
  closeGroup(): void {
    this.#undo.close();
  }

  /**
   * Undoes the last step. `act` makes the changes and returns their inverse. Returns false where
   * there is no step.
   */
  undo(act: (changes: ChangeSet) => ChangeSet): boolean {
    return move(this.#undo, this.#redo, act);
  }

  /**
   * Makes the last undone step again: `act` makes the changes and returns what undoes them. Returns
   * false where there is none.
   */
  redo(act: (changes: ChangeSet) => ChangeSet): boolean {
    return move(this.#redo, this.#undo, act);
  }
}

function move(from: Steps, to: Steps, act: (changes: ChangeSet) => ChangeSet): boolean {
  const step = from.pop();
  if (step === undefined) return false;
  to.push(act(step.changes), undefined, step.origin);
  to.close();
  return true;
}
