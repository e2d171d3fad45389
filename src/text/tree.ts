import { cut, isInside, unitOf } from "./cut.ts";
import type { GapBuffer } from "./gap.ts";
import { Meter } from "./meter.ts";
import { fanOut, leafLeast, leafMost, nodeLeast, sum, treeOf } from "./node.ts";
import type { Entry, Owner, TextNode } from "./node.ts";
import { TextSnapshot } from "./snapshot.ts";
import { spliceLeaves } from "./splice.ts";

/// The tree of one buffer, with the way to the leaf that was last sought. It changes its own nodes in
/// place and copies those it shares.
export class TextTree {
  root: TextNode;
  /// Of the leaf that was last sought: where it starts, and its place.
  leafStart = 0;
  bottom: TextNode;
  slot = 0;

  readonly #meter: Meter = new Meter();
  #owner: Owner = {};
  #shared: TextSnapshot | undefined;
  /// The way to that leaf, from the root: nodes, and the slot taken in each.
  readonly #path: TextNode[] = [];
  readonly #slots: number[] = [];

  constructor(text: string | TextSnapshot) {
    if (typeof text === "string") {
      this.root = treeOf(cut([text], this.#meter), this.#owner);
    } else {
      this.root = text.root();
      this.#shared = text;
    }
    this.bottom = this.root;
  }

  get length(): number {
    return sum(this.root.units);
  }

  /// From then on, nothing that is there is changed in place.
  snapshot(): TextSnapshot {
    if (this.#shared === undefined) {
      this.#owner = {};
      this.#shared = new TextSnapshot(this.root);
    }
    return this.#shared;
  }

  /// Finds the leaf of an offset; at a boundary, the one before it.
  seek(at: number): void {
    const path = this.#path;
    const slots = this.#slots;
    let node = this.root;
    let rest = at;
    for (let depth = 0; ; depth++) {
      const { units } = node;
      const last = units.length - 1;
      let i = 0;
      while (i < last && rest > units[i]!) rest -= units[i++]!;
      path[depth] = node;
      slots[depth] = i;
      if (node.height === 0) {
        this.leafStart = at - rest;
        this.bottom = node;
        this.slot = i;
        return;
      }
      node = node.nodes[i]!;
    }
  }

  /// Puts the sums of the leaf that was sought into the tree, where the gap buffer has kept account.
  /// False, and nothing done, where it has not, or the leaf cannot stay one leaf: then `putLeaf`.
  putCounts(gap: GapBuffer): boolean {
    const { length, breaks } = gap;
    if (breaks === undefined || !this.#fits(length)) return false;
    if (gap.changedFrom === 0 && this.leafStart > 0 && startsApart(gap.first)) return false;
    const units = length - this.bottom.units[this.slot]!;
    this.#write(units, breaks, units, units);
    return true;
  }

  /// Puts a text and its sums in the place of the leaf that was sought. False, and nothing done, where
  /// it cannot stay one leaf: then `replaceLeaf`.
  putLeaf(text: string, gap: GapBuffer): boolean {
    const { base, changedFrom, changedTo } = gap;
    const { bottom, slot } = this;
    const meter = this.#meter;
    const size = bottom.units[slot]!;
    if (!this.#fits(text.length)) return false;
    if (changedFrom === 0 && this.leafStart > 0 && startsApart(text.charCodeAt(0))) return false;
    if (changedTo === base.length && endsApart(lastUnit(text))) {
      if (this.leafStart + size < this.length) return false;
    }
    const units = text.length - size;
    if (size === bottom.bytes[slot]) {
      meter.whole(text);
      this.#write(
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
      this.#write(units, meter.breaks - breaks, meter.bytes - bytes, meter.points - points);
    }
    this.bottom.texts[slot] = text;
    return true;
  }

  /// Puts a text in the place of the leaf that was sought.
  replaceLeaf(text: string): void {
    const from = this.leafStart;
    this.#splice(from, from + this.bottom.units[this.slot]!, [text]);
  }

  /// Replaces a range, with as much of the leaves around it as it takes to end up with good leaves.
  splice(start: number, end: number, text: string): void {
    this.seek(end);
    const to = this.leafStart + this.#leaf.length;
    const tail = this.#leaf.slice(end - this.leafStart);
    this.seek(start);
    const from = this.leafStart;
    this.#splice(from, to, [this.#leaf.slice(0, start - from), text, tail]);
  }

  get #leaf(): string {
    return this.bottom.texts[this.slot]!;
  }

  #splice(start: number, end: number, pieces: string[]): void {
    const { length } = this;
    let from = start;
    let to = end;
    let size = pieces.reduce((total, piece) => total + piece.length, 0);
    const joinPrevious = (): void => {
      const leaf = this.#leaf;
      pieces.unshift(leaf);
      size += leaf.length;
      from -= leaf.length;
    };
    const joinNext = (): void => {
      const leaf = this.#leaf;
      pieces.push(leaf);
      size += leaf.length;
      to += leaf.length;
    };
    while (size < leafLeast && to - from < length) {
      this.seek(from > 0 ? from : to + 1);
      if (from > 0) joinPrevious();
      else joinNext();
    }
    if (from > 0 && startsApart(unitOf(pieces, 0))) {
      this.seek(from);
      if (isInside(lastUnit(this.#leaf), unitOf(pieces, 0))) joinPrevious();
    }
    if (to < length && endsApart(unitOf(pieces, size - 1))) {
      this.seek(to + 1);
      if (isInside(unitOf(pieces, size - 1), this.#leaf.charCodeAt(0))) joinNext();
    }
    const leaves = cut(pieces, this.#meter);
    if (!this.#spliceInPlace(from, to, leaves)) {
      this.root = spliceLeaves(this.root, from, to, leaves, this.#owner);
      this.#shared = undefined;
    }
  }

  /// Replaces leaves where all of them are, and will be, children of one node.
  #spliceInPlace(from: number, to: number, leaves: readonly Entry[]): boolean {
    this.seek(from + 1);
    const { height } = this.root;
    const first = this.#slots[height]!;
    const old = this.#path[height]!.units;
    let last = first;
    let end = from;
    do end += old[last++]!;
    while (end < to && last < old.length);
    const count = old.length - (last - first) + leaves.length;
    if (end < to || count > fanOut || count < (height === 0 ? 1 : nodeLeast)) return false;
    this.#own();
    const node = this.#path[height]!;
    node.texts.splice(first, last - first, ...leaves.map((leaf) => leaf.text));
    const plain = node.plain && leaves.every((leaf) => leaf.bytes === leaf.units);
    if (!plain) this.#tell();
    for (const kind of plain ? plainKinds : kinds) {
      const added = leaves.map((leaf) => leaf[kind]);
      const removed = node[kind].splice(first, last - first, ...added);
      const more = sum(added) - sum(removed);
      for (let depth = 0; depth < height; depth++) {
        const above = this.#path[depth]!;
        const slot = this.#slots[depth]!;
        above[kind][slot]! += more;
        // Above, it may be that not all is ASCII.
        if (plain && kind === "units" && !above.plain) {
          above.bytes[slot]! += more;
          above.points[slot]! += more;
        }
      }
    }
    return true;
  }

  /// Whether a leaf can be so long and stay one leaf, without a neighbour.
  #fits(length: number): boolean {
    if (length > leafMost) return false;
    return length >= leafLeast || (this.root.height === 0 && this.root.texts.length === 1);
  }

  #write(units: number, breaks: number, bytes: number, points: number): void {
    this.#own();
    if (bytes !== units) this.#tell();
    const { height } = this.root;
    for (let depth = 0; depth <= height; depth++) {
      const node = this.#path[depth]!;
      const slot = this.#slots[depth]!;
      node.units[slot]! += units;
      node.breaks[slot]! += breaks;
      if (node.plain) continue;
      node.bytes[slot]! += bytes;
      node.points[slot]! += points;
    }
  }

  /// Text that is not ASCII is about to come to the end of the way.
  #tell(): void {
    for (let depth = 0; depth <= this.root.height; depth++) this.#path[depth]!.tell();
  }

  /// Copies what is shared of the way to the leaf.
  #own(): void {
    this.#shared = undefined;
    const path = this.#path;
    for (let depth = 0; depth <= this.root.height; depth++) {
      const node = path[depth]!;
      if (node.owner === this.#owner) continue;
      const copy = node.copy(this.#owner);
      path[depth] = copy;
      if (depth === 0) this.root = copy;
      else path[depth - 1]!.nodes[this.#slots[depth - 1]!] = copy;
    }
    this.bottom = path[this.root.height]!;
  }
}

const kinds = ["units", "breaks", "bytes", "points"] as const;
const plainKinds = ["units", "breaks"] as const;

/// Whether a unit may be the second half of what stands before it …
function startsApart(unit: number): boolean {
  return unit === 10 || (unit & 0xfc00) === 0xdc00;
}

/// … or the first half of what comes next.
function endsApart(unit: number): boolean {
  return unit === 13 || (unit & 0xfc00) === 0xd800;
}

function lastUnit(text: string): number {
  return text.charCodeAt(text.length - 1);
}
