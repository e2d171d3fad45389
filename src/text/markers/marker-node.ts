import { Branch } from "../balanced.ts";
import type { Bias } from "../change/change-set.ts";

/**
 * A position and its bias as one number. Text inserted at an offset moves everything whose key is
 * greater than that of this offset with the bias `before`.
 */
export function keyOf(offset: number, bias: Bias): number {
  return 2 * offset + (bias === "after" ? 1 : 0);
}

export function offsetOf(key: number): number {
  return Math.floor(key / 2);
}

export function biasOf(key: number): Bias {
  return key % 2 === 0 ? "before" : "after";
}

/**
 * A marker in the balanced tree: ordered by `low`, and an interval tree by `most`. `low` and `high`
 * are keys without the changes that are deferred at the nodes above.
 *
 * An empty marker whose start would pass its end gets the start's bias at both ends: it never grows
 * again.
 */
export class MarkerNode<Value> extends Branch<MarkerNode<Value>> {
  readonly value: Value;
  low: number;
  high: number;
  /** The smallest and greatest `high` in the subtree. */
  least: number;
  most: number;
  /** Changes that are deferred for the nodes below. */
  #lows = 0;
  #highs = 0;
  /** The tree that it is in; undefined once it has been removed. */
  tree: object | undefined = undefined;

  constructor(value: Value, low: number, high: number) {
    super();
    this.value = value;
    this.low = low;
    this.high = this.least = this.most = Math.max(low, high);
  }

  get start(): number {
    let key = this.low;
    for (let node = this.up; node !== undefined; node = node.up) key += node.#lows;
    return offsetOf(key);
  }
  /** The offset of an anchor, which is empty and has one bias. */
  get offset(): number {
    return this.start;
  }
  get bias(): Bias {
    return biasOf(this.low);
  }
  get end(): number {
    let key = this.high;
    for (let node = this.up; node !== undefined; node = node.up) key += node.#highs;
    return offsetOf(key);
  }
  /** How far the starts below it are still to be moved. */
  get owed(): number {
    return this.#lows;
  }
  get isEmpty(): boolean {
    return this.start === this.end;
  }

  override pull(): void {
    const { left, right } = this;
    this.least = this.most = this.high;
    if (left !== undefined) this.#widen(left);
    if (right !== undefined) this.#widen(right);
  }

  override push(): void {
    const lows = this.#lows;
    const highs = this.#highs;
    if (lows === 0 && highs === 0) return;
    this.#lows = this.#highs = 0;
    this.left?.move(lows, highs);
    this.right?.move(lows, highs);
  }

  /** Moves the starts and the ends of the whole subtree. */
  move(lows: number, highs: number): void {
    this.low += lows;
    this.high += highs;
    this.least += highs;
    this.most += highs;
    this.#lows += lows;
    this.#highs += highs;
  }

  /**
   * Calls `visit` with the nodes of the subtree that end at or behind the key `from` and start no
   * later than `to`, in the order of their starts. O(log n + found).
   */
  find(
    from: number,
    to: number,
    visit: (node: MarkerNode<Value>) => void,
    lows = 0,
    highs = 0,
  ): void {
    if (this.most + highs < from) return;
    this.left?.find(from, to, visit, lows + this.#lows, highs + this.#highs);
    if (this.low + lows > to) return;
    if (this.high + highs >= from) visit(this);
    this.right?.find(from, to, visit, lows + this.#lows, highs + this.#highs);
  }

  #widen({ least, most }: MarkerNode<Value>): void {
    if (least < this.least) this.least = least;
    if (most > this.most) this.most = most;
  }
}

/** The first node of a tree that starts at a key or after it. */
export function firstFrom<Value>(
  root: MarkerNode<Value> | undefined,
  key: number,
): MarkerNode<Value> | undefined {
  let found: MarkerNode<Value> | undefined;
  let wanted = key;
  for (let at = root; at !== undefined;) {
    const starts: boolean = at.low >= wanted;
    wanted -= at.owed;
    if (starts) found = at;
    at = starts ? at.left : at.right;
  }
  return found;
}

/** The nodes of a tree in order, with nothing deferred. */
export function flatten<Value>(
  node: MarkerNode<Value> | undefined,
  into: MarkerNode<Value>[] = [],
): MarkerNode<Value>[] {
  if (node === undefined) return into;
  node.push();
  flatten(node.left, into);
  into.push(node);
  return flatten(node.right, into);
}
