import { checkCallOptions, checkCount, checkFunction } from "../options.ts";
import { TenonError } from "../errors.ts";
import { counted, visibleJson } from "../visible-text.ts";
import type { StorageWatch } from "../storage-watch.ts";
import type { AuditEntry, AuditTrail } from "./audit.ts";

/** Options of `jsonLinesAudit`. */
export interface JsonLinesOptions {
  /**
   * Entries that may wait while an append is under way; more are counted, and a line says how many
   * were left out. Default: 10,000.
   */
  readonly maxWaiting?: number;
}

/**
 * Writes each entry as one line of JSON. `append` adds text at the end of a file; it should do so
 * durably. Entries that come while an append is under way go into the next one. After an append that
 * failed, the next one ends with a line that says how many entries are missing.
 */
export function jsonLinesAudit(
  append: (lines: string) => Promise<void>,
  options: JsonLinesOptions = {},
): AuditTrail {
  checkFunction("what jsonLinesAudit appends with", append);
  checkCallOptions("jsonLinesAudit", options, { maxWaiting: true });
  if (options.maxWaiting !== undefined) checkCount("maxWaiting", options.maxWaiting, 1);
  return new JsonLines(append, options.maxWaiting ?? 10_000);
}

class JsonLines implements AuditTrail {
  readonly #append: (lines: string) => Promise<void>;
  readonly #maxWaiting: number;
  #waiting: AuditEntry[] = [];
  #leftOut = 0;
  #writing: Promise<void> | undefined;
  #watch: StorageWatch | undefined;
  #failure: { readonly cause: unknown; entries: number } | undefined;

  constructor(append: (lines: string) => Promise<void>, maxWaiting: number) {
    this.#append = append;
    this.#maxWaiting = maxWaiting;
  }

  write(entry: AuditEntry): void {
    if (this.#waiting.length >= this.#maxWaiting) this.#leftOut += 1;
    else this.#waiting.push(entry);
    this.#writing ??= this.#drain();
  }

  watch(storage: StorageWatch): void {
    this.#watch = storage;
  }

  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
    const failure = this.#failure;
    if (!failure) return;
    this.#failure = undefined;
    throw new TenonError(
      "audit-unwritable",
      `${counted(failure.entries, "entries")} of the audit trail could not be written: ${failure.cause instanceof Error ? failure.cause.message : String(failure.cause)}`,
      {
        cause: failure.cause,
        data: {
          ...(failure.cause instanceof TenonError ? failure.cause.data : {}),
          entries: failure.entries,
        },
      },
    );
  }

  async #drain(): Promise<void> {
    // All who flush in this turn share one append.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      const leftOut = this.#leftOut;
      this.#waiting = [];
      this.#leftOut = 0;
      try {
        const lines = batch.map(toLine);
        if (leftOut > 0) lines.push(`${JSON.stringify({ leftOut })}\n`);
        await this.#append(lines.join(""));
        this.#watch?.works();
      } catch (cause) {
        // The next line that can be written says how many are missing.
        this.#leftOut += leftOut + batch.length;
        this.#watch?.failed(cause);
        this.#failure = { cause, entries: (this.#failure?.entries ?? 0) + batch.length };
      }
    }
    this.#writing = undefined;
  }
}

function toLine(entry: AuditEntry): string {
  const written = { ...entry, at: new Date(entry.at).toISOString() };
  // One odd value must not cost the entries beside it.
  return `${visibleJson(written)}\n`;
}
