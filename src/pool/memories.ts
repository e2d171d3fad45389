import { TenonError } from "../errors.ts";
import { checkGiven, limit, needed, type Rules, whole } from "../option-rules.ts";
import { type PoolStatistics, Shelf, Tally, closed, exhausted, released } from "./shelf.ts";
import { TOUCHED_PAGE } from "./snapshot.ts";
import { TRIM_RULES, type TrimOptions, trimming } from "./timers.ts";

/** Options of `createMemoryPool`. */
export interface MemoryPoolOptions extends TrimOptions {
  /** How many pages of 64 KiB may be in use. Default: Infinity. */
  readonly pages?: number;
  /** How many may lie ready. Default: 1,024 (64 MiB). */
  readonly idlePages?: number;
}

/** The size of a memory. */
export interface MemoryShape {
  /** Pages of 64 KiB. */
  readonly initial: number;
  /** Pages of 64 KiB that it may grow to. Default: it may grow to the most there is. */
  readonly maximum?: number;
}

const PAGE = 1 << 16;

const RULES: Rules<MemoryPoolOptions> = { ...TRIM_RULES, pages: limit(1), idlePages: limit(0) };
const PAGES = whole(0, 1 << 16);
const SHAPE: Rules<MemoryShape> = { initial: needed(PAGES), maximum: PAGES };

/**
 * WebAssembly memories by shape. One is handed out at its initial size and all zeros. One that has
 * grown can't shrink and is dropped when it is returned. Who returns a memory makes sure that no
 * instance uses it any more.
 */
export class MemoryPool implements Disposable {
  readonly #tally = new Tally();
  readonly #shelves = new Map<string, Shelf<WebAssembly.Memory>>();
  readonly #maxPages: number;
  readonly #maxIdlePages: number;
  readonly #trimming: Disposable | undefined;
  #pages = 0;
  #idlePages = 0;
  #isClosed = false;

  constructor(options: MemoryPoolOptions = {}) {
    checkGiven("a memory pool", options, RULES, "pool-options");
    const { pages = Infinity, idlePages = 1024 } = options;
    this.#maxPages = pages;
    this.#maxIdlePages = idlePages;
    this.#trimming = trimming(options, () => this.trim());
  }

  /**
   * Throws `pool-exhausted`, `pool-closed`, `pool-options` for a shape that makes no sense, and what
   * WebAssembly.Memory throws.
   */
  acquire(shape: MemoryShape): MemoryLease {
    checkGiven("a memory", shape, SHAPE, "pool-options");
    if (this.#isClosed) throw closed();
    if (this.#pages + shape.initial > this.#maxPages) {
      throw exhausted("memories", `${this.#pages} of ${this.#maxPages} pages`);
    }
    const shelf = this.#shelf(shape);
    let memory = shelf.take();
    if (memory === undefined) {
      memory = new WebAssembly.Memory({ ...shape });
      shelf.made();
    } else {
      this.#idlePages -= shape.initial;
    }
    this.#pages += shape.initial;
    return new MemoryLease(this, memory, shape);
  }

  /** For `MemoryLease.release`. */
  put(memory: WebAssembly.Memory, shape: MemoryShape, touched: Iterable<number> | undefined): void {
    const shelf = this.#shelf(shape);
    const { initial } = shape;
    this.#pages -= initial;
    const hasGrown = memory.buffer.byteLength !== initial * PAGE;
    if (hasGrown || this.#isClosed || this.#idlePages + initial > this.#maxIdlePages) {
      shelf.lose(memory);
      return;
    }
    try {
      clear(memory, touched);
    } catch (error) {
      shelf.lose(memory);
      throw error;
    }
    this.#idlePages += initial;
    shelf.put(memory);
  }

  /** Gives up the memories that were not needed since the last call. */
  trim(): void {
    for (const [key, shelf] of this.#shelves) {
      this.#idlePages -= shelf.trim() * Number.parseInt(key, 10);
      if (shelf.idle + shelf.inUse === 0) this.#shelves.delete(key);
    }
  }

  /**
   * What the pool holds and has done. `pages` are in use, `idlePages` lie ready; of 64 KiB each.
   */
  statistics(): PoolStatistics & { readonly pages: number; readonly idlePages: number } {
    let idle = 0;
    for (const shelf of this.#shelves.values()) idle += shelf.idle;
    return { ...this.#tally.read(idle), pages: this.#pages, idlePages: this.#idlePages };
  }

  /** Memories in use stay in use, and are given up when they are returned. */
  close(): void {
    this.#isClosed = true;
    this.#trimming?.[Symbol.dispose]();
    for (const shelf of this.#shelves.values()) shelf.empty();
    this.#idlePages = 0;
  }

  /** Does what `close` does. */
  [Symbol.dispose](): void {
    this.close();
  }

  #shelf({ initial, maximum }: MemoryShape): Shelf<WebAssembly.Memory> {
    const key = `${initial}/${maximum ?? ""}`;
    let shelf = this.#shelves.get(key);
    if (shelf === undefined) {
      this.#shelves.set(key, (shelf = new Shelf(Infinity, () => undefined, this.#tally)));
    }
    return shelf;
  }
}

/** A memory that was handed out. */
export class MemoryLease implements Disposable {
  readonly #pool: MemoryPool;
  readonly #shape: MemoryShape;
  #memory: WebAssembly.Memory | undefined;

  /** For `MemoryPool.acquire`. */
  constructor(pool: MemoryPool, memory: WebAssembly.Memory, shape: MemoryShape) {
    this.#pool = pool;
    this.#memory = memory;
    this.#shape = shape;
  }

  /** Throws `pool-released` after `release`. */
  get memory(): WebAssembly.Memory {
    if (this.#memory === undefined) throw released("the memory");
    return this.#memory;
  }

  /**
   * Clears the memory and returns it. `touched`: the pages of 4 KiB that were written to, where the
   * caller knows them; only these are cleared. A page that was written to and is left out can be
   * read by the next user. Default: all of the memory is cleared. Views that were kept are detached.
   * Throws `pool-released` the second time.
   */
  release(touched?: Iterable<number>): void {
    const { memory } = this;
    this.#memory = undefined;
    this.#pool.put(memory, this.#shape, touched);
  }

  /** Returns it if `release` was not called yet. */
  [Symbol.dispose](): void {
    if (this.#memory !== undefined) this.release();
  }
}

/** Makes a pool of WebAssembly memories. */
export function createMemoryPool(options: MemoryPoolOptions = {}): MemoryPool {
  return new MemoryPool(options);
}

function clear(memory: WebAssembly.Memory, touched: Iterable<number> | undefined): void {
  // Gives the memory a new buffer and detaches the old one.
  memory.grow(0);
  const bytes = new Uint8Array(memory.buffer);
  if (touched === undefined) {
    bytes.fill(0);
    return;
  }
  for (const page of touched) {
    if (!(page >= 0 && page * TOUCHED_PAGE < bytes.byteLength)) {
      throw new TenonError("pool-options", `page ${page} is not in the memory`);
    }
    bytes.fill(0, page * TOUCHED_PAGE, (page + 1) * TOUCHED_PAGE);
  }
}
