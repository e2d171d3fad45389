import type { TextEdit } from "../edit.ts";

/**
 * Reads edits as a sequence of sections: a number of units that are kept, deleted or inserted.
 * After the last edit, the rest is kept, without end. For each edit, the deleted section comes
 * before the inserted one.
 */
export class SectionReader {
  readonly #edits: readonly TextEdit[];
  #next = 0;
  #at = 0;
  kind: "keep" | "delete" | "insert" = "keep";
  /** How much is left of the section. */
  size = 0;
  text = "";
  /** For an insertion: whether its edit deletes something as well. */
  replaces = false;

  constructor(edits: readonly TextEdit[]) {
    this.#edits = edits;
    this.#advance();
  }

  /** Whether all that is left is kept. */
  get done(): boolean {
    return this.size === Infinity;
  }

  /** Consumes part of the section, and returns its text where it is inserted. */
  take(count: number): string {
    const text = this.text.slice(0, count);
    this.text = this.text.slice(count);
    if (this.kind !== "insert") this.#at += count;
    this.size -= count;
    if (this.size === 0) this.#advance();
    return text;
  }

  #advance(): void {
    const edit = this.#edits[this.#next];
    this.text = "";
    if (edit === undefined) {
      this.kind = "keep";
      this.size = Infinity;
    } else if (this.#at < edit.start) {
      this.kind = "keep";
      this.size = edit.start - this.#at;
    } else if (this.#at < edit.end) {
      this.kind = "delete";
      this.size = edit.end - this.#at;
    } else {
      this.#next++;
      this.kind = "insert";
      this.replaces = edit.end > edit.start;
      this.size = edit.insert.length;
      this.text = edit.insert;
      if (this.size === 0) this.#advance();
    }
  }
}

/** Joins sections into edits: sorted, none empty, no two touching. */
export class SectionWriter {
  readonly edits: TextEdit[] = [];
  #at = 0;
  #start = 0;
  #insert = "";

  keep(count: number): void {
    if (count === 0) return;
    this.#close();
    this.#at += count;
    this.#start = this.#at;
  }

  delete(count: number): void {
    this.#at += count;
  }

  insert(text: string): void {
    this.#insert += text;
  }

  finish(): TextEdit[] {
    this.#close();
    return this.edits;
  }

  #close(): void {
    if (this.#at > this.#start || this.#insert !== "") {
      this.edits.push({ start: this.#start, end: this.#at, insert: this.#insert });
    }
    this.#start = this.#at;
    this.#insert = "";
  }
}

/**
 * The edits that do at once what `first` and then `second` do; `second` refers to the text in
 * between.
 */
export function composed(first: readonly TextEdit[], second: readonly TextEdit[]): TextEdit[] {
  const a = new SectionReader(first);
  const b = new SectionReader(second);
  const out = new SectionWriter();
  while (!a.done || !b.done) {
    if (a.kind === "delete") {
      out.delete(a.size);
      a.take(a.size);
    } else if (b.kind === "insert") {
      out.insert(b.take(b.size));
    } else {
      const count = Math.min(a.size, b.size);
      const kept = b.kind === "keep";
      const inserted = a.kind === "insert";
      const text = a.take(count);
      b.take(count);
      if (inserted) out.insert(kept ? text : "");
      else if (kept) out.keep(count);
      else out.delete(count);
    }
  }
  return out.finish();
}

/**
 * Moves `edits` to their places in a text that `over` has changed; both refer to the same text.
 * Where both insert at one place, `edits` come `before` or `after`; but text that replaces a range
 * comes before text that is inserted behind the range. What both delete is deleted once.
 */
export function transformed(
  edits: readonly TextEdit[],
  over: readonly TextEdit[],
  side: "before" | "after",
): TextEdit[] {
  const a = new SectionReader(edits);
  const b = new SectionReader(over);
  const out = new SectionWriter();
  while (!a.done || !b.done) {
    const ours = a.replaces === b.replaces ? side === "before" : a.replaces;
    if (a.kind === "insert" && (b.kind !== "insert" || ours)) {
      out.insert(a.take(a.size));
    } else if (b.kind === "insert") {
      out.keep(b.size);
      b.take(b.size);
    } else {
      const count = Math.min(a.size, b.size);
      if (b.kind === "keep") {
        if (a.kind === "keep") out.keep(count);
        else out.delete(count);
      }
      a.take(count);
      b.take(count);
    }
  }
  return out.finish();
}
