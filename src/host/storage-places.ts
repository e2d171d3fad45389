import { TenonError } from "../errors.ts";
import type { StorageWatch } from "../storage-watch.ts";

/** What a host has kept, each in a place of its own. */
export type StorageKind = "data" | "caches" | "derived" | "grants" | "audit";

const WHAT: Readonly<Record<StorageKind, string>> = {
  data: "plugins' data, and what the host remembers of them,",
  caches: "plugins' caches",
  derived: "what was found in components, for the next start,",
  grants: "grants for good",
  audit: "the audit trail",
};

/**
 * Tells once of each place that it fails, and again where it fails after it has worked in the
 * meantime. A full disk may fail each of thousands of writes.
 */
export class StoragePlaces {
  readonly #tell: (error: TenonError) => void;
  readonly #failing: Set<StorageKind> = new Set();

  constructor(tell: (error: TenonError) => void) {
    this.#tell = tell;
  }

  watch(kind: StorageKind): StorageWatch {
    return {
      failed: (error) => {
        if (this.#failing.has(kind)) return;
        this.#failing.add(kind);
        this.#tell(storageFailed(kind, error));
      },
      works: () => void this.#failing.delete(kind),
    };
  }
}

/** Errors that say what could not be kept, and where, stay as they are. */
function storageFailed(kind: StorageKind, error: unknown): TenonError {
  const said = error instanceof Error ? error.message : String(error);
  const path = error instanceof TenonError ? error.data["path"] : undefined;
  if (error instanceof TenonError && kind === "data") return error;
  return new TenonError("storage-failed", `${WHAT[kind]} could not be kept: ${said}`, {
    cause: error,
    data: { kind, ...(path === undefined ? {} : { path }) },
  });
}
