import { fanOut, nodeLeast, sum } from "./node.ts";
import type { Entry, Owner, TextNode } from "./node.ts";

const kinds = ["units", "breaks", "bytes", "points"] as const;
const plainKinds = ["units", "breaks"] as const;

/**
 * A tree, and the path to the leaf that was last sought in it. Changes along the path are made in
 * place in nodes that belong to the owner, and in copies of shared nodes.
 */
export class TreePath {
  root: TextNode;
  /** Where the leaf that was last sought starts, and its slot. */
  leafStart = 0;
  bottom: TextNode;
  slot = 0;

  /** The path from the root: the nodes, and the slot taken in each. */
  readonly #nodes: TextNode[] = [];
  readonly #slots: number[] = [];

  constructor(root: TextNode) {
    this.root = root;
    this.bottom = root;
  }

  get length(): number {
    return sum(this.root.units);
  }
  /** The leaf that was last sought. */
  get leaf(): string {
    return this.bottom.texts[this.slot]!;
  }

  /** Finds the leaf of an offset; at a boundary, the one before it. */
  seek(at: number): void {
    const path = this.#nodes;
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

  /** Adds to the sums of the leaf that was last sought, all the way up. */
  add(units: number, breaks: number, bytes: number, points: number, owner: Owner): void {
    this.#own(owner);
    if (bytes !== units) this.#tell();
    const { height } = this.root;
    for (let depth = 0; depth <= height; depth++) {
      const node = this.#nodes[depth]!;
      const slot = this.#slots[depth]!;
      node.units[slot]! += units;
      node.breaks[slot]! += breaks;
      if (node.plain) continue;
      node.bytes[slot]! += bytes;
      node.points[slot]! += points;
    }
  }

  /** Text that is not ASCII is about to be put at the end of the path. */
  #tell(): void {
    for (let depth = 0; depth <= this.root.height; depth++) this.#nodes[depth]!.tell();
  }

  /** Copies the shared nodes of the path. */
  #own(owner: Owner): void {
    const path = this.#nodes;
    for (let depth = 0; depth <= this.root.height; depth++) {
      const node = path[depth]!;
      if (node.owner === owner) continue;
      const copy = node.copy(owner);
      path[depth] = copy;
      if (depth === 0) this.root = copy;
      else path[depth - 1]!.nodes[this.#slots[depth - 1]!] = copy;
    }
    this.bottom = path[this.root.height]!;
  }

  /**
   * Replaces the leaves of `[from, to)`, which are whole, where all of them, old and new, are
   * children of one node. Otherwise returns false, and does nothing.
   */
  splice(from: number, to: number, leaves: readonly Entry[], owner: Owner): boolean {
    this.seek(from + 1);
    const { height } = this.root;
    const first = this.#slots[height]!;
    const old = this.#nodes[height]!.units;
    let last = first;
    let end = from;
    do end += old[last++]!;
    while (end < to && last < old.length);
    const count = old.length - (last - first) + leaves.length;
    if (end < to || count > fanOut || count < (height === 0 ? 1 : nodeLeast)) return false;
    this.#own(owner);
    const node = this.#nodes[height]!;
    node.texts.splice(first, last - first, ...leaves.map((leaf) => leaf.text));
    const plain = node.plain && leaves.every((leaf) => leaf.bytes === leaf.units);
    if (!plain) this.#tell();
    for (const kind of plain ? plainKinds : kinds) {
      const added = leaves.map((leaf) => leaf[kind]);
      const removed = node[kind].splice(first, last - first, ...added);
      const more = sum(added) - sum(removed);
      for (let depth = 0; depth < height; depth++) {
        const above = this.#nodes[depth]!;
        const slot = this.#slots[depth]!;
        above[kind][slot]! += more;
        // A node above may hold other text that is not ASCII.
        if (plain && kind === "units" && !above.plain) {
          above.bytes[slot]! += more;
          above.points[slot]! += more;
        }
      }
    }
    return true;
  }
}
