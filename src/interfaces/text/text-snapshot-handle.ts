import { TextSearch, type LineRange, type TextMatch, type TextSnapshot } from "../../text/index.ts";
import type { DocumentState } from "./open-document.ts";
import type * as Contract from "../generated/host/text.ts";
import type { ByteRange } from "../generated/host/types.ts";
import type { Ready } from "../contract/ready.ts";
import { changedRanges } from "./text-changed-ranges.ts";
import { checkRange, offsetAtOrBefore, offsetOfByte, textError } from "./text-error.ts";
import type { Retained } from "./text-retained.ts";

/** Limits of text.wit, in bytes. */
const maxSliceBytes = 4 << 20;
const maxNeedleBytes = 64 << 10;

/** The resource `snapshot`. */
export class SnapshotHandle {
  readonly #state: DocumentState;
  readonly #content: TextSnapshot;
  #retained: Retained | undefined;

  constructor(state: DocumentState, retained: Retained) {
    retained.hold(state);
    this.#state = state;
    this.#content = state.content;
    this.#retained = retained;
  }

  version(): bigint {
    return BigInt(this.#state.version);
  }

  size(): number {
    return this.#content.byteLength;
  }

  lines(): number {
    return this.#content.lineCount;
  }

  read(start: number, maxBytes: number): string {
    const from = offsetOfByte(this.#content, start);
    const most = Math.min(maxBytes, maxSliceBytes, this.#content.byteLength - start);
    return this.#text(from, offsetAtOrBefore(this.#content, start + most));
  }

  slice(range: ByteRange): string {
    const { start, end } = checkRange(this.#content, range);
    if (end - start > maxSliceBytes) throw textError({ tag: "too-large", val: maxSliceBytes });
    return this.#text(offsetOfByte(this.#content, start), offsetOfByte(this.#content, end));
  }

  line(number: number): ByteRange {
    return this.#inBytes(this.#line(number));
  }

  point(offset: number): Contract.Point {
    const line = this.#content.lineOf(offsetOfByte(this.#content, offset));
    const { start } = this.#line(line);
    return { line, column: offset - this.#content.byteAt(start) };
  }

  offset({ line, column }: Contract.Point): number {
    const range = this.line(line);
    const { end, next } = this.#line(line);
    // The place inside a two-character line break is a valid point as well.
    const last = range.end - range.start + (next - end === 2 ? 1 : 0);
    if (column > last) throw textError({ tag: "out-of-range", val: column });
    const offset = range.start + column;
    offsetOfByte(this.#content, offset);
    return offset;
  }

  /** May return a promise in a class that searches in turns. */
  find(needle: string, start: number): Ready<ByteRange | undefined> {
    const search = this.search(needle, start);
    if (search === undefined) return { start, end: start };
    return this.inBytes(search.next());
  }

  /** Undefined for the empty text, which is found where the search starts. */
  search(needle: string, start: number): TextSearch | undefined {
    if (needle.length > maxNeedleBytes) {
      throw textError({ tag: "too-large", val: maxNeedleBytes });
    }
    const from = offsetOfByte(this.#content, start);
    if (needle === "") return undefined;
    return new TextSearch(this.#content, needle.toWellFormed(), { from, wellFormed: true });
  }

  inBytes(found: TextMatch | undefined): ByteRange | undefined {
    return found && this.#inBytes(found);
  }

  changedSince(version: bigint): Contract.ChangedRange[] | undefined {
    const { document } = this.#state;
    if (version > this.version()) return undefined;
    const changes = document.changesBetween(Number(version), this.#state.version);
    return changes && changedRanges(changes.edits);
  }

  [Symbol.dispose](): void {
    this.#retained?.release(this.#state);
    this.#retained = undefined;
  }

  /** Plugins see a lone surrogate as U+FFFD. */
  #text(start: number, end: number): string {
    return this.#content.slice(start, end).toWellFormed();
  }

  #inBytes({ start, end }: { readonly start: number; readonly end: number }): ByteRange {
    return { start: this.#content.byteAt(start), end: this.#content.byteAt(end) };
  }

  #line(number: number): LineRange {
    if (number >= this.#content.lineCount) throw textError({ tag: "out-of-range", val: number });
    return this.#content.lineRange(number);
  }
}
