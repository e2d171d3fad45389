/// What became of a request, a grant, a call, or an instance.
export type AuditDecision =
  | "granted"
  | "refused"
  | "askable"
  | "revoked"
  | "crashed"
  | "quarantined"
  | "installed"
  | "uninstalled";

/// One line of the trail: who, what, how far, what was decided, why and when.
export interface AuditEntry {
  /// Milliseconds since 1970, UTC, by the host's clock.
  readonly at: number;
  /// `scope/name`.
  readonly plugin: string;
  readonly capability?: string;
  /// What was being done: `install`, `request`, `http.fetch`, `command:word-count.count`.
  readonly operation: string;
  /// The scope that was asked for, granted or taken back.
  readonly scope?: unknown;
  /// What the plugin was about to do, shortened. It may hold the plugin's words, without control
  /// and bidirectional characters.
  readonly use?: string;
  readonly decision: AuditDecision;
  /// For a person.
  readonly reason: string;
  /// How many such events this entry stands for. Default: 1.
  readonly count?: number;
}

/// Where entries go. Writing never throws and never waits: a trail that cannot keep up or cannot
/// write says so in `flush`.
export interface AuditTrail {
  write(entry: AuditEntry): void;
  /// Settles when everything written so far is kept. Rejects with `audit-unwritable`.
  flush(): Promise<void>;
}

/// Keeps nothing.
export const noAudit: AuditTrail = Object.freeze({
  write: () => undefined,
  flush: () => Promise.resolve(),
});
