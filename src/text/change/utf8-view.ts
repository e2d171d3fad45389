import { limit, type Rules } from "../../option-rules.ts";
import { checkTextOptions } from "../range.ts";
import { ByteCursor } from "../rope/byte-cursor.ts";
import type { TextEdit } from "../edit.ts";
import { Meter } from "../rope/meter.ts";
import { lastUnit } from "../rope/units.ts";
import type { TextView } from "../rope/view.ts";
import { ChangeLog } from "./change-log.ts";
import { ChangeSet } from "./change-set.ts";
import { isHigh, isLow, lossyUtf8, utf8Encoder } from "../../utf8.ts";

/** What a view remembers at most; the oldest changes are dropped first. Default: no limit. */
export interface Utf8ViewOptions {
  /** The most changes that are kept. */
  readonly changes?: number;
  /** The most edits in the kept changes. */
  readonly edits?: number;
  /** UTF-16 units that the changes insert, together. */
  readonly inserted?: number;
}

const RULES: Rules<Utf8ViewOptions> = { changes: limit(0), edits: limit(0), inserted: limit(0) };

/**
 * The changes of a text as seen by users who count in UTF-8 bytes, where a lone surrogate is
 * U+FFFD. A change that divides a surrogate pair, or completes one, replaces the whole character in
 * this view. Pass it to TextDocument.track: it numbers the changes that it is told of, from 0.
 *
 * Changes are ChangeSets in bytes: `before`, `after`, `start` and `end` count bytes, and `insert`
 * has one character for each byte. They can be composed and rebased as usual. `Utf8View.text`
 * decodes an `insert`.
 */
export class Utf8View {
  readonly #text: TextView;
  readonly #log: ChangeLog;
  /** UTF-16 units that the log holds at most. */
  readonly #remembered: number;
  readonly #meter: Meter = new Meter();
  /** The length of the text after the last change, in bytes. */
  #length: number;
  #byteLength: number;
  #version = 0;

  constructor(text: TextView, options: Utf8ViewOptions = {}) {
    checkTextOptions("Utf8View", options, RULES);
    const { changes, edits, inserted } = options;
    this.#text = text;
    this.#remembered = inserted ?? Infinity;
    this.#length = text.length;
    this.#byteLength = text.byteLength;
    this.#log = new ChangeLog({
      ...(changes === undefined ? {} : { changes }),
      ...(edits === undefined ? {} : { edits }),
      ...(inserted === undefined ? {} : { size: inserted }),
    });
  }

  /** Decodes an `insert`, which has one character for each byte. */
  static text(insert: string): string {
    if (isAscii(insert)) return insert;
    const bytes = new Uint8Array(insert.length);
    for (let i = 0; i < insert.length; i++) bytes[i] = insert.charCodeAt(i);
    return lossyUtf8.decode(bytes);
  }

  /** The number of changes so far. */
  get version(): number {
    return this.#version;
  }

  /** Follows a change of the text; `inverse` is what would undo it. */
  update(changes: ChangeSet, inverse: ChangeSet): void {
    const { length, byteLength } = this.#text;
    const plain = byteLength === length && this.#byteLength === this.#length;
    const inserted = changes.edits.reduce((sum, { insert }) => sum + insert.length, 0);
    this.#log.push(this.#logged(changes, inverse, plain, inserted), inserted);
    this.#version++;
    this.#length = length;
    this.#byteLength = byteLength;
  }

  /**
   * The changes from one version to the same or a later one, as one change in bytes. Undefined
   * where they are not known any more, or `to` does not exist yet.
   */
  between(from: number, to: number): ChangeSet | undefined {
    if (!Number.isSafeInteger(from) || from < 0 || from > to || to > this.#version)
      return undefined;
    // Where the change to this version has been dropped, so has its length.
    if (from === to) return this.#none(to);
    return this.#log.last(this.#version - from, this.#version - to);
  }

  #none(at: number): ChangeSet | undefined {
    if (at === this.#version) return ChangeSet.none(this.#byteLength);
    const next = this.#log.last(this.#version - at, this.#version - at - 1);
    return next && ChangeSet.none(next.before);
  }

  #logged(changes: ChangeSet, inverse: ChangeSet, plain: boolean, inserted: number): ChangeSet {
    if (plain) return changes;
    // The log drops a change that is too large for it as soon as it is pushed.
    if (inserted > this.#remembered) return ChangeSet.none(this.#byteLength);
    return ChangeSet.of(this.#byteLength, this.#inBytes(changes, inverse));
  }

  #inBytes(changes: ChangeSet, inverse: ChangeSet): TextEdit[] {
    let shift = 0;
    const cursor = new ByteCursor(this.#text);
    return changes.edits.map(({ insert }, i) => {
      const { start, end, insert: removed } = inverse.edits[i]!;
      const edit = this.#whole({ start, removed, end, insert });
      const from = cursor.byteAt(edit.start) - shift;
      const bytes = binary(edit.insert);
      this.#meter.whole(edit.removed);
      shift += bytes.length - this.#meter.bytes;
      return { start: from, end: from + this.#meter.bytes, insert: bytes };
    });
  }

  /**
   * Extends the edit by its neighbours where one of them was or is half of a character together
   * with the edit's text.
   */
  #whole(edit: Replaced): Replaced {
    let { start, end, removed, insert } = edit;
    const before = start === 0 ? "" : this.#text.slice(start - 1, start);
    const after = end === this.#text.length ? "" : this.#text.slice(end, end + 1);
    if (isHigh(lastUnit(before)) && [removed, insert].some((text) => startsLow(text || after))) {
      start -= 1;
      removed = before + removed;
      insert = before + insert;
    }
    if (
      startsLow(after) &&
      [edit.removed, edit.insert].some((text) => isHigh(lastUnit(text || before)))
    ) {
      end += 1;
      removed += after;
      insert += after;
    }
    return { start, end, removed, insert };
  }
}

/** Text that was replaced by `insert`, which is now at `[start, end)`. */
interface Replaced {
  readonly start: number;
  readonly end: number;
  readonly removed: string;
  readonly insert: string;
}

function startsLow(text: string): boolean {
  return isLow(text.charCodeAt(0));
}

function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return !/[^\0-\x7f]/.test(text);
}

/** The UTF-8 bytes of a text, one character for each byte. */
function binary(text: string): string {
  if (isAscii(text)) return text;
  const bytes = utf8Encoder.encode(text);
  let result = "";
  for (let i = 0; i < bytes.length; i += 4096) {
    result += String.fromCharCode(...bytes.subarray(i, i + 4096));
  }
  return result;
}
