/**
 * A mark over a range, in UTF-8 bytes of the version that it was made for. Its texts are the
 * plugin's words.
 */
export interface DocumentMark {
  /** The offset of its first byte, from 0. */
  readonly start: number;
  /** The offset behind its last byte. */
  readonly end: number;
  /** What the mark is, in a word of the plugin's: `keyword`, `spelling`. */
  readonly kind: string;
  /** How grave it is. Undefined: it is no problem. */
  readonly severity: "hint" | "info" | "warning" | "error" | undefined;
  /** A text for people. Undefined: none. */
  readonly message: string | undefined;
}

/** The marks that one plugin has put on a document under one name. */
export interface MarkLayer {
  /** The plugin, as `scope/name`. */
  readonly plugin: string;
  /** The name of the layer. */
  readonly layer: string;
  /** The version of the document that the marks are for. */
  readonly version: number;
  /** The marks, as the plugin gave them. */
  readonly marks: readonly DocumentMark[];
}

/** The marks of one document, in layers by plugin and name. */
export class DocumentMarks {
  readonly #layers: Map<string, MarkLayer> = new Map();

  get layers(): readonly MarkLayer[] {
    return [...this.#layers.values()];
  }

  of(plugin: string): readonly MarkLayer[] {
    return this.layers.filter((each) => each.plugin === plugin);
  }

  /**
   * Replaces one layer; an empty one is removed. Returns false where the plugin has `limit` others.
   */
  set(layer: MarkLayer, limit: number): boolean {
    const key = JSON.stringify([layer.plugin, layer.layer]);
    const others = this.of(layer.plugin).filter((other) => other.layer !== layer.layer);
    if (layer.marks.length === 0) this.#layers.delete(key);
    else if (others.length >= limit) return false;
    else this.#layers.set(key, layer);
    return true;
  }

  clear(): void {
    this.#layers.clear();
  }
}
