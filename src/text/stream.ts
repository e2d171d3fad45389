import { TenonError } from "../errors.ts";
import { oneOf, type Rules } from "../option-rules.ts";
import { checkTextOptions } from "./range.ts";
import { TextBuffer } from "./rope/buffer.ts";
import { cut } from "./rope/cut.ts";
import { Meter } from "./rope/meter.ts";
import { leafLeast, treeOf } from "./rope/node.ts";
import type { Entry } from "./rope/node.ts";
import { TextSnapshot } from "./rope/snapshot.ts";
import { endsApart, lastUnit } from "./rope/units.ts";

/** Pieces are collected up to this many units before they are cut into leaves. */
const gathered = 65536;

/** Options of `TextBuilder`. */
export interface BuildOptions {
  /**
   * What to do with bytes that are not UTF-8: `refuse` throws `text-decode`, `replace` puts U+FFFD
   * in their place. Default: `refuse`. A byte order mark is ordinary text and stays.
   */
  readonly malformed?: "refuse" | "replace";
}

const RULES: Rules<BuildOptions> = { malformed: oneOf("refuse", "replace") };

/**
 * Builds a text from pieces as they arrive: strings, or UTF-8 bytes whose characters may be divided
 * anywhere. Never holds more than one piece in addition to the text itself.
 */
export class TextBuilder {
  readonly #meter = new Meter();
  readonly #leaves: Entry[] = [];
  readonly #decoder: TextDecoder;
  #rest = "";
  #bytes = 0;

  constructor(options: BuildOptions = {}) {
    checkTextOptions("TextBuilder", options, RULES);
    const fatal = options.malformed !== "replace";
    this.#decoder = new TextDecoder("utf-8", { fatal, ignoreBOM: true });
  }

  /** Adds a piece at the end. A character of UTF-8 may go on in the next piece. */
  push(piece: string | Uint8Array): void {
    if (typeof piece === "string") {
      this.#gather(this.#decode(undefined) + piece);
    } else {
      this.#gather(this.#decode(piece));
      this.#bytes += piece.length;
    }
  }

  /** Returns the whole text. The builder is empty afterwards. */
  finish(): TextBuffer {
    let rest = this.#rest + this.#decode(undefined);
    if (rest.length < leafLeast) rest = (this.#leaves.pop()?.text ?? "") + rest;
    this.#leaves.push(...cut([rest], this.#meter));
    this.#rest = "";
    return new TextBuffer(new TextSnapshot(treeOf(this.#leaves.splice(0), {})));
  }

  #gather(text: string): void {
    this.#rest += text;
    if (this.#rest.length < gathered) return;
    // The next piece may begin with the other half of the last unit's character.
    const rest = this.#rest;
    const end = rest.length - 1;
    for (const leaf of cut([rest.slice(0, end)], this.#meter)) this.#leaves.push(leaf);
    this.#rest = rest.slice(end);
    this.#mend();
  }

  /**
   * Takes back the last leaf where a character or line break is divided between it and the rest.
   */
  #mend(): void {
    const last = this.#leaves.at(-1)!;
    if (!endsApart(lastUnit(last.text))) return;
    this.#leaves.pop();
    this.#rest = last.text + this.#rest;
  }

  #decode(bytes: Uint8Array | undefined): string {
    try {
      return bytes === undefined
        ? this.#decoder.decode()
        : this.#decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw new TenonError(
        "text-decode",
        `the bytes are not UTF-8, at or after byte ${this.#bytes}; decode them yourself or replace what is malformed`,
        { cause, data: { from: this.#bytes } },
      );
    }
  }
}

/** Makes a buffer of the concatenation of pieces. */
export function bufferFrom(
  pieces: Iterable<string | Uint8Array>,
  options: BuildOptions = {},
): TextBuffer {
  const builder = new TextBuilder(options);
  for (const piece of pieces) builder.push(piece);
  return builder.finish();
}

/** Makes a buffer of the concatenation of pieces as they arrive. */
export async function bufferFromAsync(
  pieces:
    | AsyncIterable<string | Uint8Array>
    | Iterable<string | Uint8Array | Promise<string | Uint8Array>>,
  options: BuildOptions = {},
): Promise<TextBuffer> {
  const builder = new TextBuilder(options);
  for await (const piece of pieces) builder.push(piece);
  return builder.finish();
}
