/** Hears whether a place where something is kept takes what is written there. */
export interface StorageWatch {
  /** A write has failed: a full disk, a read-only folder. Called at each failure. */
  failed(error: unknown): void;
  /** A write has succeeded, after one that failed or not. */
  works(): void;
}
