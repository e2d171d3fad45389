// An IndexedDB database, opened at first use, and again after the browser closed it.

const VERSION = 1;

export class IndexedDb {
  readonly #name: string;
  readonly #stores: readonly string[];
  readonly #durability: IDBTransactionDurability;
  readonly #factory: IDBFactory;
  #database: Promise<IDBDatabase> | undefined;

  /** `stores`: the names of its object stores. */
  constructor(
    name: string,
    stores: readonly string[],
    durability: IDBTransactionDurability,
    factory: IDBFactory = globalThis.indexedDB,
  ) {
    this.#name = name;
    this.#stores = stores;
    this.#durability = durability;
    this.#factory = factory;
  }

  /** Begins a transaction of all object stores. */
  async begin(mode: IDBTransactionMode): Promise<IDBTransaction> {
    const options = { durability: this.#durability };
    try {
      const database = await this.#open();
      return database.transaction([...this.#stores], mode, options);
    } catch (error) {
      // The browser closed the database between two operations.
      if (!(error instanceof DOMException && error.name === "InvalidStateError")) throw error;
      this.#database = undefined;
      const database = await this.#open();
      return database.transaction([...this.#stores], mode, options);
    }
  }

  close(): void {
    void this.#database?.then((database) => database.close()).catch(() => undefined);
  }

  #open(): Promise<IDBDatabase> {
    if (this.#database !== undefined) return this.#database;
    // Where a page may not open databases this throws, and nothing is to wait for what never comes.
    const request = this.#factory.open(this.#name, VERSION);
    const { promise, resolve, reject } = Promise.withResolvers<IDBDatabase>();
    this.#database = promise;
    const closed = (): void => void (this.#database = undefined);
    promise.catch(() => {
      if (this.#database === promise) this.#database = undefined;
    });
    request.onupgradeneeded = () => {
      for (const store of this.#stores) request.result.createObjectStore(store);
    };
    request.onblocked = () => reject(new Error(`the database ${this.#name} is blocked`));
    request.onerror = () => reject(request.error ?? new Error(`${this.#name} can't be opened`));
    request.onsuccess = () => {
      const database = request.result;
      // Another page wants to delete or upgrade the database: closing it here lets that go on at
      // once.
      database.onversionchange = () => {
        database.close();
        closed();
      };
      database.onclose = closed;
      resolve(database);
    };
    return promise;
  }
}

export function answerOf<Answer>(request: IDBRequest<Answer>): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error ?? new Error("the database failed"));
  return promise;
}

export function completion(transaction: IDBTransaction): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const failed = (): void => reject(transaction.error ?? new Error("the database failed"));
  transaction.oncomplete = () => resolve();
  transaction.onabort = failed;
  transaction.onerror = failed;
  return promise;
}
