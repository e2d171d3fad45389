/** A list that grows and shrinks at its end and loses its oldest, each in constant time. */
export class RecentList<Item> {
  /** Those before `#first` are gone. */
  #items: (Item | undefined)[] = [];
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  get last(): Item | undefined {
    return this.length === 0 ? undefined : this.#items.at(-1);
  }

  /** Counted from the oldest. */
  at(index: number): Item {
    return this.#items[this.#first + index]!;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  pop(): Item | undefined {
    return this.length === 0 ? undefined : this.#items.pop();
  }

  /** Takes the oldest of a list that has one. */
  dropOldest(): Item {
    const oldest = this.#items[this.#first]!;
    this.#items[this.#first++] = undefined;
    // Now and then, so that it costs the same however long the list is.
    if (2 * this.#first > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return oldest;
  }
}
