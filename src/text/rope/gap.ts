import { BreakTally } from "./break-tally.ts";
import { utf8Encoder } from "../../utf8.ts";
import { asciiText, wideText } from "./unit-text.ts";

/** How many units fit: those of the longest leaf, and room to type. */
const capacity = 4096;
/** How many units of a leaf that is not ASCII are taken in on either side of the cursor. */
const reach = 128;

/**
 * The part of a text that is being edited: a leaf, or a window of it, as an array of units with a
 * gap at the cursor. Typing and erasing move the gap's ends. The leaf is made again, as a string,
 * only when the cursor goes elsewhere or the text is read.
 *
 * The leaf is `base[0, low) + content + base[high, …)`, where the content is everything in the
 * array except the gap. An ASCII leaf is taken in whole, because that takes a single call of the
 * encoder; of any other leaf only the surroundings of the cursor are. A unit takes one byte while
 * all are ASCII, otherwise two.
 *
 * Positions are units from the start of the content. `insert` and `delete` return false, and change
 * nothing, where the edit does not lie in the content or does not fit.
 */
export class GapBuffer {
  readonly #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(capacity);
  #wide: Uint16Array<ArrayBuffer> | undefined;
  #units: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> = this.#bytes;
  /**
   * All units are below it: 128 where the leaf was taken in whole, as bytes, or 65536. 0 while
   * closed.
   */
  #limit = 0;
  /**
   * The gap is `[start, end)` of the array. -1 while closed, so that no position is in the content.
   */
  #start = -1;
  #end: number = capacity;
  #base = "";
  #low = 0;
  #high = 0;
  /** How many units at the start and at the end of the content are unchanged since `base`. */
  #head = 0;
  #tail = 0;
  #dirty = false;
  readonly #tally = new BreakTally();

  /** Whether there are edits whose sums have not been taken. */
  get dirty(): boolean {
    return this.#dirty;
  }
  /** The leaf as it was last taken in or given out. */
  get base(): string {
    return this.#base;
  }
  /** The length of the current leaf. */
  get length(): number {
    return this.#base.length - (this.#high - this.#low) + this.#start + capacity - this.#end;
  }
  /** The first unit of the content; 0 where there is none. */
  get first(): number {
    return this.#units[this.#start > 0 ? 0 : this.#end] ?? 0;
  }
  /** Where the content starts in the leaf. */
  get low(): number {
    return this.#low;
  }
  /**
   * The changes since then are in `[changedFrom, changedTo)` of `base`; the present text there ends
   * at the same distance from the end.
   */
  get changedFrom(): number {
    return this.#low + this.#head;
  }
  get changedTo(): number {
    return this.#high - this.#tail;
  }
  /**
   * For a leaf that is and was ASCII: line breaks inserted less line breaks deleted since the sums
   * were last taken. Undefined where they must be counted.
   */
  get breaks(): number | undefined {
    return this.#limit === 128 ? this.#tally.breaks : undefined;
  }

