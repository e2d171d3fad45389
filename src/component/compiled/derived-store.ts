import type { StorageWatch } from "../../storage-watch.ts";

/**
 * Keeps, by name, what was derived from some bytes at a cost, so that a later run can take it from
 * here. The name includes all that the result depends on: the digest of the bytes, and that of the
 * build of Tenon that derives it.
 *
 * Any entry may be missing at any time. An entry that is found is what was kept under this name,
 * byte for byte. Code may be made of it: a store that others may be able to write to must prove
 * that, as `nodePlatform` does with a keyed checksum over name and bytes.
 */
export interface DerivedStore {
  /** Undefined where there is no such entry, or it was altered. Never throws or rejects. */
  get(name: string): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /**
   * `make` is called later, when the derived value itself is in use, or never. What it throws is
   * dropped.
   */
  keep(name: string, make: () => Uint8Array): void;
  /** The host asks to hear where nothing can be kept. Default: nobody is told. */
  watch?(storage: StorageWatch): void;
}
