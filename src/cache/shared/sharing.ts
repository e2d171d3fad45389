import type { EntryMetadata, LeaveReason, StoredEntry } from "../levels/level.ts";

/** One end of a channel between threads: a MessagePort is one in Node and in browsers alike. */
export interface CachePort {
  /** Sends a message to the other end. */
  postMessage(message: unknown): void;
  /** Hears of messages from the other end. */
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  /** Begins to hand out messages, where a port needs that. */
  start?(): void;
  /** Ends the connection. */
  close(): void;
}

/** What a thread asks of the one that has the level. `id` is that of the answer. */
export type Request = { readonly id: number } & (
  | { readonly ask: "get"; readonly key: string }
  | { readonly ask: "set"; readonly key: string; readonly entry: StoredEntry }
  | { readonly ask: "delete"; readonly keys: readonly string[] }
  | { readonly ask: "clear"; readonly prefix: string }
  | { readonly ask: "entries" | "refresh" | "flush" }
);

/** What it is told. */
export type Reply =
  | { readonly tell: "answer"; readonly id: number; readonly value: unknown }
  | { readonly tell: "failed"; readonly id: number; readonly message: string }
  | { readonly tell: "left"; readonly key: string; readonly reason: LeaveReason }
  | { readonly tell: "arrived"; readonly key: string; readonly metadata: EntryMetadata }
  | { readonly tell: "alarm"; readonly message: string };

/** Others may post messages of their own to the same port. */
export function isReply(data: unknown): data is Reply {
  if (typeof data !== "object" || data === null) return false;
  const { tell, id, key, metadata, message } = data as Partial<Record<string, unknown>>;
  switch (tell) {
    case "answer":
    case "failed":
      return typeof id === "number";
    case "left":
      return typeof key === "string";
    case "arrived":
      return typeof key === "string" && typeof metadata === "object" && metadata !== null;
    default:
      return tell === "alarm" && typeof message === "string";
  }
}

/** A request that says `ask` but is malformed must do no harm: a thread may run what is not trusted. */
export function isRequest(data: unknown): data is Request {
  if (typeof data !== "object" || data === null) return false;
  const { id, ask, key, keys, prefix, entry } = data as Partial<Record<string, unknown>>;
  if (typeof id !== "number") return false;
  switch (ask) {
    case "get":
      return typeof key === "string";
    case "set":
      return typeof key === "string" && isStoredEntry(entry);
    case "delete":
      return isStrings(keys);
    case "clear":
      return typeof prefix === "string";
    default:
      return ask === "entries" || ask === "refresh" || ask === "flush";
  }
}

/** A level of an application's own, or another thread, may give anything. */
export function isStoredEntry(entry: unknown): entry is StoredEntry {
  if (typeof entry !== "object" || entry === null) return false;
  const { payload, metadata } = entry as Partial<StoredEntry>;
  return payload instanceof Uint8Array && isMetadata(metadata);
}

function isMetadata(given: unknown): given is EntryMetadata {
  if (typeof given !== "object" || given === null) return false;
  const metadata = given as Partial<EntryMetadata>;
  return (
    typeof metadata.created === "number" &&
    typeof metadata.freshUntil === "number" &&
    typeof metadata.staleUntil === "number" &&
    typeof metadata.keepUntil === "number" &&
    typeof metadata.absent === "boolean" &&
    typeof metadata.run === "string" &&
    isStrings(metadata.dependsOn) &&
    isStrings(metadata.tags) &&
    isStrings(metadata.events)
  );
}

function isStrings(list: unknown): list is readonly string[] {
  return Array.isArray(list) && list.every((item) => typeof item === "string");
}

/** Bytes of its own, so that a channel doesn't copy all of what they are a part of. */
export function alone({ payload, metadata }: StoredEntry): StoredEntry {
  return payload.byteLength === payload.buffer.byteLength
    ? { payload, metadata }
    : { payload: payload.slice(), metadata };
}
