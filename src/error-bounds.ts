// Bounds what an error may carry, because plugins influence it: by the names of their imports,
// their answers, their requests.

/** The most UTF-16 code units of one text, in data that is too large as a whole. */
const MAX_TEXT = 1_024;
/** The most bytes of data as JSON in UTF-8. */
const MAX_DATA = 65_536;
/** Bytes that are reserved for `leftOut` and its counts. */
const RESERVED = 2_048;
/** What a value counts that is not a text, a list or a plain object. */
const ATOM = 24;
const MAX_DEPTH = 16;

type Data = Readonly<Record<string, unknown>>;

/**
 * Returns the same object where it has at most 64 KiB. Otherwise returns a copy with less in it:
 * lists are cut, texts are cut, and `leftOut` says for each key how many elements, fields or
 * characters are missing.
 */
export function boundedData(data: Data): Data {
  return fits(data, { left: MAX_DATA }, 0) ? data : new Cutter().cut(data);
}

interface Room {
  left: number;
}

function fits(value: unknown, room: Room, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (typeof value === "string") room.left -= sizeOf(value, room.left);
  else if (ArrayBuffer.isView(value)) room.left -= ATOM + 12 * value.byteLength;
  else if (Array.isArray(value)) {
    room.left -= 2 + value.length;
    return room.left >= 0 && value.every((item) => fits(item, room, depth + 1));
  } else if (isObject(value)) {
    room.left -= 2;
    for (const key of Object.keys(value)) {
      room.left -= sizeOf(key, room.left) + 2;
      if (room.left < 0 || !fits(value[key], room, depth + 1)) return false;
    }
  } else room.left -= typeof value === "bigint" ? 2 + String(value).length : ATOM;
  return room.left >= 0;
}

type Entry = readonly [key: string, value: unknown];

class Cutter {
  #left = MAX_DATA - RESERVED;
  readonly #leftOut: [key: string, count: number][] = [];

  /** Short values come first, so that a long list does not take the room of the facts beside it. */
  cut(data: Data): Data {
    const kept: Entry[] = [];
    const long = Object.entries(data).filter((entry) => {
      const room = Math.min(256, this.#left);
      const short = this.#has(entry, room);
      if (short) kept.push(entry);
      return !short;
    });
    for (const [key, value] of long.slice(0, 16)) {
      const short = key.length <= 64 ? this.#shorten(key, value) : undefined;
      if (short !== undefined) kept.push([key, short]);
    }
    return { ...Object.fromEntries(kept), leftOut: Object.fromEntries(this.#leftOut) };
  }

  /** Whether there is room for the whole entry; if so, takes it. */
  #has(entry: Entry, most = this.#left): boolean {
    const room = { left: most };
    const has = fits(entry, room, 0);
    if (has) this.#left -= most - room.left;
    return has;
  }

  #shorten(key: string, value: unknown): unknown {
    if (typeof value === "string") return this.#text(key, value);
    if (ArrayBuffer.isView(value) || !isObject(value)) {
      this.#leftOut.push([key, 1]);
      return undefined;
    }
    const all = Object.entries(value);
    const kept: Entry[] = [];
    for (const [name, item] of all) {
      const short: Entry = [name, shortened(item)];
      if (!this.#has(short)) break;
      kept.push(short);
    }
    if (kept.length < all.length) this.#leftOut.push([key, all.length - kept.length]);
    return Array.isArray(value) ? kept.map(([, item]) => item) : Object.fromEntries(kept);
  }

  #text(key: string, text: string): string | undefined {
    const short = text.slice(0, MAX_TEXT);
    const has = this.#has([key, short]);
    this.#leftOut.push([key, text.length - (has ? short.length : 0)]);
    return has ? short : undefined;
  }
}

/** An element of a list that is cut, with its texts cut. */
function shortened(item: unknown): unknown {
  if (typeof item === "string") return cutText(item);
  if (!isObject(item) || Array.isArray(item) || ArrayBuffer.isView(item)) return item;
  const fields = Object.entries(item).slice(0, 64);
  return Object.fromEntries(
    fields.map(([key, value]) => [key, typeof value === "string" ? cutText(value) : value]),
  );
}

/** The start of the text, and how many characters are left out. */
function cutText(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  return `${text.slice(0, MAX_TEXT)}… (${text.length - MAX_TEXT} more characters)`;
}

/** Bytes of a text as JSON in UTF-8. Stops counting once they exceed `most`. */
function sizeOf(text: string, most: number): number {
  let size = 2;
  for (let at = 0; at < text.length && size <= most; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) size += unit < 0x20 ? 6 : unit === 0x22 || unit === 0x5c ? 2 : 1;
    // JSON writes a lone surrogate as six characters.
    else size += unit < 0x800 ? 2 : unit >= 0xd800 && unit < 0xe000 ? 6 : 3;
  }
  return size;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
