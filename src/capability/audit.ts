import { checkCount } from "../options.ts";
import type { StorageWatch } from "../storage-watch.ts";

/** What became of a request, a grant, a call, or an instance. */
export type AuditDecision =
  | "granted"
  | "refused"
  | "askable"
  | "revoked"
  | "crashed"
  /** A thread was lost, and this plugin is one of those that may have caused it. */
  | "suspected"
  | "failed"
  | "quarantined"
  | "disabled"
  | "enabled"
  | "installed"
  | "uninstalled";

/** One line of the trail: who, what, how far, what was decided, why and when. */
export interface AuditEntry {
  /** Milliseconds since 1970, UTC, by the host's clock. */
  readonly at: number;
  /** `scope/name`. */
  readonly plugin: string;
  /** Who made the plugin, as `identityText` writes it. Missing where that is not known. */
  readonly maker?: string;
  /** The name of the capability. Undefined where the entry concerns none. */
  readonly capability?: string;
  /** What was being done: `install`, `request`, `http.fetch`, `command:word-count.count`. */
  readonly operation: string;
  /** The scope that was asked for, granted or taken back. */
  readonly scope?: unknown;
  /**
   * What the plugin was about to do, shortened. It may hold the plugin's words, without control
   * and bidirectional characters.
   */
  readonly use?: string;
  /** What was decided, or what happened. */
  readonly decision: AuditDecision;
  /** For a person. */
  readonly reason: string;
  /** How many such events this entry stands for. Default: 1. */
  readonly count?: number;
  /** Of a crash: what is known of it. */
  readonly crash?: CrashFacts;
}

/** What is known of a crash, beside the call (`operation`). All texts are made visible. */
export interface CrashFacts {
  /** Which trap it was: `unreachable`, `memory-out-of-bounds`. Undefined where it was none. */
  readonly kind?: string;
  /**
   * The guest's functions that were on the stack, innermost first: at most 32, by the names in the
   * component, or as `wasm-function[12]`. The names are the plugin's words.
   */
  readonly stack?: readonly string[];
  /**
   * The plugin's words: the last 4 KiB that the instance logged, whether or not it may write to the
   * log. A panic hook that logs tells its message here.
   */
  readonly said?: string;
  /** The types and sizes of the call's arguments: `string of 12 bytes`. Nothing of what is in them. */
  readonly arguments?: readonly string[];
}

/**
 * Where audit entries go. Writing never throws and never waits. A trail that cannot keep up, or
 * cannot write, rejects in `flush`.
 */
export interface AuditTrail {
  /** Takes one entry. Called in the order in which things happened. */
  write(entry: AuditEntry): void;
  /** Settles when everything written so far is kept. Rejects with `audit-unwritable`. */
  flush(): Promise<void>;
  /** The host asks to hear at once where entries can't be written. Default: only `flush` tells. */
  watch?(storage: StorageWatch): void;
}

/** Keeps nothing. */
export const noAudit: AuditTrail = Object.freeze({
  write: () => undefined,
  flush: () => Promise.resolve(),
});

/** An audit trail that keeps the last entries in memory. */
export interface RingAudit extends AuditTrail {
  /** The latest entries, oldest first. */
  readonly entries: readonly AuditEntry[];
}

/** Keeps the latest `limit` entries in memory. Default: 1,000. */
export function ringAudit(limit = 1_000): RingAudit {
  checkCount("the limit of ringAudit", limit, 0);
  const ring: AuditEntry[] = [];
  let oldest = 0;
  return {
    get entries() {
      return [...ring.slice(oldest), ...ring.slice(0, oldest)];
    },
    write(entry) {
      if (ring.length < limit) ring.push(entry);
      else if (limit > 0) {
        ring[oldest] = entry;
        oldest = (oldest + 1) % limit;
      }
    },
    flush: () => Promise.resolve(),
  };
}

/**
 * Writes each entry to every trail. `flush` waits for all of them and rejects with the first
 * failure.
 */
export function teeAudit(...trails: readonly AuditTrail[]): AuditTrail {
  return {
    write(entry) {
      for (const trail of trails) trail.write(entry);
    },
    watch(storage) {
      for (const trail of trails) trail.watch?.(storage);
    },
    async flush() {
      const settled = await Promise.allSettled(trails.map((trail) => trail.flush()));
      for (const outcome of settled) if (outcome.status === "rejected") throw outcome.reason;
    },
  };
}
