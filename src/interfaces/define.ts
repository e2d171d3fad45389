import type { Permission } from "../capability/authority.ts";
import type { Capability } from "../capability/capability.ts";
import type { LocalAnswers } from "../platform/local-answers.ts";
import { checkInterface } from "./check-interface.ts";
import type { FunctionTable } from "./functions.ts";

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
 * A host interface: a function from narrow powers to an implementation. What it implements answers with the
 * value, throws a WitError for an `err`, and may answer with a promise where `functions` says that it waits.
 * Anything else thrown is a fault of the host and ends the instance.
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
  /** By WIT name, what holds for functions that are not as most are. Default: none. */
  readonly functions?: FunctionTable<Readonly<Record<string, unknown>>, Use>;
  /**
   * Who answers the functions that are `local`, in place of `implement`, on the thread of a stranger's guest.
   * The host lends it some calls at a time, where the capability is granted; where it takes the capability
   * back, it takes these back at once. Default: nobody.
   */
  readonly local?: LocalAnswers;
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

/** An `InterfaceDefinition`, of which `functions` has no names but those of what `implement` gives. */
export interface InterfaceParts<Scope, Use, Given> extends Omit<
  InterfaceDefinition<Scope, Use>,
  "functions" | "implement"
> {
  readonly functions?: FunctionTable<Given, Use>;
  implement(context: InterfaceContext<Scope, Use>): Given;
}

/**
 * Checks a definition, and answers it. A name in `functions` that `implement` gives no function for does not
 * compile where its result has a type of its own; where it has none, the first plugin's start says so.
 * Throws `interface-name`, `interface-cacheable`, and `usage` for what is missing, unknown or contradictory.
 */
export function defineInterface<
  Scope,
  Use,
  Given extends object = Readonly<Record<string, unknown>>,
>(parts: InterfaceParts<Scope, Use, Given>): InterfaceDefinition<Scope, Use> {
  const definition = parts as unknown as InterfaceDefinition<Scope, Use>;
  checkInterface(definition as InterfaceDefinition);
  return definition;
}
