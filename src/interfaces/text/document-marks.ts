/**
 * A mark over a range, in UTF-8 bytes of the version that it was made for. Its texts are the
 * plugin's words.
 */
export interface DocumentMark {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly severity: "hint" | "info" | "warning" | "error" | undefined;
  readonly message: string | undefined;
}

export interface MarkLayer {
  readonly plugin: string;
  readonly layer: string;
  readonly version: number;
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
