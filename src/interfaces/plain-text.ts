import { TenonError } from "../errors.ts";
import type { TextContent, TextEdit } from "./text-content.ts";
import { isHigh, isLow, utf8Length } from "./utf8.ts";

/// A text to edit, kept as one string. Editing and the first conversion of a version take time in
/// the order of its length; later ones as much as finding a place among its lines.
export class PlainText {
  #content: PlainContent;

  constructor(text: string) {
    this.#content = new PlainContent(text);
  }

  /// Sorted edits without overlap; all of them or, where it throws `text-range`, none.
  edit(edits: readonly TextEdit[]): void {
    const text = this.#content.slice();
    const parts: string[] = [];
    let at = 0;
    for (const { start, end, insert } of edits) {
      if (!(start >= at && end >= start && end <= text.length)) throw outOfRange("range", end);
      parts.push(text.slice(at, start), insert);
      at = end;
    }
    parts.push(text.slice(at));
    this.#content = new PlainContent(parts.join(""));
  }

  snapshot(): TextContent {
    return this.#content;
  }
}

const lineBreak = /\r\n|\n|\r/g;
/// Units between two places whose byte is known.
const stride = 1024;

class PlainContent implements TextContent {
  readonly #text: string;
  /// Where each line starts, in UTF-16 units; made when first asked for.
  #lines: readonly number[] | undefined;
  /// Places between characters, by unit and by byte; made when first asked for.
  #places: { readonly units: readonly number[]; readonly bytes: readonly number[] } | undefined;
  #bytes: number | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get length(): number {
    return this.#text.length;
  }

  get byteLength(): number {
    return (this.#bytes ??= utf8Length(this.#text));
  }

  get lineCount(): number {
    return this.#lineStarts().length;
  }

  slice(start = 0, end: number = this.#text.length): string {
    return this.#text.slice(start, end);
  }

  lineRange(number: number): { readonly start: number; readonly end: number } {
    const starts = this.#lineStarts();
    const start = starts[number];
    if (start === undefined) throw outOfRange("line", number);
    const next = starts[number + 1];
    if (next === undefined) return { start, end: this.length };
    const crlf = next - start >= 2 && this.#text.startsWith("\r\n", next - 2);
    return { start, end: next - (crlf ? 2 : 1) };
  }

  lineOf(offset: number): number {
    if (!(offset >= 0 && offset <= this.length)) throw outOfRange("offset", offset);
    return lastAtMost(this.#lineStarts(), offset);
  }

  byteAt(offset: number): number {
    if (!(offset >= 0 && offset <= this.length)) throw outOfRange("offset", offset);
    if (this.byteLength === this.length) return offset;
    if (isHigh(this.#text.charCodeAt(offset - 1)) && isLow(this.#text.charCodeAt(offset))) {
      throw insideCharacter("offset", offset);
    }
    const { units, bytes } = this.#index();
    const place = lastAtMost(units, offset);
    return bytes[place]! + utf8Length(this.#text.slice(units[place], offset));
  }

  offsetOfByte(byte: number): number {
    if (!(byte >= 0 && byte <= this.byteLength)) throw outOfRange("byte", byte);
    if (this.byteLength === this.length) return byte;
    const { units, bytes } = this.#index();
    const place = lastAtMost(bytes, byte);
    let at = units[place]!;
    let passed = bytes[place]!;
    while (passed < byte) {
      const unit = this.#text.charCodeAt(at);
      const pair = isHigh(unit) && isLow(this.#text.charCodeAt(at + 1));
      passed += unit < 0x80 ? 1 : unit < 0x800 ? 2 : pair ? 4 : 3;
      at += pair ? 2 : 1;
    }
    if (passed !== byte) throw insideCharacter("byte", byte);
    return at;
  }

  *chunks(start = 0): Iterable<string> {
    if (start < this.length) yield this.#text.slice(start);
  }

  #lineStarts(): readonly number[] {
    if (this.#lines !== undefined) return this.#lines;
    const starts = [0];
    for (const { index, 0: found } of this.#text.matchAll(lineBreak)) {
      starts.push(index + found.length);
    }
    return (this.#lines = starts);
  }

  #index(): { readonly units: readonly number[]; readonly bytes: readonly number[] } {
    if (this.#places !== undefined) return this.#places;
    const units = [0];
    const bytes = [0];
    let at = 0;
    while (at + stride < this.length) {
      let next = at + stride;
      if (isLow(this.#text.charCodeAt(next)) && isHigh(this.#text.charCodeAt(next - 1))) next++;
      bytes.push(bytes.at(-1)! + utf8Length(this.#text.slice(at, next)));
      units.push(next);
      at = next;
    }
    return (this.#places = { units, bytes });
  }
}

/// The index of the last element that is at most `value`; the first element is.
function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sorted[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function outOfRange(what: string, value: number): TenonError {
  return new TenonError("text-range", `${what} ${value} is out of range`, {
    data: { what, value },
  });
}

function insideCharacter(what: string, value: number): TenonError {
  return new TenonError("text-inside-character", `${what} ${value} lies inside a character`);
}
