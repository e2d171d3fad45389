import { isHigh, isLow, utf8Encoder } from "../../utf8.ts";

/**
 * Counts what a stretch of text adds up to beside its UTF-16 units:
 * - line breaks: `\n`, `\r\n` and a lone `\r` each count once;
 * - UTF-8 bytes: a surrogate pair counts 4, a lone surrogate 3 (it leaves as U+FFFD);
 * - code points: a surrogate pair counts 1, a lone surrogate 1.
 *
 * The results stay in the fields until the next call: counting runs on every edit that leaves its
 * leaf and must not allocate.
 */
export class Meter {
  breaks = 0;
  bytes = 0;
  points = 0;

  readonly #ascii: Uint8Array<ArrayBuffer> = new Uint8Array(4096);
  readonly #words: Int32Array = new Int32Array(this.#ascii.buffer);

  /** The counts of a whole text, as if nothing stood before or after it. */
  whole(text: string): void {
    const units = text.length;
    if (units <= this.#ascii.length && !text.includes("\r")) {
      const { read, written } = utf8Encoder.encodeInto(text, this.#ascii);
      if (read === units && written === units) {
        this.breaks = this.#feeds(units);
        this.bytes = units;
        this.points = units;
        return;
      }
    }
    this.range(text, 0, units);
  }

  /**
   * The counts of `text[from, to)`, taking its neighbours into account: a `\r` just before `to`
   * counts only where no `\n` follows it, and a low surrogate at `from` completes a pair that began
   * before.
   */
  range(text: string, from: number, to: number): void {
    let breaks = 0;
    let bytes = to - from;
    let points = to - from;
    let before = from > 0 ? text.charCodeAt(from - 1) : 0;
    for (let i = from; i < to; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x80) {
        if (unit === 10 || (unit === 13 && text.charCodeAt(i + 1) !== 10)) breaks++;
      } else if (unit < 0x800) {
        bytes++;
      } else if (isLow(unit) && isHigh(before)) {
        points--;
      } else {
        bytes += 2;
      }
      before = unit;
    }
    this.breaks = breaks;
    this.bytes = bytes;
    this.points = points;
  }

  /** The line feeds among the first `count` bytes, which must be ASCII. Counts four at a time. */
  #feeds(count: number): number {
    const bytes = this.#ascii;
    const words = this.#words;
    for (let i = count; (i & 15) !== 0; i++) bytes[i] = 0;
    const end = ((count + 15) >> 4) * 4;
    let others = 0;
    for (let i = 0; i < end;) {
      // An eight-bit lane holds the sum of 124 words without reaching the sign bit.
      const stop = Math.min(end, i + 124);
      let lanes = 0;
      for (; i < stop; i += 4) {
        lanes +=
          notFeeds(words[i]!) +
          notFeeds(words[i + 1]!) +
          notFeeds(words[i + 2]!) +
          notFeeds(words[i + 3]!);
      }
      others += (lanes & 255) + ((lanes >> 8) & 255) + ((lanes >> 16) & 255) + (lanes >> 24);
    }
    return end * 4 - others;
  }
}

/**
 * For four ASCII bytes, 1 in the place of each that is not a line feed: `byte + 0x7f` has its top bit
 * set exactly where the byte is not zero.
 */
function notFeeds(word: number): number {
  return (((word ^ 0x0a0a0a0a) + 0x7f7f7f7f) >>> 7) & 0x01010101;
}
