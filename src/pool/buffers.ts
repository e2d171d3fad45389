import { checkGiven, checkValue, limit, type Rules, whole } from "../option-rules.ts";
import { type PoolStatistics, Shelf, Tally, closed, exhausted, released } from "./shelf.ts";
import { TRIM_RULES, type TrimOptions, trimming } from "./timers.ts";

/** Options of `createBufferPool`. */
export interface BufferPoolOptions extends TrimOptions {
  /**
   * The largest size that is pooled, in bytes, up to 1 GiB; larger ones are made and given up.
   * Default: 16 MiB.
   */
  readonly largest?: number;
  /** How much may lie ready, in bytes. Default: 64 MiB. */
  readonly idleBytes?: number;
  /** How much may be in use, in bytes. Default: Infinity. */
  readonly bytes?: number;
}

/** What a pool of buffers holds and has done. */
export interface BufferPoolStatistics extends PoolStatistics {
  /** Bytes of the buffers that lie ready. */
  readonly idleBytes: number;
  /** Bytes of the buffers that are handed out. */
  readonly bytesInUse: number;
}

const SMALLEST_LOG = 10;
const LARGEST_LOG = 30;

const RULES: Rules<BufferPoolOptions> = {
  ...TRIM_RULES,
  largest: whole(1 << SMALLEST_LOG, 2 ** LARGEST_LOG, "1 KiB to 1 GiB"),
  idleBytes: limit(0),
  bytes: limit(1),
};
const SIZE = whole(0, 2 ** LARGEST_LOG, "0 to 2^30");

/**
 * Buffers by size class: the powers of two from 1 KiB. Smaller ones cost less to make than to
 * pool.
 */
export class BufferPool implements Disposable {
  readonly #tally = new Tally();
  readonly #shelves: Shelf<ArrayBuffer>[] = [];
  readonly #largestLog: number;
  readonly #maxIdle: number;
  readonly #maxBytes: number;
  readonly #trimming: Disposable | undefined;
  #idleBytes = 0;
  #bytesInUse = 0;
  #isClosed = false;

  constructor(options: BufferPoolOptions = {}) {
    checkGiven("a buffer pool", options, RULES, "pool-options");
    const { largest = 1 << 24, idleBytes = 1 << 26, bytes = Infinity } = options;
    this.#largestLog = logOf(largest);
    this.#maxIdle = idleBytes;
    this.#maxBytes = bytes;
    for (let log = 0; log <= LARGEST_LOG; log++) {
      this.#shelves.push(new Shelf(Infinity, drop, this.#tally));
    }
    this.#trimming = trimming(options, () => this.trim());
  }

  /** A buffer of `size` bytes, all zeros. Throws `pool-exhausted`, `pool-closed`. */
  acquire(size: number): BufferLease {
    checkValue("the size of a buffer, in bytes,", size, SIZE, "pool-options");
    if (this.#isClosed) throw closed();
    const log = logOf(size);
    const capacity = 2 ** log;
    if (this.#bytesInUse + capacity > this.#maxBytes) {
      throw exhausted("buffers", `${this.#bytesInUse} of ${this.#maxBytes} bytes`);
    }
    const shelf = this.#shelves[log]!;
    let buffer = shelf.take();
    if (buffer === undefined) {
      buffer = new ArrayBuffer(capacity);
      shelf.made();
    } else {
      this.#idleBytes -= capacity;
    }
    this.#bytesInUse += capacity;
    return new BufferLease(this, buffer, size);
  }

  /**
   * For `BufferLease.release`. The buffer is cleared, and its memory moves to a new ArrayBuffer: a
   * view that was kept reads nothing and writes nowhere.
   */
  put(buffer: ArrayBuffer): void {
    const capacity = buffer.byteLength;
    const log = logOf(capacity);
    const shelf = this.#shelves[log]!;
    this.#bytesInUse -= capacity;
    if (this.#isClosed || log > this.#largestLog || this.#idleBytes + capacity > this.#maxIdle) {
      buffer.transfer(0);
      shelf.lose(buffer);
      return;
    }
    new Uint8Array(buffer).fill(0);
    this.#idleBytes += capacity;
    shelf.put(buffer.transfer());
  }

  /** Gives up the buffers that were not needed since the last call. */
  trim(): void {
    this.#shelves.forEach((shelf, log) => (this.#idleBytes -= shelf.trim() * 2 ** log));
  }

  /** What the pool holds and has done. */
  statistics(): BufferPoolStatistics {
    const idle = this.#shelves.reduce((sum, shelf) => sum + shelf.idle, 0);
    return { ...this.#tally.read(idle), idleBytes: this.#idleBytes, bytesInUse: this.#bytesInUse };
  }

  /** Buffers in use stay in use, and are given up when they are returned. */
  close(): void {
    this.#isClosed = true;
    this.#trimming?.[Symbol.dispose]();
    for (const shelf of this.#shelves) shelf.empty();
    this.#idleBytes = 0;
  }

  /** Does what `close` does. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** A buffer that was handed out. */
export class BufferLease implements Disposable {
  readonly #pool: BufferPool;
  #bytes: Uint8Array<ArrayBuffer> | undefined;

  /** For `BufferPool.acquire`. */
  constructor(pool: BufferPool, buffer: ArrayBuffer, size: number) {
    this.#pool = pool;
    this.#bytes = new Uint8Array(buffer, 0, size);
  }

  /** Throws `pool-released` after `release`. A view that was kept is detached then. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes === undefined) throw released("the buffer");
    return this.#bytes;
  }

  /** Throws `pool-released` the second time. */
  release(): void {
    const { buffer } = this.bytes;
    this.#bytes = undefined;
    this.#pool.put(buffer);
  }

  /** Returns it if `release` was not called yet. */
  [Symbol.dispose](): void {
    if (this.#bytes !== undefined) this.release();
  }
}

/** Makes a pool of buffers. Throws `pool-options` for options that make no sense. */
export function createBufferPool(options: BufferPoolOptions = {}): BufferPool {
  return new BufferPool(options);
}

function drop(): void {
  // Dropped without pooling it: the garbage collector frees it.
}

/** The class of a size: the power of two that it fits into. */
function logOf(size: number): number {
  return size <= 1 << SMALLEST_LOG ? SMALLEST_LOG : 32 - Math.clz32(size - 1);
}
