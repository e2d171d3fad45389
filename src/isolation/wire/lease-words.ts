// The shared words that tell what an instance is lent: some for each interface, each written by one
// side only.
import type { Lease } from "../../component/engine.ts";

/** Written by the host: the guest's thread may answer calls until USED reaches this. */
export const LIMIT = 0;
/** Written by the host: whether the guest may continue before its one-way functions have run. */
export const AHEAD = 1;
/** Written by the guest's thread: the calls that it has answered. */
export const USED = 2;
export const BYTES = 3;

const WORDS = 4;

export type LeaseWords = Int32Array<SharedArrayBuffer>;

export function newLeaseWords(interfaces: number): SharedArrayBuffer {
  return new SharedArrayBuffer(interfaces * WORDS * 4);
}

/** The words of one interface. */
export function leaseWords(all: SharedArrayBuffer, index: number): LeaseWords {
  return new Int32Array(all, index * WORDS * 4, WORDS);
}

/** The host's view of the words. */
export class WordLease implements Lease {
  readonly #words: LeaseWords;

  constructor(words: LeaseWords) {
    this.#words = words;
  }

  get used(): number {
    return Atomics.load(this.#words, USED) >>> 0;
  }

  get bytes(): number {
    return Atomics.load(this.#words, BYTES) >>> 0;
  }

  get limit(): number {
    return Atomics.load(this.#words, LIMIT) >>> 0;
  }

  set limit(count: number) {
    Atomics.store(this.#words, LIMIT, count | 0);
  }

  get ahead(): boolean {
    return Atomics.load(this.#words, AHEAD) === 1;
  }

  set ahead(may: boolean) {
    Atomics.store(this.#words, AHEAD, may ? 1 : 0);
  }
}
