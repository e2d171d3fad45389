// Short strings that a guest hands out again and again: names, keys, tokens.
import { Interner } from "../../../pool/interner.ts";
import { decodeUtf8 } from "./utf8.ts";

/** Bytes of a string past which looking it up is not faster than decoding it. */
export const LONGEST_REPEAT = 32;

/** What an instance is known to hand out is of no use to one that hands out little. */
const BEFORE = 1024;
const WINDOW = 512;
const SHORTEST_PAUSE = 1024;
const LONGEST_PAUSE = 65_536;
const ENTRIES = 2048;

/**
 * The short strings of one memory, which nobody else's strings are looked up in. They are looked up
 * while at least half of them are found: one that isn't costs about what one that is saves. While
 * fewer are, it only looks now and then whether that has changed, so that strings which are all
 * different take 2 % longer than without.
 */
export class Repeats {
  #interner: Interner | undefined = undefined;
  #left: number = BEFORE;
  #pause: number = SHORTEST_PAUSE;
  #looking = false;
  #hits = 0;

  /** A string of at most LONGEST_REPEAT bytes inside of `u8`. Traps where they are no UTF-8. */
  read(u8: Uint8Array, pointer: number, length: number): string {
    if (this.#left-- === 0) this.#turn();
    return this.#looking
      ? this.#interner!.read(u8, pointer, length)
      : decodeUtf8(u8.subarray(pointer, pointer + length));
  }

  /** Strings that are kept. */
  get known(): number {
    return this.#interner?.statistics().entries ?? 0;
  }

  clear(): void {
    this.#interner = undefined;
    this.#looking = false;
    this.#left = BEFORE;
    this.#hits = 0;
  }

  /** After a pause or a window. */
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
