import type { Permission } from "../capability/authority.ts";
import type { Capability } from "../capability/capability.ts";
import type { LocalForm, MostTold } from "../component/inside.ts";
import type { CacheableAnswers } from "./cacheable.ts";

export type { Permission } from "../capability/authority.ts";

/** Who is calling: fixed for the life of an instance. */
export interface Caller {
  /** `scope/name`. */
  readonly plugin: string;
  readonly version: string;
}

/** What an implementation holds on behalf of one plugin instance. */
export interface InterfaceContext<Scope, Use> {
  readonly caller: Caller;
  /**
   * "May this plugin do `use`?", asked now: a grant that was taken back is seen by the next call.
   * Audited. The gate has already asked without a use before a function of the interface runs.
   */
  may(use: Use): Permission<Scope>;
  /**
   * Ties something to the life of the instance; it is disposed of, in reverse order, when the
   * instance ends, however it ends. Answers a function that disposes of it earlier.
   */
  own(resource: Disposable): () => void;
  /**
   * Aborted when the instance ends, which a deadline missed does too: what is waited for on its
   * behalf is then wanted by nobody.
   */
  readonly signal: AbortSignal;
  /** What the plugin may take at most of what interfaces count. */
  readonly limits: InterfaceLimits;
}

export interface InterfaceLimits {
  readonly logBytesPerSecond: number;
  readonly storedBytes: number;
  readonly documents: number;
  readonly requests: number;
  /** The plugin went over one: who calls this does not do what was wanted. */
  passed(limit: "logBytes" | "storedBytes" | "documents" | "requests"): void;
}

/**
 * A host interface: a function from narrow powers to an implementation. `functions` answer with
 * the value, throw a WitError for an `err`, and may answer with a promise where `suspends` names
 * them. Anything else thrown is a fault of the host and ends the instance.
 *
 * Arguments are of the types that the plugin's component imports the functions with. Those of Tenon's own
 * interfaces are compared with `wit/` when the plugin is installed; of one of the application's own nothing
 * is known to compare them with, and its functions check what they are given.
 */
export interface InterfaceDefinition<Scope = unknown, Use = unknown> {
  /** The WIT name with its version: `tenon:plugin/http@0.1.0`. */
  readonly name: string;
  /** Undefined: an interface without authority, open to all. */
  readonly capability?: Capability<Scope, Use>;
  /** Functions that may wait, by WIT name: `fetch`, `[method]response.read`, `[static]bucket.open`. */
  readonly suspends?: readonly string[];
  /** Those of `suspends` that wait for a person: the deadline of the plugin's call stands still. */
  readonly asksPerson?: readonly string[];
  /** WIT names of functions that never ask the gate: they work on what the plugin already holds. */
  readonly ungated?: readonly string[];
  /** Functions whose answers may be kept for later calls, by WIT name. Default: none. */
  readonly cacheable?: Readonly<Record<string, CacheableAnswers<Use>>>;
  /**
   * What may answer in place of `implement` on the thread of a stranger's guest. The host lends it some
   * calls at a time; where it takes the capability back, it takes these back at once. Default: nothing.
   */
  readonly local?: LocalForm;
  /**
   * WIT names of functions without an answer that take no resources and are quick: a guest on a thread
   * of its own goes on before they are done. They are done in order with its other calls, and before
   * its own call ends. Default: none.
   */
  readonly oneWay?: readonly string[];
  /**
   * How much functions that are `oneWay` look at: the guest's thread keeps the rest from the host.
   * Default: all.
   */
  readonly mostTold?: MostTold | undefined;
  /**
   * What a gated function answers when the capability is not granted: a WitError to throw, or a
   * value to return where the WIT type has no `err`. `undefined` traps.
   */
  refuse?(
    functionName: string,
    reason: string,
  ): { readonly throw: unknown } | { readonly value: unknown } | undefined;
  implement(context: InterfaceContext<Scope, Use>): Readonly<Record<string, unknown>>;
}

export function defineInterface<Scope, Use>(
  definition: InterfaceDefinition<Scope, Use>,
): InterfaceDefinition<Scope, Use> {
  return definition;
}
