/** What a store keeps under a key: a small head and the payload, written together. */
export interface StoredPair {
  /** Bytes that describe the entry. */
  readonly head: Uint8Array;
  /** The value's bytes. */
  readonly payload: Uint8Array;
}

/** A change in a `PairStore` that another user made. */
export interface StoreChange {
  /** The key. */
  readonly key: string;
  /** Undefined: the key is deleted. */
  readonly pair: StoredPair | undefined;
}

/** A database of pairs under names, as a power. Each method rejects where the medium fails. */
export interface PairStore {
  /** Returns the pair under a key; undefined where there is none. */
  read(key: string): Promise<StoredPair | undefined>;
  /** All of them or none. */
  write(changes: readonly StoreChange[]): Promise<void>;
  /** Deletes every key that starts with `prefix`; "" is all of them. */
  clear(prefix: string): Promise<void>;
  /** Lists the keys with their heads. */
  heads(): Promise<readonly (readonly [key: string, head: Uint8Array])[]>;
  /** Reports what other users of the store have changed. */
  watch?(tell: (change: ForeignChange) => void): void;
  /** Closes the store. */
  close(): void;
}

/** What another user of the same level did with an entry. */
export type ForeignChange =
  | { readonly tag: "written"; readonly key: string; readonly head: Uint8Array }
  | { readonly tag: "deleted"; readonly key: string }
  | { readonly tag: "cleared"; readonly prefix: string };
