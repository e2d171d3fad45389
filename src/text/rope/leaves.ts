import { GapBuffer } from "./gap.ts";
import type { TextNode } from "./node.ts";
import type { TextTree } from "./tree.ts";

/**
 * How many leaves stay open. Real editing alternates between two or three places, and typing at
 * several cursors does so at every key.
 */
const most = 4;

interface OpenLeaf {
  readonly gap: GapBuffer;
  /** The node that has the leaf. While `unwritten`, the node is in this tree only. */
  node: TextNode | undefined;
  slot: number;
  /** The tree has its current sums, but not its current text yet. */
  unwritten: boolean;
}

/**
 * The leaves that are open as gap buffers: the one under the cursor and the ones before it. Leaving
 * one puts its sums into the tree. Its text follows when the text is read, or when another leaf
 * needs the room.
 */
export class OpenLeaves {
  readonly #tree: TextTree;
  /** The one under the cursor first, then in the order in which they were left. */
  readonly #leaves: OpenLeaf[] = [];
  #unwritten = 0;

  constructor(tree: TextTree) {
    this.#tree = tree;
    this.#add();
  }

  /** The gap buffer of the current leaf; a closed one where there is none. */
  get current(): GapBuffer {
    return this.#leaves[0]!.gap;
  }

  /**
   * Opens the leaf of an offset (at a boundary, the one before it). The tree has sought that leaf
   * then.
   */
  open(at: number): GapBuffer {
    this.leave();
    const { path } = this.#tree;
    const leaves = this.#leaves;
    path.seek(at);
    const { bottom, slot } = path;
    const inLeaf = at - path.leafStart;
    let i = 0;
    while (i < leaves.length && (leaves[i]!.node !== bottom || leaves[i]!.slot !== slot)) i++;
    if (i < leaves.length && leaves[i]!.gap.holds(inLeaf)) {
      this.#toFront(i);
      return leaves[0]!.gap;
    }
    this.#toFront(i < leaves.length ? i : this.#free());
    const leaf = leaves[0]!;
    this.#write(leaf);
    leaf.gap.open(bottom.texts[slot]!, inLeaf, bottom.units[slot] === bottom.bytes[slot]);
    leaf.node = bottom;
    leaf.slot = slot;
    return leaf.gap;
  }

  /**
   * Brings the tree's sums up to date. The current leaf stays open, unless it can't stay one leaf.
   */
  leave(): void {
    const leaf = this.#leaves[0]!;
    if (!leaf.gap.dirty) return;
    const { gap } = leaf;
    const tree = this.#tree;
    if (tree.putCounts(gap)) {
      gap.counted();
      if (!leaf.unwritten) this.#unwritten++;
      leaf.unwritten = true;
      leaf.node = tree.path.bottom;
      return;
    }
    const text = gap.text();
    if (tree.putLeaf(text, gap)) {
      gap.rebase(text);
      if (leaf.unwritten) this.#unwritten--;
      leaf.unwritten = false;
      leaf.node = tree.path.bottom;
      return;
    }
    gap.rebase(text);
    if (leaf.unwritten) this.#unwritten--;
    leaf.unwritten = false;
    this.#writeAll();
    tree.replaceLeaf(text);
    this.#closeAll();
  }

  /** Brings the tree up to date. */
  settle(): void {
    this.leave();
    if (this.#unwritten > 0) this.#writeAll();
  }

  /** Brings the tree up to date and closes all leaves: needed before leaves are split, joined or moved. */
  close(): void {
    this.settle();
    this.#closeAll();
  }

  #closeAll(): void {
    for (const leaf of this.#leaves) {
      leaf.gap.close();
      leaf.node = undefined;
    }
  }

  #writeAll(): void {
    for (const leaf of this.#leaves) this.#write(leaf);
  }

  #write(leaf: OpenLeaf): void {
    if (!leaf.unwritten) return;
    const text = leaf.gap.text();
    leaf.node!.texts[leaf.slot] = text;
    leaf.gap.rebase(text);
    leaf.unwritten = false;
    this.#unwritten--;
  }

  #add(): void {
    this.#leaves.push({ gap: new GapBuffer(), node: undefined, slot: 0, unwritten: false });
  }

  /** The index of a closed gap buffer, of a new one, or of the one that was left longest ago. */
  #free(): number {
    const leaves = this.#leaves;
    let i = 0;
    while (i < leaves.length && leaves[i]!.node !== undefined) i++;
    if (i === leaves.length && i < most) this.#add();
    return Math.min(i, most - 1);
  }

  #toFront(index: number): void {
    const leaves = this.#leaves;
    const leaf = leaves[index]!;
    for (let i = index; i > 0; i--) leaves[i] = leaves[i - 1]!;
    leaves[0] = leaf;
  }
}
