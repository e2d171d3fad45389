import { wrongOption } from "../../options.ts";
import { cut, unitOf } from "./cut.ts";
import type { GapBuffer } from "./gap.ts";
import { Meter } from "./meter.ts";
import { leafLeast, leafMost, treeOf } from "./node.ts";
import type { Owner, TextNode } from "./node.ts";
import { TextSnapshot } from "./snapshot.ts";
import { spliceLeaves } from "./splice.ts";
import { TreePath } from "./tree-path.ts";
import { endsApart, isInside, lastUnit, startsApart } from "./units.ts";

/** The tree of one buffer. It changes its own nodes in place, and copies those that it shares. */
export class TextTree {
  readonly path: TreePath;
  readonly #meter: Meter = new Meter();
  #owner: Owner = {};
  #shared: TextSnapshot | undefined;

  constructor(text: string | TextSnapshot) {
    if (typeof text === "string") {
      this.path = new TreePath(treeOf(cut([text], this.#meter), this.#owner));
    } else {
      const { root } = Object(text) as Partial<TextSnapshot>;
      if (typeof root !== "function") throw wrongOption("a text", "a string or a snapshot", text);
      this.path = new TreePath(text.root());
      this.#shared = text;
    }
  }

  get root(): TextNode {
    return this.path.root;
  }

  /** From then on, the present nodes are not changed in place any more. */
  snapshot(): TextSnapshot {
    if (this.#shared === undefined) {
      this.#owner = {};
      this.#shared = new TextSnapshot(this.root);
    }
    return this.#shared;
  }

  /**
   * Puts the sums of the leaf that was last sought into the tree, where the gap buffer has kept
   * count. Returns false, and does nothing, where it has not, or the leaf cannot stay one leaf: use
   * `putLeaf` then.
   */
  putCounts(gap: GapBuffer): boolean {
    const { path } = this;
    const { length, breaks } = gap;
    if (breaks === undefined || !this.#fits(length)) return false;
    if (gap.changedFrom === 0 && path.leafStart > 0 && startsApart(gap.first)) return false;
    const units = length - path.bottom.units[path.slot]!;
    this.#add(units, breaks, units, units);
    return true;
  }

  /**
   * Puts a text and its sums in place of the leaf that was last sought. Returns false, and does
   * nothing, where it cannot stay one leaf: use `replaceLeaf` then.
   */
  putLeaf(text: string, gap: GapBuffer): boolean {
    const { base, changedFrom, changedTo } = gap;
    const { path } = this;
    const { bottom, slot } = path;
    const meter = this.#meter;
    const size = bottom.units[slot]!;
    if (!this.#fits(text.length)) return false;
    if (changedFrom === 0 && path.leafStart > 0 && startsApart(text.charCodeAt(0))) return false;
    if (changedTo === base.length && endsApart(lastUnit(text))) {
      if (path.leafStart + size < path.length) return false;
    }
    const units = text.length - size;
    if (size === bottom.bytes[slot]) {
      meter.whole(text);
      this.#add(
        units,
        meter.breaks - bottom.breaks[slot]!,
        meter.bytes - size,
        meter.points - size,
      );
    } else {
      const start = Math.max(0, changedFrom - 1);
      const end = Math.min(base.length, changedTo + 1);
      meter.range(base, start, end);
      const { breaks, bytes, points } = meter;
      meter.range(text, start, end + units);
      this.#add(units, meter.breaks - breaks, meter.bytes - bytes, meter.points - points);
    }
    path.bottom.texts[slot] = text;
    return true;
  }

  /** Puts a text in place of the leaf that was last sought. */
  replaceLeaf(text: string): void {
    const { leafStart, bottom, slot } = this.path;
    // The text that the tree has there may be older than its sums.
    this.#splice(leafStart, leafStart + bottom.units[slot]!, [text]);
  }

  /**
   * Replaces a range, together with as much of the leaves around it as is needed for leaves of a
   * good length.
   */
  splice(start: number, end: number, text: string): void {
    const { path } = this;
    path.seek(end);
    const to = path.leafStart + path.leaf.length;
    const tail = path.leaf.slice(end - path.leafStart);
    path.seek(start);
    const from = path.leafStart;
    this.#splice(from, to, [path.leaf.slice(0, start - from), text, tail]);
  }

  #add(units: number, breaks: number, bytes: number, points: number): void {
    this.#shared = undefined;
    this.path.add(units, breaks, bytes, points, this.#owner);
  }

  #splice(start: number, end: number, pieces: string[]): void {
    const { path } = this;
    const { length } = path;
    let from = start;
    let to = end;
    let size = pieces.reduce((total, piece) => total + piece.length, 0);
    const joinPrevious = (): void => {
      const { leaf } = path;
      pieces.unshift(leaf);
      size += leaf.length;
      from -= leaf.length;
    };
    const joinNext = (): void => {
      const { leaf } = path;
      pieces.push(leaf);
      size += leaf.length;
      to += leaf.length;
    };
    while (size < leafLeast && to - from < length) {
      path.seek(from > 0 ? from : to + 1);
      if (from > 0) joinPrevious();
      else joinNext();
    }
    if (from > 0 && startsApart(unitOf(pieces, 0))) {
      path.seek(from);
      if (isInside(lastUnit(path.leaf), unitOf(pieces, 0))) joinPrevious();
    }
    if (to < length && endsApart(unitOf(pieces, size - 1))) {
      path.seek(to + 1);
      if (isInside(unitOf(pieces, size - 1), path.leaf.charCodeAt(0))) joinNext();
    }
    const leaves = cut(pieces, this.#meter);
    this.#shared = undefined;
    if (!path.splice(from, to, leaves, this.#owner)) {
      path.root = spliceLeaves(path.root, from, to, leaves, this.#owner);
    }
  }

  /** Whether a leaf of this length can stay one leaf without being joined with a neighbour. */
  #fits(length: number): boolean {
    if (length > leafMost) return false;
    return length >= leafLeast || (this.root.height === 0 && this.root.texts.length === 1);
  }
}