  insert(at: number, text: string): boolean {
    if (at !== this.#start && !this.#moveTo(at)) return false;
    if (text.length === 1) {
      const unit = text.charCodeAt(0);
      if (unit < this.#limit && this.#start < this.#end) {
        this.#units[this.#start++] = unit;
        if (unit <= 13) this.#tally.count(unit, 1);
        this.#dirty = true;
        return true;
      }
    }
    return this.#insertMany(text);
  }

  delete(from: number, to: number): boolean {
    if (to === this.#start) {
      if (!(from >= 0 && from <= to) || (from | 0) !== from) return false;
      this.#tally.forget(this.#units, from, to);
      this.#start = from;
      if (from < this.#head) this.#head = from;
    } else {
      const count = to - from;
      if (!(count >= 0 && to <= this.#start + capacity - this.#end)) return false;
      if ((to | 0) !== to || (from !== this.#start && !this.#moveTo(from))) return false;
      this.#tally.forget(this.#units, this.#end, this.#end + count);
      this.#end += count;
      if (capacity - this.#end < this.#tail) this.#tail = capacity - this.#end;
    }
    this.#dirty = true;
    return true;
  }

  /** Takes in a leaf for editing at `at`. `ascii`: the leaf is all ASCII. */
  open(leaf: string, at: number, ascii: boolean): void {
    this.#base = leaf;
    this.#dirty = false;
    this.#units = this.#bytes;
    if (ascii) {
      this.#limit = 128;
      this.#tally.start(leaf.includes("\r"));
      this.#low = 0;
      this.#high = leaf.length;
      utf8Encoder.encodeInto(leaf, this.#bytes);
      this.#start = leaf.length;
      this.#end = capacity;
      this.#moveTo(at);
    } else {
      this.#tally.start(true);
      this.#low = Math.max(0, at - reach);
      this.#high = Math.min(leaf.length, at + reach);
      this.#start = at - this.#low;
      this.#end = capacity - (this.#high - at);
      this.#limit = 65536;
      const wide = (this.#wide ??= new Uint16Array(capacity));
      this.#units = wide;
      for (let i = this.#low; i < at; i++) wide[i - this.#low] = leaf.charCodeAt(i);
      const shift = this.#end - at;
      for (let i = at; i < this.#high; i++) wide[i + shift] = leaf.charCodeAt(i);
    }
    this.#settle();
  }

  close(): void {
    this.#base = "";
    this.#start = -1;
    this.#end = capacity;
    this.#limit = 0;
    this.#dirty = false;
  }

  /** The current text of the leaf. */
  text(): string {
    const length = this.#start + capacity - this.#end;
    if (this.#limit === 128) {
      this.#moveGap(length);
      return asciiText(this.#bytes, length);
    }
    const from = this.#head;
    const to = length - this.#tail;
    this.#moveGap(to);
    return (
      this.#base.slice(0, this.#low + from) +
      wideText(this.#wide!, from, to) +
      this.#base.slice(this.#high - this.#tail)
    );
  }

  /** Whether a position of the leaf is in the content. */
  holds(inLeaf: number): boolean {
    const at = inLeaf - this.#low;
    return at >= 0 && at <= this.#start + capacity - this.#end;
  }

  /** The tree has the current sums now, but not the current text. */
  counted(): void {
    this.#dirty = false;
    this.#tally.restart();
  }

  /** Continues from `leaf`, which `text` has returned. */
  rebase(leaf: string): void {
    this.#high += leaf.length - this.#base.length;
    this.#base = leaf;
    this.#dirty = false;
    this.#settle();
  }

  #settle(): void {
    this.#tally.restart();
    this.#head = this.#start;
    this.#tail = capacity - this.#end;
  }

  #insertMany(text: string): boolean {
    const count = text.length;
    if (count > this.#end - this.#start || this.#start < 0) return false;
    if (count === 0) return true;
    if (count > 24 && this.#limit === 128) {
      const { read, written } = utf8Encoder.encodeInto(
        text,
        this.#bytes.subarray(this.#start, this.#end),
      );
      if (read === count && written === count) {
        this.#start += count;
        this.#dirty = true;
        this.#tally.countIn(text);
        return true;
      }
    }
    let units = this.#units;
    let at = this.#start;
    for (let i = 0; i < count; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 128) units = this.#widen();
      else if (unit <= 13) this.#tally.count(unit, 1);
      units[at++] = unit;
    }
    this.#start = at;
    this.#dirty = true;
    return true;
  }

  /** Moves the gap for an edit there. */
  #moveTo(at: number): boolean {
    if (!(at >= 0 && at <= this.#start + capacity - this.#end) || (at | 0) !== at) return false;
    this.#moveGap(at);
    if (at < this.#head) this.#head = at;
    if (capacity - this.#end < this.#tail) this.#tail = capacity - this.#end;
    return true;
  }

  #moveGap(at: number): void {
    const units = this.#units;
    let start = this.#start;
    let end = this.#end;
    if (Math.abs(at - start) > 16) {
      if (at < start) units.copyWithin(end - (start - at), at, start);
      else units.copyWithin(start, end, end + (at - start));
      end += at - start;
      start = at;
    }
    while (start > at) units[--end] = units[--start]!;
    while (start < at) units[start++] = units[end++]!;
    this.#start = start;
    this.#end = end;
  }

  #widen(): Uint16Array<ArrayBuffer> {
    const wide = (this.#wide ??= new Uint16Array(capacity));
    if (this.#limit === 128) {
      wide.set(this.#bytes);
      this.#units = wide;
      this.#limit = 65536;
    }
    return wide;
  }
}
