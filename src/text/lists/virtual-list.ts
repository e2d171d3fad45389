import { TenonError } from "../../errors.ts";
import { flag, needed, number, type Rules } from "../../option-rules.ts";
import { RowHeights } from "./row-heights.ts";
import { checkIndex, checkTextOptions, outOfRange } from "../range.ts";

/** Options of a VirtualList. */
export interface VirtualListOptions {
  /** How many rows there are. */
  readonly rows: number;
  /** The height of a row that has not been measured, in pixels. */
  readonly estimate: number;
  /** The height of the visible part, in pixels. Default: 0. */
  readonly viewport?: number;
  /** How far beyond the viewport rows are included, in pixels on either side. Default: 240. */
  readonly overscan?: number;
  /**
   * Whether a list that shows its end keeps showing it when it grows, as a log does. Default:
   * false.
   */
  readonly follow?: boolean;
}

const RULES: Rules<VirtualListOptions> = {
  rows: needed(number),
  estimate: needed(number),
  viewport: number,
  overscan: number,
  follow: flag,
};

/** The rows to show: `[first, end)`, of which `[firstSeen, endSeen)` touch the viewport. */
export interface RowWindow {
  /** The first row to render, `overscan` included. */
  readonly first: number;
  /** The row behind the last to render. */
  readonly end: number;
  /** The first row in the viewport. */
  readonly firstSeen: number;
  /** The row behind the last in the viewport. */
  readonly endSeen: number;
  /**
   * The distance from the top of the list to the top of `first`, and to the bottom of the last row,
   * in pixels.
   */
  readonly top: number;
  /** The distance from the top of the list to the bottom of the last row, in pixels. */
  readonly bottom: number;
}

/** Where in the viewport a row comes to lie. `nearest`: as little is scrolled as will do. */
export type RowAlign = "start" | "center" | "end" | "nearest";

/** What stays in place when heights change and rows are inserted and removed. */
type Pin =
  /** The top of the viewport is so many pixels below the top of a row; above it where negative. */
  | { readonly tag: "row"; readonly row: number; readonly inset: number }
  | { readonly tag: "aligned"; readonly row: number; readonly align: "start" | "center" | "end" }
  | { readonly tag: "end" };

/**
 * The model behind a scrolling list of up to 2³¹ − 1 rows of different heights. It holds a place in
 * the list, not a distance: the visible rows stay put when rows above them are measured, inserted
 * or removed, and `scrollTop` follows. A list that is scrolled to its very top shows rows that are
 * inserted there.
 *
 * All lengths are in pixels. Every operation takes O(log n); see RowHeights. Anything out of range
 * throws `text-range`.
 */
export class VirtualList {
  readonly #heights: RowHeights;
  readonly #overscan: number;
  readonly #follow: boolean;
  #viewport: number;
  #pin: Pin = { tag: "row", row: 0, inset: 0 };

  constructor(options: VirtualListOptions) {
    checkTextOptions("VirtualList", options, RULES);
    this.#heights = new RowHeights(options.rows, options.estimate);
    this.#viewport = pixels("viewport", options.viewport ?? 0);
    this.#overscan = pixels("overscan", options.overscan ?? 240);
    this.#follow = options.follow ?? false;
    this.#settle();
  }

  /** How many rows there are. */
  get rows(): number {
    return this.#heights.rows;
  }
  /** The height of all rows. */
  get height(): number {
    return this.#heights.total;
  }

  /** The height of the viewport, in pixels. */
  get viewport(): number {
    return this.#viewport;
  }
  set viewport(height: number) {
    this.#viewport = pixels("viewport", height);
    this.#settle();
  }

