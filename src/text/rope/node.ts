/**
 * Who may change a node in place: the buffer that holds this very token. Taking a snapshot gives
 * the buffer a new token, so that every shared node is copied before it is changed.
 */
export type Owner = object;

/** The most children of a node. */
export const fanOut = 32;
/** The fewest children of a node other than the root. */
export const nodeLeast = 8;
/** Leaves are cut to about this many UTF-16 units … */
export const leafTarget = 1024;
/** … split above this … */
export const leafMost = 2048;
/** … and joined with a neighbour below this. */
export const leafLeast = 384;

/**
 * A node of the persistent B+tree. At height 0 its children are the leaves, in `texts`; above, they
 * are nodes, in `nodes`; the other array is empty. `units`, `breaks`, `bytes` and `points` hold the
 * sums of each child (see Meter).
 *
 * Invariants: no leaf is empty, except the only one of an empty text; no boundary between two
 * leaves divides a `\r\n` or a surrogate pair, so that the sums of the leaves add up; all leaves
 * are at the same depth. Where everything below is ASCII, `bytes` and `points` may be the very
 * array `units`: a copy then takes three arrays, not five. Code that writes to them calls `tell`
 * first.
 */
export class TextNode {
  readonly owner: Owner;
  readonly height: number;
  readonly nodes: TextNode[];
  readonly texts: string[];
  readonly units: number[];
  readonly breaks: number[];
  bytes: number[];
  points: number[];

  constructor(
    owner: Owner,
    height: number,
    nodes: TextNode[],
    texts: string[],
    units: number[],
    breaks: number[],
    bytes: number[],
    points: number[],
  ) {
    this.owner = owner;
    this.height = height;
    this.nodes = nodes;
    this.texts = texts;
    this.units = units;
    this.breaks = breaks;
    this.bytes = bytes;
    this.points = points;
  }

  /** Whether units, bytes and points are the same array. */
  get plain(): boolean {
    return this.bytes === this.units;
  }

  /** Gives bytes and points arrays of their own. */
  tell(): void {
    if (!this.plain) return;
    this.bytes = this.units.slice();
    this.points = this.units.slice();
  }

  copy(owner: Owner): TextNode {
    const { height, plain } = this;
    const units = this.units.slice();
    return new TextNode(
      owner,
      height,
      height === 0 ? this.nodes : this.nodes.slice(),
      height === 0 ? this.texts.slice() : this.texts,
      units,
      this.breaks.slice(),
      plain ? units : this.bytes.slice(),
      plain ? units : this.points.slice(),
    );
  }
}

/** A leaf or a node that is to be put into a parent, with its sums. */
export interface Entry {
  readonly node: TextNode | undefined;
  readonly text: string;
  readonly units: number;
  readonly breaks: number;
  readonly bytes: number;
  readonly points: number;
}

export function sum(counts: readonly number[]): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  return total;
}

export function entriesOf(node: TextNode): Entry[] {
  const entries: Entry[] = [];
  for (let i = 0; i < node.units.length; i++) {
    entries.push({
      node: node.nodes[i],
      text: node.height === 0 ? node.texts[i]! : "",
      units: node.units[i]!,
      breaks: node.breaks[i]!,
      bytes: node.bytes[i]!,
      points: node.points[i]!,
    });
  }
  return entries;
}

export function entryOf(node: TextNode): Entry {
  return {
    node,
    text: "",
    units: sum(node.units),
    breaks: sum(node.breaks),
    bytes: sum(node.bytes),
    points: sum(node.points),
  };
}

/** Makes a node of `entries[from, to)`, which all have the height `height - 1` (leaves: -1). */
export function nodeOf(
  entries: readonly Entry[],
  from: number,
  to: number,
  height: number,
  owner: Owner,
): TextNode {
  const part = entries.slice(from, to);
  const units = part.map((entry) => entry.units);
  const plain = part.every((entry) => entry.bytes === entry.units);
  return new TextNode(
    owner,
    height,
    height === 0 ? [] : part.map((entry) => entry.node!),
    height === 0 ? part.map((entry) => entry.text) : [],
    units,
    part.map((entry) => entry.breaks),
    plain ? units : part.map((entry) => entry.bytes),
    plain ? units : part.map((entry) => entry.points),
  );
}

/** Makes as few nodes as can hold the entries, evenly filled. */
export function pack(entries: readonly Entry[], height: number, owner: Owner): Entry[] {
  const count = Math.ceil(entries.length / fanOut);
  const nodes: Entry[] = [];
  for (let i = 0; i < count; i++) {
    const from = Math.floor((entries.length * i) / count);
    const to = Math.floor((entries.length * (i + 1)) / count);
    nodes.push(entryOf(nodeOf(entries, from, to, height, owner)));
  }
  return nodes;
}

/** Makes the tree over a sequence of leaves; without leaves, that of the empty text. */
export function treeOf(leaves: readonly Entry[], owner: Owner): TextNode {
  if (leaves.length === 0) return new TextNode(owner, 0, [], [""], [0], [0], [0], [0]);
  let level = pack(leaves, 0, owner);
  for (let height = 1; level.length > 1; height++) level = pack(level, height, owner);
  return level[0]!.node!;
}
