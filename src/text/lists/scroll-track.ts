import { outOfRange } from "../range.ts";
import type { VirtualList } from "./virtual-list.ts";

/** Firefox cuts elements off at 17.8 million pixels, Chromium at 33.5 million. */
const longestElement = 10_000_000;

/**
 * Where a list's rows and its scroll bar are in an element that cannot be as high as the list.
 *
 * For a list that fits, it changes nothing. For a longer one, a short movement of the scroll bar
 * (by a wheel, a key, a finger) scrolls by as many pixels, and a long one (by dragging the bar, by
 * a click on the track) scrolls in proportion. Both ends of the list are at the ends of the bar.
 *
 * After each event and change: if the element is not scrolled to `place`, scroll it there; draw the
 * rows of `list.window()` at `top(row)`.
 */
export class ScrollTrack {
  readonly #list: VirtualList;
  readonly #longest: number;
  /** Where the scroll bar was when it last moved the list. */
  #at = 0;

  /** `longest` is the greatest height of the element, in pixels. Default: 10 million. */
  constructor(list: VirtualList, longest: number = longestElement) {
    if (!(longest >= 1)) throw outOfRange("longest", longest, longestElement);
    this.#list = list;
    this.#longest = longest;
    this.rest();
  }

  /** The height of the element that contains the rows. */
  get height(): number {
    return Math.min(this.#list.height, Math.max(this.#longest, 8 * this.#list.viewport));
  }

  /** The value that the element's `scrollTop` must have. */
  get place(): number {
    if (this.#fits) return this.#list.scrollTop;
    return Math.min(Math.max(0, this.#at), this.height - this.#list.viewport);
  }

  /** The distance from the top of the element to the top of a row. */
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
    // The list would take less than a pixel for an echo of its own change, so short movements are
    // added up here.
    if (Math.abs(way) < 1) return;
    const { scrollTop, viewport } = this.#list;
    const near = Math.abs(way) <= viewport;
    this.#list.scrollTop = near ? scrollTop + way : this.#toList(place);
    this.#at = place;
    const edge = Math.min(place, this.height - viewport - place);
    if (edge <= viewport) this.rest();
  }

  /**
   * Moves the scroll bar to the list's place. Call it when scrolling has come to rest, and after a
   * program has scrolled the list.
   */
  rest(): void {
    this.#at = this.#fits ? this.#list.scrollTop : this.#toBar(this.#list.scrollTop);
  }

  get #fits(): boolean {
    return this.#list.height <= this.height;
  }

  /** Near both ends, the bar and the list move together; in between, in proportion. */
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
