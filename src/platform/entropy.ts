/** Cryptographically secure randomness. */
export interface Entropy {
  /** Returns `length` fresh bytes: 0 to 65,536. */
  bytes(length: number): Uint8Array;
}
