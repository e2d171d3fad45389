import type { ForeignChange, PairStore, StoreChange, StoredPair } from "../../cache/index.ts";
import { answerOf, completion, IndexedDb } from "./indexed-db.ts";

const HEADS = "heads";
const PAYLOADS = "payloads";

/** Options of `indexedDbStore`. */
export interface IndexedDbStoreOptions {
  /** Default: `indexedDB` of the browser. */
  readonly indexedDB?: IDBFactory;
}

/**
 * An IndexedDB database for level 3 of a cache. Opened at first use, and again after the browser
 * closed it. Other pages and workers that use the same name are told of changes.
 */
export function indexedDbStore(name: string, options: IndexedDbStoreOptions = {}): PairStore {
  return new IndexedDbStore(name, options.indexedDB);
}

class IndexedDbStore implements PairStore {
  readonly #database: IndexedDb;
  readonly #channel: BroadcastChannel;
  #isClosed = false;

  constructor(name: string, factory: IDBFactory | undefined) {
    this.#database = new IndexedDb(name, [HEADS, PAYLOADS], "relaxed", factory);
    this.#channel = new BroadcastChannel(`tenon-cache:${name}`);
  }

  async read(key: string): Promise<StoredPair | undefined> {
    const transaction = await this.#database.begin("readonly");
    const [head, payload] = await Promise.all([
      answerOf(transaction.objectStore(HEADS).get(key)),
      answerOf(transaction.objectStore(PAYLOADS).get(key)),
    ]);
    const isPair = head instanceof Uint8Array && payload instanceof Uint8Array;
    return isPair ? { head, payload } : undefined;
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    const transaction = await this.#database.begin("readwrite");
    const heads = transaction.objectStore(HEADS);
    const payloads = transaction.objectStore(PAYLOADS);
    for (const { key, pair } of changes) {
      if (pair === undefined) {
        heads.delete(key);
        payloads.delete(key);
      } else {
        heads.put(own(pair.head), key);
        payloads.put(own(pair.payload), key);
      }
    }
    await completion(transaction);
    for (const { key, pair } of changes) {
      this.#tell(
        pair === undefined ? { tag: "deleted", key } : { tag: "written", key, head: pair.head },
      );
    }
  }

  async clear(prefix: string): Promise<void> {
    const transaction = await this.#database.begin("readwrite");
    for (const store of [HEADS, PAYLOADS]) {
      if (prefix === "") transaction.objectStore(store).clear();
      else transaction.objectStore(store).delete(keysUnder(prefix));
    }
    await completion(transaction);
    this.#tell({ tag: "cleared", prefix });
  }

  async heads(): Promise<readonly (readonly [string, Uint8Array])[]> {
    const transaction = await this.#database.begin("readonly");
    const store = transaction.objectStore(HEADS);
    const [keys, heads] = await Promise.all([
      answerOf(store.getAllKeys()),
      answerOf(store.getAll()) as Promise<unknown[]>,
    ]);
    return keys.flatMap((key, i) => {
      const head = heads[i];
      return typeof key === "string" && head instanceof Uint8Array ? [[key, head] as const] : [];
    });
  }

  watch(tell: (change: ForeignChange) => void): void {
    this.#channel.onmessage = (message: MessageEvent<ForeignChange>) => tell(message.data);
  }

  close(): void {
    this.#isClosed = true;
    this.#channel.close();
    this.#database.close();
  }

  #tell(change: ForeignChange): void {
    if (!this.#isClosed) this.#channel.postMessage(change);
  }
}

/** IndexedDB stores the whole buffer behind a view: a view of a part of one is copied. */
function own(bytes: Uint8Array): Uint8Array {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength;
  return isWhole && bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice();
}

/**
 * From the prefix itself to the first text behind all that start with it; texts are compared by
 * UTF-16 units.
 */
function keysUnder(prefix: string): IDBKeyRange {
  const last = prefix.charCodeAt(prefix.length - 1);
  const after = prefix.slice(0, -1) + String.fromCharCode(last + 1);
  return IDBKeyRange.bound(prefix, after, false, true);
}
