import { visibleText } from "../../visible-text.ts";
import { cutUtf8, lossyUtf8, utf8Encoder } from "../../utf8.ts";

/** How many bytes of what an instance said are kept. */
const KEPT = 4_096;

/**
 * The last 4 KiB that one instance said, for the error of its trap: whole lines in the order in which
 * they came, the first one cut at its start where there is no room for it.
 */
export class LastWords {
  /** The text in UTF-8; made for the first words. The next byte is written at `#at`, over the oldest. */
  #ring: Uint8Array | undefined;
  #at = 0;
  #isFull = false;

  /** `line`: its first 4 KiB are kept at most. */
  add(line: string): void {
    const kept = utf8Encoder.encode(`${cutUtf8(line, KEPT - 1)}\n`);
    const ring = (this.#ring ??= new Uint8Array(KEPT));
    const first = kept.subarray(0, KEPT - this.#at);
    ring.set(first, this.#at);
    ring.set(kept.subarray(first.length), 0);
    const end = this.#at + kept.length;
    if (end >= KEPT) this.#isFull = true;
    this.#at = end % KEPT;
  }

  /** Undefined where the instance said nothing. Characters that hide or act are made visible. */
  get text(): string | undefined {
    const ring = this.#ring;
    if (ring === undefined) return undefined;
    const [oldest, newest] = [ring.subarray(this.#at), ring.subarray(0, this.#at)];
    const bytes = this.#isFull ? new Uint8Array([...oldest, ...newest]) : newest;
    // A character that lost its first bytes to the newest line is left out.
    let start = 0;
    while (this.#isFull && start < 4 && (bytes[start]! & 0xc0) === 0x80) start++;
    const text = lossyUtf8.decode(bytes.subarray(start)).replace(/\n$/u, "");
    // What is made visible is longer. The end is what matters.
    const shown = visibleText(text, { limit: Infinity, lines: true }).slice(-KEPT);
    return shown.replace(/^[\udc00-\udfff]/u, "");
  }
}
