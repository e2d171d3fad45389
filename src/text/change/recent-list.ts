/** A list that grows and shrinks at its end and drops its oldest item, each in constant time. */
export class RecentList<Item> {
  /** The items before `#first` have been dropped. */
  #items: (Item | undefined)[] = [];
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  get last(): Item | undefined {
    return this.length === 0 ? undefined : this.#items.at(-1);
  }

  /** `at`: counted from the oldest. */
  at(index: number): Item {
    return this.#items[this.#first + index]!;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  pop(): Item | undefined {
    return this.length === 0 ? undefined : this.#items.pop();
  }

  /** Drops the oldest item. The list must not be empty. */
  dropOldest(): Item {
    const oldest = this.#items[this.#first]!;
    this.#items[this.#first++] = undefined;
    // Only from time to time, so that dropping takes constant time on average.
    if (2 * this.#first > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return oldest;
  }
}
