import type { GrantStore } from "../../capability/remembered-decisions.ts";
import { answerOf, completion, IndexedDb } from "./indexed-db.ts";

const TEXTS = "texts";
const GRANTS = "grants";

/** Options of `indexedDbGrants`. */
export interface IndexedDbGrantsOptions {
  /** Default: the browser's. */
  readonly indexedDB?: IDBFactory;
}

/**
 * Keeps remembered decisions in an IndexedDB database, for all pages of an origin that use the same
 * name. A write is flushed to the disk before its promise resolves. Where two pages write, the last
 * write is kept.
 */
export function indexedDbGrants(name: string, options: IndexedDbGrantsOptions = {}): GrantStore {
  const database = new IndexedDb(name, [TEXTS], "strict", options.indexedDB);
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
  };
}
