import { TenonError } from "../errors.ts";
import type * as Contract from "./generated/host/text.ts";
import type { ByteRange } from "./generated/host/types.ts";
import type { TextContent } from "./text-content.ts";
import { checkRange, offsetOfByte, textError } from "./text-error.ts";
import { findText } from "./text-search.ts";

/// Limits of text.wit, in bytes.
const maxSliceBytes = 4 << 20;
const maxNeedleBytes = 64 << 10;

/// The texts that the snapshots of one instance keep alive: each once, however many snapshots share
/// it, and at most so many UTF-16 units in all.
export class Retained {
  readonly #holders: Map<TextContent, number> = new Map();
  readonly #limit: number;
  #units = 0;

  constructor(limit: number = 256 << 20) {
    this.#limit = limit;
  }

  /// Throws `plugin-limit`, which ends the instance: a snapshot has no other way to say no.
  hold(content: TextContent): void {
    const holders = this.#holders.get(content) ?? 0;
    if (holders === 0) {
      if (this.#units + content.length > this.#limit) {
        throw new TenonError("plugin-limit", "the plugin keeps too much text in snapshots", {
          operation: "text.snapshot",
          data: { limit: this.#limit },
        });
      }
      this.#units += content.length;
    }
    this.#holders.set(content, holders + 1);
  }

  release(content: TextContent): void {
    const holders = this.#holders.get(content) ?? 0;
    if (holders > 1) this.#holders.set(content, holders - 1);
    else if (this.#holders.delete(content)) this.#units -= content.length;
  }
}

/// The resource `snapshot`.
export class SnapshotHandle {
  readonly #content: TextContent;
  readonly #version: number;
  #retained: Retained | undefined;

  constructor(content: TextContent, version: number, retained: Retained) {
    retained.hold(content);
    this.#content = content;
    this.#version = version;
    this.#retained = retained;
  }

  version(): bigint {
    return BigInt(this.#version);
  }

  size(): number {
    return this.#content.byteLength;
  }

  lines(): number {
    return this.#content.lineCount;
  }

  slice(range: ByteRange): string {
    const { start, end } = checkRange(this.#content, range);
    if (end - start > maxSliceBytes) throw textError({ tag: "too-large", val: maxSliceBytes });
    return this.#content.slice(
      offsetOfByte(this.#content, start),
      offsetOfByte(this.#content, end),
    );
  }

  line(number: number): ByteRange {
    const { start, end } = this.#line(number);
    return { start: this.#content.byteAt(start), end: this.#content.byteAt(end) };
  }

  point(offset: number): Contract.Point {
    const line = this.#content.lineOf(offsetOfByte(this.#content, offset));
    const { start } = this.#line(line);
    return { line, column: offset - this.#content.byteAt(start) };
  }

  offset({ line, column }: Contract.Point): number {
    const range = this.line(line);
    if (column > range.end - range.start) throw textError({ tag: "out-of-range", val: column });
    const offset = range.start + column;
    offsetOfByte(this.#content, offset);
    return offset;
  }

  find(needle: string, start: number): ByteRange | undefined {
    if (needle.length > maxNeedleBytes) {
      throw textError({ tag: "too-large", val: maxNeedleBytes });
    }
    const wanted = needle.toWellFormed();
    const at = findText(this.#content, wanted, offsetOfByte(this.#content, start));
    return at === undefined
      ? undefined
      : { start: this.#content.byteAt(at), end: this.#content.byteAt(at + wanted.length) };
  }

  [Symbol.dispose](): void {
    this.#retained?.release(this.#content);
    this.#retained = undefined;
  }

  #line(number: number): { readonly start: number; readonly end: number } {
    if (number >= this.#content.lineCount) throw textError({ tag: "out-of-range", val: number });
    return this.#content.lineRange(number);
  }
}
