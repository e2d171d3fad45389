// What host and guest thread share about what an instance is lent: some words for each interface, each
// written by one side only.
import type { Lease } from "../../component/engine.ts";

/** By the host: calls may be answered on the guest's thread until USED is this. */
export const LIMIT = 0;
/** By the host: whether one-way functions need not be waited for. */
export const AHEAD = 1;
/** By the guest's thread. */
export const USED = 2;
export const BYTES = 3;

const WORDS = 4;

export type LeaseWords = Int32Array<SharedArrayBuffer>;

export function newLeaseWords(interfaces: number): SharedArrayBuffer {
  return new SharedArrayBuffer(interfaces * WORDS * 4);
}

/** Those of one interface. */
export function leaseWords(all: SharedArrayBuffer, index: number): LeaseWords {
  return new Int32Array(all, index * WORDS * 4, WORDS);
}

/** The host's view of them. */
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
