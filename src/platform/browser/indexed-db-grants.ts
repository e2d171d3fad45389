import type { GrantStore } from "../../capability/remembered-decisions.ts";
import { answerOf, completion, IndexedDb } from "./indexed-db.ts";

const TEXTS = "texts";
const GRANTS = "grants";

/** Options of `indexedDbGrants`. */
export interface IndexedDbGrantsOptions {
  /** Default: the browser's. */
  readonly indexedDB?: IDBFactory;
  /**
   * What keeps two pages from changing the decisions at once. Default: the browser's, which pages
   * have that are secure contexts (`https:`, `localhost`); in others two pages can lose each other's.
   */
  readonly locks?: LockManager;
}

/**
 * Keeps remembered decisions in an IndexedDB database, for all pages of an origin that use the same
 * name. A write is flushed to the disk before its promise resolves. Pages that decide at the same
 * time keep what each of them decided.
 */
export function indexedDbGrants(name: string, options: IndexedDbGrantsOptions = {}): GrantStore {
  const database = new IndexedDb(name, [TEXTS], "strict", options.indexedDB);
  const locks: LockManager | undefined = options.locks ?? globalThis.navigator?.locks;
  const textOf = async (transaction: IDBTransaction): Promise<string | undefined> => {
    const text: unknown = await answerOf(transaction.objectStore(TEXTS).get(GRANTS));
    if (text === undefined || typeof text === "string") return text;
    throw new Error(`the database ${name} holds no text of grants`);
  };
  return {
    read: async () => textOf(await database.begin("readonly")),
    async write(text) {
      const transaction = await database.begin("readwrite");
      transaction.objectStore(TEXTS).put(text, GRANTS);
      await completion(transaction);
    },
    async setAside() {
      const aside = `${GRANTS}.unreadable-${Date.now()}`;
      const transaction = await database.begin("readwrite");
      const texts = transaction.objectStore(TEXTS);
      texts.put(await answerOf(texts.get(GRANTS)), aside);
      texts.delete(GRANTS);
      await completion(transaction);
      return `${aside} in the database ${name}`;
    },
    ...(locks && { alone: (work) => locks.request(`tenon grants ${name}`, work) }),
  };
}
