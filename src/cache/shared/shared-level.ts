import { invalidOptions } from "../entry-options.ts";
import { isPromise } from "../promises.ts";
import type {
  CacheLevel,
  EntrySummary,
  LevelListener,
  LevelSize,
  StoredEntry,
} from "../levels/level.ts";
import { type CachePort, type Reply, type Request, alone, isRequest } from "./sharing.ts";

type Party = (tell: (listener: LevelListener) => void) => void;

/**
 * A level that other threads use, too, over ports, each with a `portLevel` as a level of its own
 * cache. What one writes or deletes the others are told of: their caches drop their copies, and what
 * was derived from it. This is the level for the thread that has it.
 *
 * All who use it can read and delete what the others wrote: it is for threads that trust each other
 * with that. Requests that make no sense are dropped.
 */
export class SharedLevel implements CacheLevel {
  readonly name: string;
  readonly #level: CacheLevel;
  readonly #parties = new Set<Party>();
  #listener: LevelListener | undefined;
  readonly #own: Party = (tell) => {
    if (this.#listener !== undefined) tell(this.#listener);
  };

  constructor(level: CacheLevel) {
    if (level.entries === undefined) {
      throw invalidOptions("sharedLevel: the level must tell what is in it");
    }
    this.name = level.name;
    this.#level = level;
    this.#parties.add(this.#own);
    level.connect?.({
      left: (key, reason) => this.#tell(undefined, (party) => party.left(key, reason)),
      arrived: (key, metadata) => this.#tell(undefined, (party) => party.arrived(key, metadata)),
      alarm: (message, cause) => this.#tell(undefined, (party) => party.alarm(message, cause)),
    });
  }

  /** Serves the thread at the other end, until the port is closed. */
  share(port: CachePort): void {
    const post = (reply: Reply): void => port.postMessage(reply);
    const party: Party = (tell) =>
      tell({
        left: (key, reason) => post({ tell: "left", key, reason }),
        arrived: (key, metadata) => post({ tell: "arrived", key, metadata }),
        alarm: (message) => post({ tell: "alarm", message }),
      });
    this.#parties.add(party);
    port.addEventListener("message", ({ data }) => {
      if (isRequest(data)) void this.#answer(party, data, post);
    });
    port.start?.();
  }

  connect(listener: LevelListener): void {
    this.#listener = listener;
  }

  /** Returns the entry under a key, however old; undefined where there is none. */
  get(key: string): StoredEntry | undefined | Promise<StoredEntry | undefined> {
    return this.#level.get(key);
  }

  set(key: string, entry: StoredEntry): void | Promise<void> {
    return this.#set(this.#own, key, entry);
  }

  /** Removes an entry, if it is there. */
  delete(key: string): void | Promise<void> {
    return this.#delete(this.#own, [key]);
  }

  deleteMany(keys: readonly string[]): void | Promise<void> {
    return this.#delete(this.#own, keys);
  }

  clear(prefix: string): Promise<void> {
    return this.#clear(this.#own, prefix);
  }

  entries(): Iterable<EntrySummary> | Promise<Iterable<EntrySummary>> {
    return this.#level.entries!();
  }

  refresh(): void | Promise<void> {
    return this.#level.refresh?.();
  }

  /** How much the level holds. */
  size(): LevelSize {
    return this.#level.size?.() ?? { entries: 0, bytes: 0 };
  }

  flush(): void | Promise<void> {
    return this.#level.flush?.();
  }

  /** The other threads' requests fail from now on. */
  close(): void | Promise<void> {
    this.#parties.clear();
    return this.#level.close?.();
  }

  async #answer(party: Party, request: Request, post: (reply: Reply) => void): Promise<void> {
    const { id } = request;
    try {
      if (!this.#parties.has(party)) throw new Error("the level is closed");
      post({ tell: "answer", id, value: await this.#do(party, request) });
    } catch (error) {
      post({ tell: "failed", id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  async #do(party: Party, request: Request): Promise<unknown> {
    switch (request.ask) {
      case "get": {
        const entry = await this.#level.get(request.key);
        return entry && alone(entry);
      }
      case "set":
        return this.#set(party, request.key, request.entry);
      case "delete":
        return this.#delete(party, request.keys);
      case "clear":
        return this.#clear(party, request.prefix);
      case "entries":
        return [...(await this.entries())];
      case "refresh":
        return this.refresh();
      case "flush":
        return this.flush();
    }
  }

  #set(by: Party, key: string, entry: StoredEntry): void | Promise<void> {
    return after(this.#level.set(key, entry), () =>
      this.#tell(by, (party) => party.arrived(key, entry.metadata)),
    );
  }

  #delete(by: Party, keys: readonly string[]): void | Promise<void> {
    const level = this.#level;
    const waiting =
      level.deleteMany === undefined
        ? keys.map((key) => level.delete(key)).filter(isPromise)
        : [level.deleteMany(keys)].filter(isPromise);
    const tell = (): void => {
      for (const key of keys) this.#tell(by, (party) => party.left(key, "foreign"));
    };
    return after(waiting.length === 0 ? undefined : Promise.all(waiting), tell);
  }

  async #clear(by: Party, prefix: string): Promise<void> {
    const keys: string[] = [];
    for (const { key } of await this.entries()) if (key.startsWith(prefix)) keys.push(key);
    await this.#delete(by, keys);
  }

  #tell(by: Party | undefined, tell: (listener: LevelListener) => void): void {
    for (const party of this.#parties) if (party !== by) party(tell);
  }
}

/** `level` belongs to it from now on, and tells what is in it (`entries`). */
export function sharedLevel(level: CacheLevel): SharedLevel {
  return new SharedLevel(level);
}

function after(done: unknown, then: () => void): void | Promise<void> {
  return isPromise(done) ? done.then(then) : then();
}
