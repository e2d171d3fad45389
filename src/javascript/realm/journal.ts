import type { WrittenOutcome } from "../values/outcomes.ts";

/**
 * One thing that a program asked of its host, with what it was told. `asked`: a checksum of what it
 * asked for.
 */
export type JournalEntry =
  | { readonly tag: "now"; readonly value: number }
  | { readonly tag: "call"; readonly asked: number; readonly outcome: Uint8Array }
  | { readonly tag: "start"; readonly call: number; readonly asked: number }
  | { readonly tag: "cancel"; readonly call: number }
  | { readonly tag: "resume"; readonly outcomes: readonly WrittenOutcome[] };

/** A program asked for something else than it did when the journal was written: it ends the realm. */
export class Diverged extends Error {
  override readonly name = "Diverged";

  constructor() {
    super("the program does not do what it did when it was saved");
  }
}

/** About the bytes of an entry beside what it carries. */
const ENTRY_BYTES = 16;

/**
 * All that a program was told by its host, in order. A program depends on nothing else, so one that is
 * told the same again comes to where it was.
 */
export class Journal {
  readonly #maxBytes: number;
  #entries: JournalEntry[];
  #bytes = 0;
  #at = 0;
  #isFull = false;

  /** `entries`: what the program is told first. More than `maxBytes` are not kept. */
  constructor(maxBytes: number, entries: readonly JournalEntry[] = []) {
    this.#maxBytes = maxBytes;
    this.#entries = [...entries];
    for (const entry of entries) this.#bytes += weightOf(entry);
  }

  /** Undefined: it has become too large. */
  get entries(): readonly JournalEntry[] | undefined {
    return this.#isFull ? undefined : this.#entries;
  }

  /** Whether the program has been told all that was in it. */
  get isOver(): boolean {
    return this.#at >= this.#entries.length;
  }

  /** What comes next, which must be of this kind. Throws Diverged. */
  next<Tag extends JournalEntry["tag"]>(tag: Tag): Extract<JournalEntry, { readonly tag: Tag }> {
    const entry = this.#entries[this.#at];
    if (entry?.tag !== tag) throw new Diverged();
    this.#at += 1;
    return entry as Extract<JournalEntry, { readonly tag: Tag }>;
  }

  add(entry: JournalEntry): void {
    if (this.#isFull) return;
    this.#bytes += weightOf(entry);
    this.#isFull = this.#bytes > this.#maxBytes;
    if (this.#isFull) this.#entries = [];
    else this.#entries.push(entry);
    this.#at = this.#entries.length;
  }
}

function weightOf(entry: JournalEntry): number {
  if (entry.tag === "call") return ENTRY_BYTES + entry.outcome.length;
  if (entry.tag !== "resume") return ENTRY_BYTES;
  return entry.outcomes.reduce(
    (sum, { outcome }) => sum + ENTRY_BYTES + outcome.length,
    ENTRY_BYTES,
  );
}

/** A checksum of a call's target and arguments (FNV-1a): not against forgery. */
export function askedFor(target: number, args: Uint8Array): number {
  let hash = 0x811c_9dc5 ^ target;
  for (const byte of args) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash >>> 0;
}
