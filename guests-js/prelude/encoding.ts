// TextEncoder and TextDecoder: UTF-8, UTF-16 and windows-1252.
import { defineGlobal } from "./primordials.ts";
import { asInterface } from "./events.ts";
import { bytesOf } from "./bytes.ts";

type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

const labels: Readonly<Record<Encoding, string>> = {
  "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
  "utf-16le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
  "utf-16be": "unicodefffe utf-16be",
  "windows-1252":
    "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 " +
    "iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252",
};

const encodings = new Map<string, Encoding>();
for (const [encoding, names] of Object.entries(labels)) {
  for (const name of names.split(" ")) encodings.set(name, encoding as Encoding);
}

class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }
  encode(text: unknown = ""): Uint8Array {
    return native.utf8Encode(`${text as string}`);
  }
  encodeInto(text: unknown, into: Uint8Array): { read: number; written: number } {
    if (arguments.length < 2 || !(into instanceof Uint8Array)) {
      throw new TypeError("The second argument is no Uint8Array.");
    }
    const [read, written] = native.utf8EncodeInto(`${text as string}`, into);
    return { read: read!, written: written! };
  }
}

class TextDecoder {
  readonly #encoding: Encoding;
  readonly #fatal: boolean;
  readonly #ignoreBom: boolean;
  // Bytes that wait for the rest of their character.
  #pending: Uint8Array | undefined;
  #isStarted = false;

  constructor(label: unknown = "utf-8", options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    const name = `${label as string}`.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, "").toLowerCase();
    const encoding = encodings.get(name);
    if (encoding === undefined) throw new RangeError(`The encoding ${name} is not known here.`);
    this.#encoding = encoding;
    this.#fatal = !!options?.fatal;
    this.#ignoreBom = !!options?.ignoreBOM;
  }

  get encoding(): string {
    return this.#encoding;
  }
  get fatal(): boolean {
    return this.#fatal;
  }
  get ignoreBOM(): boolean {
    return this.#ignoreBom;
  }

  decode(input?: ArrayBuffer | ArrayBufferView, options: { stream?: boolean } = {}): string {
    const isStream = !!options?.stream;
    let bytes = input === undefined ? new Uint8Array() : bytesOf(input);
    if (this.#pending !== undefined && this.#pending.length > 0) {
      const joined = new Uint8Array(this.#pending.length + bytes.length);
      joined.set(this.#pending);
      joined.set(bytes, this.#pending.length);
      bytes = joined;
    }
    this.#pending = undefined;
    if (isStream) {
      const tail = native.incompleteTail(bytes, this.#encoding);
      if (tail > 0) {
        this.#pending = bytes.slice(bytes.length - tail);
        bytes = bytes.subarray(0, bytes.length - tail);
      }
    }
    let text: string;
    try {
      text = native.decodeText(bytes, this.#encoding, this.#fatal);
    } catch (error) {
      this.#isStarted = false;
      throw error;
    }
    const isFirst = !this.#isStarted && text.length > 0;
    if (text.length > 0) this.#isStarted = true;
    if (!isStream) this.#isStarted = false;
    const hasBom = isFirst && !this.#ignoreBom && text.charCodeAt(0) === 0xfeff;
    return hasBom && this.#encoding !== "windows-1252" ? text.slice(1) : text;
  }
}

export function defineEncoding(): void {
  for (const type of [TextEncoder, TextDecoder]) {
    asInterface(type);
    defineGlobal(type.name, type);
  }
}
