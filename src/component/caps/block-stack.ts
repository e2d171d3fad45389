/** The kinds of blocks. */
export const PLAIN_BLOCK = 0;
export const LOOP = 1;
export const TRY = 2;

/** The open blocks of a function. The function itself is the first. */
export class BlockStack {
  /** How many blocks are open, not counting the function itself; -1 behind its end. */
  depth = 0;
  /** How many of them are loops. */
  loops = 0;
  /** How many of them catch exceptions. */
  tries = 0;
  /** For each: how many operands lie below those of the block. */
  #base: Int32Array = new Int32Array(64);
  /** How many operands a branch to it carries. */
  #carried: Int32Array = new Int32Array(64);
  #taken: Int32Array = new Int32Array(64);
  #left: Int32Array = new Int32Array(64);
  #kind: Uint8Array = new Uint8Array(64);

  /** Begins a function with `results` results. */
  begin(results: number): void {
    this.depth = this.loops = this.tries = 0;
    this.#base[0] = this.#taken[0] = this.#kind[0] = 0;
    this.#left[0] = this.#carried[0] = results;
  }

  /** How many operands lie below those of the innermost block. */
  get base(): number {
    return this.#base[this.depth]!;
  }

  /** How many operands the innermost block takes. */
  get taken(): number {
    return this.#taken[this.depth]!;
  }

  /** How many operands there are behind a branch to the block at `depth`. */
  target(depth: number): number {
    return this.#base[depth]! + this.#carried[depth]!;
  }

  /** Opens a block above `base` operands, which takes `taken` operands and leaves `left`. */
  open(kind: number, base: number, taken: number, left: number): void {
    const depth = ++this.depth;
    if (depth >= this.#base.length) this.#grow();
    this.#base[depth] = base;
    this.#taken[depth] = taken;
    this.#left[depth] = left;
    this.#carried[depth] = kind === LOOP ? taken : left;
    this.#kind[depth] = kind;
    if (kind === LOOP) this.loops++;
    else if (kind === TRY) this.tries++;
  }

  /** Closes the innermost block. Returns how many operands there are behind it. */
  close(): number {
    const depth = this.depth--;
    if (this.#kind[depth] === LOOP) this.loops--;
    else if (this.#kind[depth] === TRY) this.tries--;
    return this.#base[depth]! + this.#left[depth]!;
  }

  #grow(): void {
    const more = <Row extends Int32Array | Uint8Array>(row: Row, made: Row): Row => {
      made.set(row);
      return made;
    };
    const length = this.#base.length * 2;
    this.#base = more(this.#base, new Int32Array(length));
    this.#carried = more(this.#carried, new Int32Array(length));
    this.#taken = more(this.#taken, new Int32Array(length));
    this.#left = more(this.#left, new Int32Array(length));
    this.#kind = more(this.#kind, new Uint8Array(length));
  }
}
