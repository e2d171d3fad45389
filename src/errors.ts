import type { TenonErrorCode } from "./catalogues/error-codes.ts";
import { boundedData } from "./error-bounds.ts";
import { isError, isThenable } from "./realms.ts";
import { visibleText } from "./visible-text.ts";

export type { PackageErrorCode, TenonErrorCode } from "./catalogues/error-codes.ts";

/** The most UTF-16 code units of a message. */
const MESSAGE_UNITS = 4_096;

/** What an error carries besides its code and message. */
export interface TenonErrorDetails {
  /** The plugin that it concerns, as `scope/name`. */
  readonly plugin?: string;
  /** What was being done, for example `install`, `command:word-count.count`, `http.fetch`. */
  readonly operation?: string;
  /** What was thrown underneath. Default: nothing. */
  readonly cause?: unknown;
  /**
   * Facts for programs: a byte offset, a JSON path, what is missing. The keys are documented with
   * each code. At most 64 KiB as JSON; where there is more, lists and texts are cut, and
   * `data.leftOut` counts for each key what is missing.
   */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * An error for the host's user. `code` is stable. The message says what happened and what to do; it
 * may change between versions, and is cut after 4,096 characters. Guests never see a TenonError:
 * see WitError.
 */
export class TenonError extends Error {
  override readonly name = "TenonError";
  /** What went wrong, as a stable code: see docs/errors.md. */
  readonly code: TenonErrorCode;
  /** The plugin that it concerns, as `scope/name`. Undefined: none. */
  readonly plugin: string | undefined;
  /**
   * What was being done: `install`, `command:word-count.count`. Undefined: nothing that has a name.
   */
  readonly operation: string | undefined;
  /** Facts for programs, by the code. Empty where there are none. */
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
 * The `err` of a WIT `result`. A host function throws it to return `err` to its guest. `payload` is
 * the WIT value (a variant is `{ tag, val }`). It is an answer and no fault: it does not poison the
 * instance.
 */
export class WitError<Payload = unknown> extends Error {
  override readonly name = "WitError";
  /** The `err`, as a value of its WIT type. */
  readonly payload: Payload;

  constructor(payload: Payload, message = "the host answered err") {
    super(message);
    this.payload = payload;
  }
}

/** The `err` that something thrown stands for. */
export interface ThrownErr {
  readonly payload: unknown;
  /** Whether the value itself was thrown, and no Error around it. */
  readonly bare: boolean;
}

/**
 * What a host function throws is the `err` of its result: an Error of any realm with an own
 * `payload`, such as a WitError, or a value that is no Error. Undefined for what is a fault of the
 * host's: an Error without a payload, a promise, and what can't be looked at.
 */
export function errOf(thrown: unknown): ThrownErr | undefined {
  if (!isError(thrown)) return isThenable(thrown) ? undefined : { payload: thrown, bare: true };
  try {
    if (!Object.hasOwn(thrown, "payload")) return undefined;
    return { payload: (thrown as Error & { readonly payload: unknown }).payload, bare: false };
  } catch {
    return undefined;
  }
}
