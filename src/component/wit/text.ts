import { limit } from "../faults.ts";

/** The longest text that is printed, in characters. */
const maximumLength = 16 * 1024 * 1024;

/** Words of WIT, which are names only behind a `%`. */
export const WORDS: ReadonlySet<string> = new Set(
  (
    "as async bool borrow char constructor enum error-context export f32 f64 flags from func " +
    "future import include interface list map option own package record resource result s16 s32 " +
    "s64 s8 static stream string tuple type u16 u32 u64 u8 use variant with world"
  ).split(" "),
);

/** A label, escaped where it is one of WIT's own words. */
export function escaped(label: string): string {
  return WORDS.has(label) ? `%${label}` : label;
}

/** `ns:pkg/label@1.0.0` as `ns:pkg@1.0.0` and `label`. */
export function split(name: string): readonly [string, string] {
  const slash = name.indexOf("/");
  const at = name.indexOf("@");
  const label = name.slice(slash + 1, at < 0 ? undefined : at);
  return [name.slice(0, slash) + (at < 0 ? "" : name.slice(at)), label];
}

/** Lines of text, indented by block. */
export class Text {
  readonly #lines: string[] = [];
  #indent = "";
  #length = 0;

  line(text: string): this {
    this.#length += text.length;
    this.reserve();
    this.#lines.push(text === "" ? "" : this.#indent + text);
    return this;
  }

  block(head: string, body: () => void): void {
    this.line(`${head} {`);
    const outer = this.#indent;
    this.#indent += "  ";
    body();
    this.#indent = outer;
    this.line("}");
  }

  /** Counts a part of a line, however short, so that a line cannot grow without bound. */
  reserve(): void {
    if (++this.#length > maximumLength) throw limit(0, "the world is too large to print");
  }

  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}
