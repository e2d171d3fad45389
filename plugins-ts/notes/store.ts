// The notes of one bucket: `format` says how they are written, `next` counts them, `note:<number>` is one.
import { nowMs } from "tenon:plugin/clock";
import { Bucket, type Error as KvError } from "tenon:plugin/kv";

export interface Note {
  readonly title: string;
  readonly text: string;
  /** In milliseconds since 1970. */
  readonly created: number;
  readonly changed: number;
}

/** A note as it was read: `revision` is the key to changing it. */
export interface Found {
  readonly id: number;
  readonly revision: number;
  readonly note: Note;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const FORMAT = "1";
const ATTEMPTS = 8;

export class Notes {
  readonly #bucket: Bucket;

  private constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  static async open(): Promise<Notes> {
    const bucket = await said(Bucket.open("notes"));
    const isNew = await written(bucket.compareAndSet("format", undefined, encoder.encode(FORMAT)));
    if (isNew === undefined) {
      const entry = await said(bucket.get("format"));
      if (entry === undefined || decoder.decode(entry.value) !== FORMAT) {
        throw new Error("the notes were written by a later version of this plugin");
      }
    }
    return new Notes(bucket);
  }

  async add(given: string | undefined, text: string): Promise<Found> {
    const now = Number(nowMs());
    const note = { title: given ?? titleOf(text), text, created: now, changed: now };
    const id = await this.#nextId();
    const revision = await said(this.#bucket.compareAndSet(key(id), undefined, encode(note)));
    return { id, revision: Number(revision), note };
  }

  async get(id: number): Promise<Found | undefined> {
    const entry = await said(this.#bucket.get(key(id)));
    if (entry === undefined) return undefined;
    const note = JSON.parse(decoder.decode(entry.value)) as Note;
    return { id, revision: Number(entry.revision), note };
  }

  /** Changes a note that is still as it was when it was read. */
  async update(
    id: number,
    revision: number,
    { title, text }: { title?: string | undefined; text?: string | undefined },
  ): Promise<{ updated: boolean; found: Found }> {
    const found = await this.#there(id);
    if (found.revision !== revision) return { updated: false, found };
    const { note } = found;
    const changed = {
      title: title ?? note.title,
      text: text ?? note.text,
      created: note.created,
      changed: Number(nowMs()),
    };
    const now = await written(
      this.#bucket.compareAndSet(key(id), BigInt(revision), encode(changed)),
    );
    if (now === undefined) return { updated: false, found: await this.#there(id) };
    return { updated: true, found: { id, revision: Number(now), note: changed } };
  }

  /** Answers whether there was such a note. */
  async delete(id: number): Promise<boolean> {
    return await said(this.#bucket.delete(key(id)));
  }

  /** In the order they were added, `limit` (1 to 1000) a page. */
  async list(cursor: string | undefined, limit: number): Promise<object> {
    const { keys, next } = await said(this.#bucket.keys("note:", cursor, limit));
    const found = await Promise.all(keys.map((one) => this.get(Number(one.slice("note:".length)))));
    const notes = found.flatMap((one) =>
      one === undefined ? [] : [{ id: one.id, title: one.note.title, changed: one.note.changed }],
    );
    return { notes, next: next ?? null };
  }

  async #there(id: number): Promise<Found> {
    const found = await this.get(id);
    if (found === undefined) throw new Error("there is no such note");
    return found;
  }

  /** A number that no note had before, those deleted included. */
  async #nextId(): Promise<number> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const entry = await said(this.#bucket.get("next"));
      const id = entry === undefined ? 1 : Number(decoder.decode(entry.value));
      const next = encoder.encode(String(id + 1));
      const set = await written(this.#bucket.compareAndSet("next", entry?.revision, next));
      if (set !== undefined) return id;
    }
    throw new Error("others write too often; try again");
  }
}

/** Undefined where somebody else was quicker. */
async function written(writing: Promise<bigint>): Promise<bigint | undefined> {
  try {
    return await writing;
  } catch (error) {
    if (errorOf(error)?.tag === "conflict") return undefined;
    throw explained(error);
  }
}

async function said<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch (error) {
    throw explained(error);
  }
}

function explained(error: unknown): unknown {
  const found = errorOf(error);
  if (found === undefined) return error;
  if (found.tag === "refused") {
    return new Error(found.val.tag === "cancelled" ? "called off" : found.val.val);
  }
  if (found.tag === "too-large") return new Error(`a note has at most ${found.val} bytes`);
  return new Error(`storage failed: ${found.tag}`);
}

function errorOf(error: unknown): KvError | undefined {
  return (error as { readonly payload?: KvError }).payload;
}

/** With leading zeros, so that the order of keys is the order of numbers. */
function key(id: number): string {
  return `note:${String(id).padStart(12, "0")}`;
}

function encode(note: Note): Uint8Array {
  return encoder.encode(JSON.stringify(note));
}

/** The start of the first line that is not blank. */
function titleOf(text: string): string {
  const line = text.split(/\r\n|\n/u).map((one) => one.trim());
  return [...(line.find((one) => one !== "") ?? "Untitled")].slice(0, 60).join("");
}
