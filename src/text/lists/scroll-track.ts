import { outOfRange } from "../range.ts";
import type { VirtualList } from "./virtual-list.ts";

/** Firefox cuts elements off at 17.8 million pixels, Chromium at 33.5 million. */
const longestElement = 10_000_000;

/**
 * Where a list's rows and its scroll bar are in an element that cannot be as high as the list.
 *
 * In a list that fits, it changes nothing. In a longer one a short way of the scroll bar (a wheel, a
 * key, a finger) scrolls by as many pixels, and a long one (the bar dragged, a click on the track)
 * scrolls in proportion. Both ends of the list are where the ends of the bar are.
 *
 * After each event and change: if `place` is not where the element is scrolled to, scroll it there;
 * draw the rows of `list.window()` at `top(row)`.
 */
export class ScrollTrack {
  readonly #list: VirtualList;
  readonly #longest: number;
  /** Where the scroll bar was when the list was last moved by it. */
  #at = 0;

  /** `longest` is the greatest height of the element, in pixels; by default 10 million. */
  constructor(list: VirtualList, longest: number = longestElement) {
    if (!(longest >= 1)) throw outOfRange("longest", longest, longestElement);
    this.#list = list;
    this.#longest = longest;
    this.rest();
  }

  /** Of the element that holds the rows. */
  get height(): number {
    return Math.min(this.#list.height, Math.max(this.#longest, 8 * this.#list.viewport));
  }

  /** What the element's `scrollTop` has to be. */
  get place(): number {
    if (this.#fits) return this.#list.scrollTop;
    return Math.min(Math.max(0, this.#at), this.height - this.#list.viewport);
  }

  /** From the top of the element to the top of a row. */
  top(row: number): number {
    return this.#list.top(row) - this.#list.scrollTop + this.place;
  }

  /** The user has scrolled the element to `place`. */
  moved(place: number): void {
    if (this.#fits) {
      this.#list.scrollTop = place;
      this.#at = place;
      return;
    }
    const way = place - this.place;
    // Less would be taken for an echo by the list; it adds up here.
    if (Math.abs(way) < 1) return;
    const { scrollTop, viewport } = this.#list;
    const near = Math.abs(way) <= viewport;
    this.#list.scrollTop = near ? scrollTop + way : this.#toList(place);
    this.#at = place;
    const edge = Math.min(place, this.height - viewport - place);
    if (edge <= viewport) this.rest();
  }

  /**
   * Puts the scroll bar where the place in the list is: when scrolling has come to rest, and after a
   * program has scrolled the list.
   */
  rest(): void {
    this.#at = this.#fits ? this.#list.scrollTop : this.#toBar(this.#list.scrollTop);
  }

  get #fits(): boolean {
    return this.#list.height <= this.height;
  }

  /** Near both ends bar and list go together; between, in proportion. */
  get #scale(): { readonly end: number; readonly bar: number; readonly list: number } {
    const { height, viewport } = this.#list;
    const end = 2 * viewport;
    return { end, bar: this.height - viewport - 2 * end, list: height - viewport - 2 * end };
  }

  #toBar(top: number): number {
    const { end, bar, list } = this.#scale;
    if (top <= end) return top;
    if (top >= end + list) return top - list + bar;
    return end + ((top - end) / list) * bar;
  }

  #toList(place: number): number {
    const { end, bar, list } = this.#scale;
    if (place <= end) return place;
    if (place >= end + bar) return place - bar + list;
    return end + ((place - end) / bar) * list;
  }
}
