import { isHigh, isLow } from "../../utf8.ts";
import type { TextView } from "./view.ts";

/** For a place at most this many units ahead, counting costs less than a walk from the root. */
const NEAR = 2_048;

/**
 * Converts places in a text between UTF-16 units and UTF-8 bytes, for as long as the text does not
 * change. It goes on from the place before: for places in ascending order and near each other, such
 * as those of sorted edits, it counts only the text between them.
 */
export class ByteCursor {
  readonly #text: TextView;
  /** One place, which is at the boundary of a character. */
  #offset = 0;
  #byte = 0;

  constructor(text: TextView) {
    this.#text = text;
  }

  /** As TextView.byteAt. */
  byteAt(offset: number): number {
    const ahead = offset - this.#offset;
    if (ahead >= 0 && ahead <= NEAR && offset <= this.#text.length) {
      // With one more unit, to see where it would divide a pair.
      const piece = this.#text.slice(this.#offset, Math.min(this.#text.length, offset + 1));
      if (this.#pass(piece, ahead, Infinity) && this.#offset === offset) return this.#byte;
    }
    return this.#at(offset, this.#text.byteAt(offset))[1];
  }

  /** As TextView.offsetOfByte. */
  offsetOfByte(byte: number): number {
    const ahead = byte - this.#byte;
    if (ahead >= 0 && ahead <= NEAR) {
      const end = Math.min(this.#text.length, this.#offset + ahead + 1);
      if (this.#pass(this.#text.slice(this.#offset, end), Infinity, ahead) && this.#byte === byte) {
        return this.#offset;
      }
    }
    return this.#at(this.#text.offsetOfByte(byte), byte)[0];
  }

  #at(offset: number, byte: number): readonly [offset: number, byte: number] {
    this.#offset = offset;
    this.#byte = byte;
    return [offset, byte];
  }

  /** Passes whole characters of `piece` up to so many units or bytes. False if it passes none of them. */
  #pass(piece: string, units: number, bytes: number): boolean {
    let at = 0;
    let passed = 0;
    while (at < units && passed < bytes && at < piece.length) {
      const unit = piece.charCodeAt(at++);
      if (unit < 0x80) passed += 1;
      else if (unit < 0x800) passed += 2;
      else if (isHigh(unit) && isLow(piece.charCodeAt(at))) {
        passed += 4;
        at++;
      } else passed += 3;
    }
    if (at > units || passed > bytes) return false;
    this.#offset += at;
    this.#byte += passed;
    return true;
  }
}
