/** Cryptographically secure randomness. */
export interface Entropy {
  /** Fresh bytes, as many as asked for: 0 to 65,536. */
  bytes(length: number): Uint8Array;
}
