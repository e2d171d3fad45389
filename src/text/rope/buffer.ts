import { checkEdits } from "../edit.ts";
import type { TextEdit } from "../edit.ts";
import { checkText } from "../../options.ts";
import type { GapBuffer } from "./gap.ts";
import { OpenLeaves } from "./leaves.ts";
import { leafMost } from "./node.ts";
import type { TextNode } from "./node.ts";
import { checkIndex, checkRange } from "../range.ts";
import type { TextSnapshot } from "./snapshot.ts";
import { TextTree } from "./tree.ts";
import { TextView } from "./view.ts";

/** Longer insertions go directly into the tree, without the gap buffer. */
const mostTyped = 1024;

/**
 * An editable text: a persistent B+tree of strings, with a gap buffer for the leaf under the
 * cursor. An edit that continues the last one takes a few nanoseconds, any other O(log n) and one
 * leaf.
 */
export class TextBuffer extends TextView {
  readonly #tree: TextTree;
  readonly #leaves: OpenLeaves;
  #length: number;
  /** The gap buffer of the leaf under the cursor, and where its content starts. */
  #gap: GapBuffer;
  #hot = 0;

  /** Starting from a snapshot costs nothing, however long its text is. */
  constructor(text: string | TextSnapshot = "") {
    super();
    this.#tree = new TextTree(text);
    this.#leaves = new OpenLeaves(this.#tree);
    this.#gap = this.#leaves.current;
    this.#length = text.length;
  }

  override get length(): number {
    return this.#length;
  }

  /** Inserts text before the unit at `at`. Throws `text-range`, and `usage` for what is no text. */
  insert(at: number, text: string): void {
    if (typeof text !== "string") checkText("what is inserted", text);
    if (this.#gap.insert(at - this.#hot, text)) this.#length += text.length;
    else this.#insertElsewhere(at, text);
  }

  /** Deletes the units from `start` up to `end`. Throws `text-range`. */
  delete(start: number, end: number): void {
    if (this.#gap.delete(start - this.#hot, end - this.#hot)) this.#length -= end - start;
    else this.#deleteElsewhere(start, end);
  }

  /**
   * Puts text in the place of the units from `start` up to `end`. Throws `text-range`, and `usage`
   * for what is no text.
   */
  replace(start: number, end: number, text: string): void {
    if (typeof text !== "string") checkText("what is inserted", text);
    if (end - start > leafMost || text.length > mostTyped) {
      checkRange(start, end, this.#length);
      this.#rewrite(start, end, text);
    } else {
      this.delete(start, end);
      this.insert(start, text);
    }
  }

  /**
   * Applies edits that all refer to the text before the first of them. Where it throws
   * (`text-range`, `text-overlap`), none is applied.
   */
  edit(edits: readonly TextEdit[]): void {
    checkEdits(edits, this.#length);
    for (let i = edits.length - 1; i >= 0; i--) {
      const { start, end, insert } = edits[i]!;
      this.replace(start, end, insert);
    }
  }

  /** The current text. O(1), and so is what it adds to each later edit. */
  override snapshot(): TextSnapshot {
    this.#leaves.settle();
    return this.#tree.snapshot();
  }

  /** @internal */
  protected override root(): TextNode {
    this.#leaves.settle();
    return this.#tree.root;
  }

  #insertElsewhere(at: number, text: string): void {
    checkIndex("offset", at, this.#length);
    if (text.length > mostTyped) {
      this.#rewrite(at, at, text);
    } else if (text.length > 0) {
      this.#open(at);
      this.#gap.insert(at - this.#hot, text);
      this.#length += text.length;
    }
  }

  #deleteElsewhere(start: number, end: number): void {
    checkRange(start, end, this.#length);
    if (start === end) return;
    this.#open(end);
    if (this.#gap.delete(start - this.#hot, end - this.#hot)) this.#length -= end - start;
    else this.#rewrite(start, end, "");
  }

  #open(at: number): void {
    this.#gap = this.#leaves.open(at);
    this.#hot = this.#tree.path.leafStart + this.#gap.low;
  }

  #rewrite(start: number, end: number, text: string): void {
    this.#leaves.close();
    this.#tree.splice(start, end, text);
    this.#length += text.length - (end - start);
  }
}
