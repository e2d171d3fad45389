/// Writing a function's code anew.

export interface CodeText {
  readonly text: readonly number[];
  /// Where in the text a branch stands that is hardly ever taken.
  readonly unlikely?: number;
}

/// A piece that is replaced, of no length where something is put in.
export interface Edit extends CodeText {
  readonly at: number;
  readonly end: number;
}

/// Grows behind what it has written.
export class CodeWriter {
  #bytes: Uint8Array = new Uint8Array(1 << 12);
  #length = 0;
  #unlikely: number[] = [];

  put({ text, unlikely }: CodeText): void {
    this.#reserve(text.length);
    if (unlikely !== undefined) this.#unlikely.push(this.#length + unlikely);
    for (const byte of text) this.#bytes[this.#length++] = byte;
  }

  copy(bytes: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from);
    // Copies of a few bytes are not worth a view.
    if (to - from < 16) for (let at = from; at < to; at++) this.#bytes[this.#length++] = bytes[at]!;
    else {
      this.#bytes.set(bytes.subarray(from, to), this.#length);
      this.#length += to - from;
    }
  }

  /// Copies a range with edits, which are in order and overlap nowhere.
  copyEdited(bytes: Uint8Array, from: number, to: number, edits: Iterable<Edit>): void {
    let copied = from;
    for (const edit of edits) {
      this.copy(bytes, copied, edit.at);
      this.put(edit);
      copied = edit.end;
    }
    this.copy(bytes, copied, to);
  }

  /// Takes what was written since the last time, and where branches that are hardly ever taken stand
  /// in it.
  take(): { readonly code: Uint8Array; readonly unlikely: readonly number[] } {
    const taken = { code: this.#bytes.slice(0, this.#length), unlikely: this.#unlikely };
    this.#length = 0;
    this.#unlikely = [];
    return taken;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
