import { boundedData } from "./error-bounds.ts";
import { visibleText } from "./visible-text.ts";

/** UTF-16 units of a message. */
const MESSAGE_UNITS = 4_096;

/** Codes of the engine (`tenon/component`). */
export type ComponentErrorCode =
  | "component-malformed"
  | "component-invalid"
  | "component-unsupported"
  | "component-unlinkable"
  | "component-limit"
  | "component-trap"
  | "component-poisoned"
  | "component-closed"
  | "component-type"
  | "component-suspended"
  | "component-promise"
  | "component-source";

/** Codes of reading a package: the file, its manifest, its imports. */
export type PackageErrorCode =
  | "package-unreadable"
  | "package-too-large"
  | "package-not-a-component"
  | "package-malformed"
  | "package-digest-mismatch"
  | "package-imports"
  | "package-exports"
  | "manifest-missing"
  | "manifest-too-large"
  | "manifest-too-deep"
  | "manifest-syntax"
  | "manifest-duplicate-key"
  | "manifest-forbidden-key"
  | "manifest-unknown-key"
  | "manifest-invalid"
  | "manifest-name"
  | "manifest-text"
  | "manifest-version"
  | "manifest-api"
  | "manifest-unknown-capability"
  | "manifest-scope"
  | "manifest-activation"
  | "manifest-command"
  | "manifest-settings"
  | "manifest-limits"
  | "manifest-concurrency"
  | "manifest-dependency"
  | "dependency-missing"
  | "dependency-version"
  | "dependency-cycle";

/** Codes of going over a limit; `data.limit` names it (LimitName), `data.value` is what it is. */
export type LimitErrorCode =
  | "limit-memory"
  | "limit-total-memory"
  | "limit-table"
  | "limit-handles"
  | "limit-lifted"
  | "limit-instances"
  | "limit-cpu"
  | "limit-host-ms"
  | "limit-host-calls"
  | "limit-log"
  | "limit-stored"
  | "limit-documents"
  | "limit-requests";

/** Codes of the plugin host. */
export type HostErrorCode =
  | "host-closed"
  | "call-aborted"
  | "plugin-unknown"
  | "plugin-installed"
  | "plugin-disabled"
  | "plugin-quarantined"
  | "plugin-activation"
  | "plugin-crashed"
  | "plugin-deadline"
  | "plugin-limit"
  | "plugin-busy"
  | "plugin-failing"
  | "plugin-downgrade"
  | "command-unknown"
  | "command-duplicate"
  | "command-input"
  | "command-failed"
  | "command-cancelled"
  | "event-invalid"
  | "interface-duplicate"
  | "interface-name"
  | "interface-cacheable"
  | "grant-unknown"
  | "grant-scope"
  | "grants-unreadable"
  | "audit-unwritable"
  | "storage-failed"
  | "document-open"
  | "document-closed"
  | "document-too-large"
  | "isolate-failed"
  | "usage";

/** Codes of the data structures (`tenon/text`, `tenon/pool`, `tenon/cache`). */
export type StructureErrorCode =
  | "text-range"
  | "text-overlap"
  | "text-conflict"
  | "text-stale"
  | "text-surrogate"
  | "text-inside-character"
  | "text-decode"
  | "text-removed"
  | "text-unloaded"
  | "pool-released"
  | "pool-exhausted"
  | "pool-closed"
  | "pool-options"
  | "cache-options"
  | "cache-key"
  | "cache-value"
  | "cache-timeout"
  | "cache-level"
  | "cache-recursion"
  | "cache-closed";

export type TenonErrorCode =
  | ComponentErrorCode
  | PackageErrorCode
  | HostErrorCode
  | LimitErrorCode
  | StructureErrorCode;

export interface TenonErrorDetails {
  /** The plugin it concerns, `scope/name`. */
  readonly plugin?: string;
  /** What was being done, for example `install`, `command:word-count.count`, `http.fetch`. */
  readonly operation?: string;
  readonly cause?: unknown;
  /**
   * Facts for programs: a byte offset, a JSON path, what is missing. Keys are documented with the code.
   * At most 64 KiB as JSON; of more, lists and texts are cut, and `data.leftOut` counts by key what is
   * missing.
   */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * A fault as the host's user meets it. `code` is stable; the message says what happened and what
 * to do and may change; past 4,096 characters it is cut. A guest never sees one: see WitError.
 */
export class TenonError extends Error {
  override readonly name = "TenonError";
  readonly code: TenonErrorCode;
  readonly plugin: string | undefined;
  readonly operation: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: TenonErrorCode, message: string, details: TenonErrorDetails = {}) {
    const { cause, plugin, operation, data = {} } = details;
    const shown = visibleText(message, { limit: MESSAGE_UNITS, lines: true });
    super(shown, cause === undefined ? undefined : { cause });
    this.code = code;
    this.plugin = plugin;
    this.operation = operation && visibleText(operation, { limit: 512 });
    this.data = boundedData(data);
  }
}

/**
 * The `err` of a WIT `result`, thrown by a host function to answer its guest. `payload` is the
 * WIT value (a variant is `{ tag, val }`). It is an answer, not a fault: nothing is poisoned.
 */
export class WitError<Payload = unknown> extends Error {
  override readonly name = "WitError";
  readonly payload: Payload;

  constructor(payload: Payload, message = "the host answered err") {
    super(message);
    this.payload = payload;
  }
}
