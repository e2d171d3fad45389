import { utf8Length } from "../contract/utf8.ts";

/** Replaces `[start, end)`, in UTF-8 bytes of the version before. */
export interface ByteEdit {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/** One change, sorted and without overlap. */
export type ByteEdits = readonly ByteEdit[];

/**
 * One change in place of several that followed each other: it refers to the version before the
 * first. Takes time in the order of edits × log changes.
 */
export function composeAll(changes: readonly ByteEdits[]): ByteEdits {
  if (changes.length === 0) return [];
  const [only] = changes;
  if (changes.length === 1 && only !== undefined) return only;
  const middle = changes.length >> 1;
  return compose(composeAll(changes.slice(0, middle)), composeAll(changes.slice(middle)));
}

/** First `one`, then `other` (whose ranges refer to what `one` made). */
function compose(one: ByteEdits, other: ByteEdits): ByteEdits {
  const source = new Pieces(one);
  const result = new Composition();
  for (const { start, end, insert } of other) {
    source.copyTo(start, result);
    source.copyTo(end, undefined);
    result.insert(insert);
  }
  source.copyTo(Number.POSITIVE_INFINITY, result);
  return result.edits();
}

type Piece =
  /** Bytes of the old text, by where they were. */
  | { readonly tag: "kept"; readonly start: number; readonly end: number }
  | { readonly tag: "inserted"; readonly text: string; readonly bytes: number };

/** The text after a change, as pieces of the one before and what was inserted; read once, in order. */
class Pieces {
  readonly #pieces: Piece[] = [];
  #next = 0;
  /** Bytes read so far, and of the piece that is next. */
  #at = 0;

  constructor(edits: ByteEdits) {
    let kept = 0;
    for (const { start, end, insert } of edits) {
      if (start > kept) this.#pieces.push({ tag: "kept", start: kept, end: start });
      if (insert !== "") {
        this.#pieces.push({ tag: "inserted", text: insert, bytes: utf8Length(insert) });
      }
      kept = end;
    }
    this.#pieces.push({ tag: "kept", start: kept, end: Number.POSITIVE_INFINITY });
  }

  /** Reads up to a byte of the text after the change: into `result`, or past it. */
  copyTo(end: number, result: Composition | undefined): void {
    while (this.#at < end) {
      const piece = this.#pieces[this.#next];
      if (piece === undefined) return;
      const size = sizeOf(piece);
      const wanted = Math.min(size, end - this.#at);
      if (wanted < size) {
        const [first, rest] = split(piece, wanted);
        result?.take(first);
        this.#pieces[this.#next] = rest;
      } else {
        result?.take(piece);
        this.#next++;
      }
      this.#at += wanted;
    }
  }
}

class Composition {
  readonly #edits: ByteEdit[] = [];
  #inserted: string[] = [];
  /** Up to where the old text has been dealt with. */
  #kept = 0;

  take(piece: Piece): void {
    if (piece.tag === "inserted") this.#inserted.push(piece.text);
    else {
      this.#close(piece.start);
      this.#kept = piece.end;
    }
  }

  insert(text: string): void {
    this.#inserted.push(text);
  }

  edits(): ByteEdits {
    return this.#edits;
  }

  #close(end: number): void {
    const insert = this.#inserted.join("");
    this.#inserted = [];
    if (end > this.#kept || insert !== "") this.#edits.push({ start: this.#kept, end, insert });
  }
}

function sizeOf(piece: Piece): number {
  return piece.tag === "kept" ? piece.end - piece.start : piece.bytes;
}

function split(piece: Piece, bytes: number): readonly [Piece, Piece] {
  if (piece.tag === "kept") {
    const middle = piece.start + bytes;
    return [
      { tag: "kept", start: piece.start, end: middle },
      { tag: "kept", start: middle, end: piece.end },
    ];
  }
  let at = 0;
  for (let passed = 0; passed < bytes;) {
    const point = piece.text.codePointAt(at) ?? 0;
    passed += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    at += point < 0x10000 ? 1 : 2;
  }
  return [
    { tag: "inserted", text: piece.text.slice(0, at), bytes },
    { tag: "inserted", text: piece.text.slice(at), bytes: piece.bytes - bytes },
  ];
}