  /**
   * The distance from the top of the list to the top of the viewport. After each change, scroll the
   * element there.
   */
  get scrollTop(): number {
    return Math.min(Math.max(0, this.#pinnedScroll()), this.#mostScroll());
  }
  /**
   * Sets the place that the user has scrolled to, limited to the list. A difference of less than a
   * pixel counts as the echo of the list's own change.
   */
  set scrollTop(place: number) {
    if (Number.isNaN(place)) throw outOfRange("place", place, this.height);
    const most = this.#mostScroll();
    const top = Math.min(Math.max(0, place), most);
    const moved = Math.abs(top - this.scrollTop);
    if (moved === 0 || (moved < 1 && top > 0 && top < most)) return;
    this.#pinTo(top);
  }

  /** The top of a row, or the bottom of the list. */
  top(row: number): number {
    return this.#heights.top(row);
  }
  /** The height of a row, in pixels: as measured, or else as estimated. */
  rowHeight(row: number): number {
    return this.#heights.height(row);
  }
  /** The row at a place of the list; undefined in an empty list. */
  rowAt(place: number): number | undefined {
    return this.rows === 0 ? undefined : this.#heights.rowAt(place);
  }

  /** The rows to show now. */
  window(): RowWindow {
    if (this.rows === 0) return { first: 0, end: 0, firstSeen: 0, endSeen: 0, top: 0, bottom: 0 };
    const top = this.scrollTop;
    const bottom = top + this.#viewport;
    const first = this.#heights.rowAt(top - this.#overscan);
    const end = this.#endAt(bottom + this.#overscan, first);
    const firstSeen = this.#heights.rowAt(top);
    const endSeen = this.#endAt(bottom, firstSeen);
    return { first, end, firstSeen, endSeen, top: this.top(first), bottom: this.top(end) };
  }

  /**
   * Sets the height of a row that has been laid out. Where the row lies across the top of the
   * viewport, its lower part stays put.
   */
  measure(row: number, height: number): void {
    const before = this.#heights.height(row);
    this.#heights.set(row, height);
    const pin = this.#pin;
    if (pin.tag === "row" && pin.row === row && pin.inset > 0) {
      const grown = this.#heights.height(row) - before;
      this.#pin = { ...pin, inset: pin.inset + grown };
    }
    this.#settle();
  }

  /** Sets the height with which unmeasured rows count. O(1). */
  estimate(height: number): void {
    this.#heights.estimate = height;
    this.#settle();
  }

  /**
   * Makes all rows unmeasured, for example after the width has changed. Each then counts with the
   * mean of the measured heights.
   */
  forget(): void {
    this.#heights.estimate = this.#heights.mean;
    this.#heights.forget();
    this.#settle();
  }

  /** Inserts `rows` rows before row `at`. */
  insert(at: number, rows: number): void {
    const atTop = this.scrollTop === 0;
    this.#heights.splice(at, 0, rows);
    const pin = this.#pin;
    if (pin.tag !== "end" && at <= pin.row && !(atTop && pin.tag === "row")) {
      this.#pin = { ...pin, row: pin.row + rows };
    }
    this.#settle();
  }

  /** Removes `rows` rows from row `at` on. */
  remove(at: number, rows: number): void {
    this.#heights.splice(at, rows, 0);
    const pin = this.#pin;
    if (pin.tag === "end" || pin.row < at) return this.#settle();
    if (pin.row >= at + rows) this.#pin = { ...pin, row: pin.row - rows };
    else this.#pin = { tag: "row", row: at, inset: 0 };
    this.#settle();
  }

  /**
   * Scrolls to a row, and keeps it in place while heights become known, until the user scrolls.
   * `nearest`, the default, scrolls no further than necessary.
   */
  scrollTo(row: number, align: RowAlign = "nearest"): void {
    checkIndex("row", row, Math.max(0, this.rows - 1));
    if (align !== "nearest") {
      this.#pin = { tag: "aligned", row, align };
      return;
    }
    const top = this.scrollTop;
    const start = this.top(row);
    const end = start + this.rowHeight(row);
    const above = start < top;
    const below = end > top + this.#viewport;
    if (above === below) return;
    const whole = end - start <= this.#viewport;
    this.scrollTo(row, above === whole ? "start" : "end");
  }

  /** The index after the last row that begins above a place, at least `first + 1`. */
  #endAt(place: number, first: number): number {
    const row = this.#heights.rowAt(place);
    const end = this.top(row) < place ? row + 1 : row;
    return Math.max(end, first + 1);
  }

  #mostScroll(): number {
    return Math.max(0, this.height - this.#viewport);
  }

  /** Where the viewport must be for the pinned row to stay in its place: maybe outside of the list. */
  #pinnedScroll(): number {
    const pin = this.#pin;
    if (pin.tag === "end") return this.#mostScroll();
    if (pin.row >= this.rows) return this.height;
    const top = this.top(pin.row);
    if (pin.tag === "row") return top + pin.inset;
    if (pin.align === "start") return top;
    const room = this.#viewport - this.rowHeight(pin.row);
    return top - (pin.align === "end" ? room : room / 2);
  }

  /** Pins the visible place where the list is too short for what the pin wants. */
  #settle(): void {
    if (this.#pin.tag !== "row") return;
    const top = this.scrollTop;
    const short = this.#follow && this.#mostScroll() === 0;
    if (short || top !== this.#pinnedScroll()) this.#pinTo(top);
  }

  #pinTo(top: number): void {
    if (this.#follow && top >= this.#mostScroll() - 1) this.#pin = { tag: "end" };
    else if (top === 0) this.#pin = { tag: "row", row: 0, inset: 0 };
    else {
      const row = this.#heights.rowAt(top);
      this.#pin = { tag: "row", row, inset: top - this.top(row) };
    }
  }
}

function pixels(what: string, value: number): number {
  if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new TenonError("text-range", `${what} ${value} is out of range; give pixels from 0`, {
    data: { what, value },
  });
}
