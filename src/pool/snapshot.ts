import { TenonError } from "../errors.ts";

/** A WebAssembly.Global. */
export interface GlobalCell {
  /** The global's value. */
  value: unknown;
}

/**
 * The state of a WebAssembly instance that its exports can reach. State that is not exported (a
 * mutable global, a table, a passive segment that was dropped) is not restored by a snapshot: do
 * not pool instances of such a module.
 */
export interface InstanceState {
  /** Its memories. */
  readonly memories: readonly WebAssembly.Memory[];
  /** Its mutable globals. */
  readonly globals: readonly GlobalCell[];
  /** Only those that the module writes to: reading a table costs about 50 ns an element. */
  readonly tables?: readonly WebAssembly.Table[];
}

/**
 * By memory, the pages of 4 KiB that were written to, as a rewrite that tracks stores knows them:
 * a store's address shifted right by 12. WebAssembly's own pages of 64 KiB would take longer to
 * restore than all the rest.
 */
export type TouchedPages = readonly Iterable<number>[];

export const TOUCHED_PAGE: number = 1 << 12;

/** What an instance was like at one moment, to make it so again. */
export class Snapshot {
  readonly #memories: readonly MemorySnapshot[];
  readonly #globals: readonly { readonly global: GlobalCell; readonly value: unknown }[];
  readonly #tables: readonly { readonly table: WebAssembly.Table; readonly items: unknown[] }[];

  /** Throws `pool-options` where a global can't be read from JavaScript (a v128). */
  constructor(state: InstanceState) {
    this.#memories = state.memories.map((memory) => new MemorySnapshot(memory));
    this.#globals = state.globals.flatMap(mutable);
    this.#tables = (state.tables ?? []).map((table) => ({ table, items: itemsOf(table) }));
  }

  /** Bytes that it keeps; zeros cost nothing. */
  get bytes(): number {
    return this.#memories.reduce((sum, memory) => sum + memory.bytes, 0);
  }

  /**
   * Restores the state. Returns false where that is impossible: a memory or a table has grown.
   * Views of the memories that were kept are detached. With `touched`, only those pages are
   * written: a page that was written to and left out keeps what was written.
   */
  restore(touched?: TouchedPages): boolean {
    for (const memory of this.#memories) if (!memory.fits) return false;
    for (const { table, items } of this.#tables) if (table.length !== items.length) return false;
    this.#memories.forEach((memory, index) => memory.restore(touched?.[index]));
    for (const { global, value } of this.#globals) global.value = value;
    for (const { table, items } of this.#tables) {
      for (let i = 0; i < items.length; i++) {
        if (table.get(i) !== items[i]) table.set(i, items[i]);
      }
    }
    return true;
  }
}

/** A piece of a memory: zeros, or what `data` says. */
interface Run {
  readonly start: number;
  readonly end: number;
  readonly data: Uint8Array | undefined;
}

class MemorySnapshot {
  readonly #memory: WebAssembly.Memory;
  readonly #size: number;
  readonly #runs: readonly Run[];

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    const bytes = new Uint8Array(memory.buffer);
    this.#size = bytes.byteLength;
    this.#runs = runsOf(bytes);
  }

  get bytes(): number {
    return this.#runs.reduce((sum, { data }) => sum + (data?.byteLength ?? 0), 0);
  }

  get fits(): boolean {
    return this.#memory.buffer.byteLength === this.#size;
  }

  restore(touched: Iterable<number> | undefined): void {
    // Gives the memory a new buffer and detaches the old one.
    this.#memory.grow(0);
    const bytes = new Uint8Array(this.#memory.buffer);
    if (touched === undefined) {
      for (const run of this.#runs) write(bytes, run, run.start, run.end);
    } else {
      for (const page of touched) this.#restorePage(bytes, page);
    }
  }

  #restorePage(bytes: Uint8Array, page: number): void {
    const start = page * TOUCHED_PAGE;
    const end = Math.min(start + TOUCHED_PAGE, this.#size);
    for (let i = this.#firstBehind(start); i < this.#runs.length; i++) {
      const run = this.#runs[i]!;
      if (run.start >= end) return;
      write(bytes, run, Math.max(start, run.start), Math.min(end, run.end));
    }
  }

  /** The index of the first run that ends behind `at`. */
  #firstBehind(at: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#runs[middle]!.end <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function write(bytes: Uint8Array, run: Run, start: number, end: number): void {
  if (run.data === undefined) bytes.fill(0, start, end);
  else if (start === run.start && end === run.end) bytes.set(run.data, start);
  else bytes.set(run.data.subarray(start - run.start, end - run.start), start);
}

/** Clearing costs half of copying: pieces of zeros are told apart, by pages of 4 KiB. */
function runsOf(bytes: Uint8Array): Run[] {
  const words = new Int32Array(bytes.buffer, 0, bytes.byteLength >>> 2);
  const isZero = (block: number): boolean => {
    const end = Math.min(words.length, ((block + 1) * TOUCHED_PAGE) >>> 2);
    for (let i = (block * TOUCHED_PAGE) >>> 2; i < end; i++) if (words[i] !== 0) return false;
    return true;
  };
  const runs: Run[] = [];
  const blocks = Math.ceil(bytes.byteLength / TOUCHED_PAGE);
  for (let block = 0; block < blocks;) {
    const zeros = isZero(block);
    const first = block;
    do block += 1;
    while (block < blocks && isZero(block) === zeros);
    const [start, end] = [first * TOUCHED_PAGE, Math.min(block * TOUCHED_PAGE, bytes.byteLength)];
    runs.push({ start, end, data: zeros ? undefined : bytes.slice(start, end) });
  }
  return runs;
}

function mutable(global: GlobalCell): { global: GlobalCell; value: unknown }[] {
  let value: unknown;
  try {
    value = global.value;
  } catch (cause) {
    throw new TenonError("pool-options", "a global can't be read from JavaScript", { cause });
  }
  try {
    global.value = value;
  } catch {
    return [];
  }
  return [{ global, value }];
}

function itemsOf(table: WebAssembly.Table): unknown[] {
  return Array.from({ length: table.length }, (_, i) => table.get(i));
}
