/**
 * What was derived from some bytes at a cost, by name, so that a later run needn't derive it again.
 * The name says all that it depends on: the digest of the bytes, and the version of what derives.
 *
 * Anything may be missing at any time. What is there is what was kept, byte for byte: code may be
 * made of it, so nobody but the host may be able to write to where it is kept.
 */
export interface DerivedStore {
  /** Undefined where there is none, or what is there was altered. Never throws or rejects. */
  get(name: string): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /**
   * `make` is called later, when what was derived has done its work, or never. What it throws is
   * dropped.
   */
  keep(name: string, make: () => Uint8Array): void;
}
