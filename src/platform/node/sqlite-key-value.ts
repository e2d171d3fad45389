import { TenonError } from "../../errors.ts";
import {
  storageClosed,
  type KeyRange,
  type KeyValueSpace,
  type KeyValueStore,
  type StoredEntry,
  type WriteOutcome,
  type WriteRule,
} from "../key-value.ts";
import { Database } from "./sqlite-database.ts";

/**
 * A store in one SQLite file, which is opened by the first operation. With a write-ahead log and
 * `synchronous = NORMAL`, an acknowledged write survives any end of the process; a power failure
 * may cost the last writes, never the file. Several processes may share it.
 */
export function sqliteKeyValue(file: string): KeyValueStore {
  let state: Database | "not opened" | "closed" = "not opened";
  const database = (): Database => {
    if (state === "closed") throw storageClosed();
    if (state === "not opened") state = new Database(file);
    return state;
  };
  return {
    name: "sqlite",
    waits: false,
    durable: true,
    space: (owner) => new SqliteSpace(owner, file, database),
    erase: (owner) => attempt(file, () => database().erase(owner)),
    [Symbol.dispose]: () => {
      if (typeof state === "object") state.close();
      state = "closed";
    },
  };
}

/** Turns what SQLite throws into `storage-failed`. The message names the file, and no key and no value. */
function attempt<Value>(file: string, operation: () => Value): Value {
  try {
    return operation();
  } catch (cause) {
    if (cause instanceof TenonError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `the key-value storage ${file} failed: ${reason}`;
    throw new TenonError("storage-failed", message, { cause, data: { path: file } });
  }
}

class SqliteSpace implements KeyValueSpace {
  readonly #owner: string;
  readonly #file: string;
  readonly #database: () => Database;

  constructor(owner: string, file: string, database: () => Database) {
    this.#owner = owner;
    this.#file = file;
    this.#database = database;
  }

  openBucket(bucket: string, limit: number): boolean {
    return attempt(this.#file, () => this.#database().openBucket(this.#owner, bucket, limit));
  }

  get(bucket: string, key: string): StoredEntry | undefined {
    return attempt(this.#file, () => this.#database().get(this.#owner, bucket, key));
  }

  write(bucket: string, key: string, value: Uint8Array, rule: WriteRule): WriteOutcome {
    return attempt(this.#file, () => this.#database().write(this.#owner, bucket, key, value, rule));
  }

  delete(bucket: string, key: string): boolean {
    return attempt(this.#file, () => this.#database().delete(this.#owner, bucket, key));
  }

  keys(bucket: string, range: KeyRange): readonly string[] {
    return attempt(this.#file, () => this.#database().keys(this.#owner, bucket, range));
  }

  usedBytes(): number {
    return attempt(this.#file, () => this.#database().usedBytes(this.#owner));
  }
}
