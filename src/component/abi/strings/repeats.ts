// Short strings that a guest passes to the host again and again: names, keys, tokens.
import { Interner } from "../../../pool/interner.ts";
import { decodeUtf8 } from "./utf8.ts";

/** The longest string, in bytes, for which a look-up is faster than decoding. */
export const LONGEST_REPEAT = 32;

/**
 * How many strings an instance passes before any are kept: keeping them does not pay for one that
 * passes few.
 */
const BEFORE = 1024;
const WINDOW = 512;
const SHORTEST_PAUSE = 1024;
const LONGEST_PAUSE = 65_536;
const ENTRIES = 2048;

/**
 * The short strings that came out of one memory; no other memory's strings are found here. A string
 * that is not found costs about as much as one that is found saves, so strings are looked up only
 * while at least half of them are found. Otherwise a few are tried from time to time. Strings that
 * are all different take 2 % longer than they would without this table.
 */
export class Repeats {
  #interner: Interner | undefined = undefined;
  #left: number = BEFORE;
  #pause: number = SHORTEST_PAUSE;
  #looking = false;
  #hits = 0;

  /**
   * Reads a string of at most LONGEST_REPEAT bytes from `u8`. Traps where the bytes are not UTF-8.
   */
  read(u8: Uint8Array, pointer: number, length: number): string {
    if (this.#left-- === 0) this.#turn();
    return this.#looking
      ? this.#interner!.read(u8, pointer, length)
      : decodeUtf8(u8.subarray(pointer, pointer + length));
  }

  /** How many strings are kept. */
  get known(): number {
    return this.#interner?.statistics().entries ?? 0;
  }

  clear(): void {
    this.#interner = undefined;
    this.#looking = false;
    this.#left = BEFORE;
    this.#hits = 0;
  }

  /** Called at the end of a pause or a window. */
  #turn(): void {
    this.#interner ??= new Interner({ entries: ENTRIES, decode: decodeUtf8 });
    const { hits } = this.#interner.statistics();
    const pays = !this.#looking || hits - this.#hits >= WINDOW / 2;
    this.#hits = hits;
    if (pays && this.#looking) this.#pause = SHORTEST_PAUSE;
    this.#left = (pays ? WINDOW : this.#pause) - 1;
    if (!pays) this.#pause = Math.min(LONGEST_PAUSE, 2 * this.#pause);
    this.#looking = pays;
  }
}
