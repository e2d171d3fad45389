import { TenonError } from "../../errors.ts";
import type { CacheLevel, EntrySummary, LevelListener, StoredEntry } from "../levels/level.ts";
import { type CachePort, isReply, type Reply, type Request, alone } from "./sharing.ts";

type Asked = Request extends infer One ? (One extends Request ? Omit<One, "id"> : never) : never;

interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The level of another thread, at the other end of a port: see `SharedLevel.share`. It returns
 * promises. Where the other thread has ended they never settle; a cache with timers then turns the
 * level off. Messages of others on the port are dropped.
 */
export class PortLevel implements CacheLevel {
  readonly name: string;
  readonly #port: CachePort;
  readonly #waiting = new Map<number, Waiter>();
  #listener: LevelListener | undefined;
  #asked = 0;

  constructor(port: CachePort, name: string) {
    this.name = name;
    this.#port = port;
    port.addEventListener("message", ({ data }) => {
      if (isReply(data)) this.#told(data);
    });
    port.start?.();
  }

  connect(listener: LevelListener): void {
    this.#listener = listener;
  }

  /** Asks the other end for the entry under a key. */
  async get(key: string): Promise<StoredEntry | undefined> {
    return (await this.#ask({ ask: "get", key })) as StoredEntry | undefined;
  }

  async set(key: string, entry: StoredEntry): Promise<void> {
    await this.#ask({ ask: "set", key, entry: alone(entry) });
  }

  /** Has the other end remove an entry. */
  async delete(key: string): Promise<void> {
    await this.#ask({ ask: "delete", keys: [key] });
  }

  async deleteMany(keys: readonly string[]): Promise<void> {
    await this.#ask({ ask: "delete", keys });
  }

  async clear(prefix: string): Promise<void> {
    await this.#ask({ ask: "clear", prefix });
  }

  async entries(): Promise<Iterable<EntrySummary>> {
    return (await this.#ask({ ask: "entries" })) as Iterable<EntrySummary>;
  }

  async refresh(): Promise<void> {
    await this.#ask({ ask: "refresh" });
  }

  async flush(): Promise<void> {
    await this.#ask({ ask: "flush" });
  }

  /** Closes the port. What was asked and isn't answered yet fails. */
  close(): void {
    this.#port.close();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(closed(this.name));
  }

  #ask(asked: Asked): Promise<unknown> {
    const id = ++this.#asked;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    this.#port.postMessage({ ...asked, id });
    return promise;
  }

  #told(reply: Reply): void {
    const listener = this.#listener;
    if (reply.tell === "left") listener?.left(reply.key, reply.reason);
    else if (reply.tell === "arrived") listener?.arrived(reply.key, reply.metadata);
    else if (reply.tell === "alarm") listener?.alarm(reply.message);
    else this.#answered(reply);
  }

  #answered(reply: Extract<Reply, { tell: "answer" | "failed" }>): void {
    const waiter = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.tell === "answer") waiter?.resolve(reply.value);
    else waiter?.reject(new TenonError("cache-level", `${this.name}: ${reply.message}`));
  }
}

/** `name` is for statistics and events. Default: "shared". */
export function portLevel(port: CachePort, name = "shared"): PortLevel {
  return new PortLevel(port, name);
}

function closed(name: string): TenonError {
  return new TenonError("cache-level", `${name}: the port was closed`);
}
