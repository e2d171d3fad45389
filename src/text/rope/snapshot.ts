import { sum } from "./node.ts";
import type { TextNode } from "./node.ts";
import { TextView } from "./view.ts";

/**
 * The text of a buffer at one moment. Later changes do not affect it. What it shares with the
 * buffer and with other snapshots is kept once.
 */
export class TextSnapshot extends TextView {
  readonly #root: TextNode;
  readonly #length: number;

  /**
   * Use TextBuffer.snapshot().
   *
   * @internal
   */
  constructor(root: TextNode) {
    super();
    this.#root = root;
    this.#length = sum(root.units);
  }

  override get length(): number {
    return this.#length;
  }
  /** @internal */
  override root(): TextNode {
    return this.#root;
  }
  override snapshot(): this {
    return this;
  }
}
