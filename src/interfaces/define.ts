import type {
  InterfaceLimitName,
  InterfaceLimitOption,
  LimitValues,
} from "../catalogues/limit-options.ts";
import type { Permission } from "../capability/authority.ts";
import type { Capability } from "../capability/capability.ts";
import type { Identity } from "../identity/identity.ts";
import type { LocalAnswers } from "../platform/local-answers.ts";
import { checkInterface } from "./check-interface.ts";
import type { FunctionTable } from "./functions.ts";

export type { Permission } from "../capability/authority.ts";

/** Who is calling. Fixed for the life of an instance. */
export interface Caller {
  /** `scope/name`. */
  readonly plugin: string;
  /** The plugin's version, as its manifest has it. */
  readonly version: string;
  /** Who made it, as far as that is known. Anyone may give a plugin any name. */
  readonly identity: Identity;
  /**
   * What to keep the plugin's data under. It differs between makers of the same name, and stays the
   * same where the person hands the data of one over to another.
   */
  readonly owner: string;
}

/** What an implementation is given for one instance of a plugin. */
export interface InterfaceContext<Scope, Use> {
  /** The plugin that calls. */
  readonly caller: Caller;
  /**
   * Whether the plugin may do `use`, asked now: a grant that was taken back counts from the next
   * call on. The decision goes into the audit trail. Before a function of the interface runs, the
   * gate has already asked for the capability as such, without a use.
   */
  may(use: Use): Permission<Scope>;
  /**
   * Ties a resource to the life of the instance. All of them are disposed of in reverse order when
   * the instance ends, whatever ends it. Returns a function that disposes of the resource earlier.
   */
  own(resource: Disposable): () => void;
  /**
   * Aborted when the instance ends, for example by a missed deadline: no one needs the results of
   * its pending work then.
   */
  readonly signal: AbortSignal;
  /** The plugin's limits for what interfaces count. */
  readonly limits: InterfaceLimits;
  /**
   * Counts `amount` (default 1) of one of the quantities in `counted`, for all instances of the
   * plugin together, until the result is disposed of or the instance ends. Returns undefined where
   * that would exceed the quantity's `most`: this is reported, and the caller must not do what the
   * plugin asked for.
   */
  count(quantity: string, amount?: number): Disposable | undefined;
  /**
   * Counts milliseconds of the host's thread that a function has worked since it returned a promise,
   * towards the plugin's limit `hostMs`. What a function takes until it returns is counted already.
   */
  worked(ms: number): void;
}

/** Something that an application's interface limits for each plugin. */
export interface CountedQuantity {
  /** The most that all instances of a plugin may have together. 0 or more. */
  readonly most: number;
  /** What happens to a plugin that asks for more. Default: `refuse`. */
  readonly policy?: "refuse" | "disable";
}

/** The limits that interfaces enforce, by the names of `HostOptions.limits`. */
export interface InterfaceLimits extends Pick<LimitValues, InterfaceLimitOption> {
  /**
   * Reports that the plugin went over a limit. The caller then does not do what the plugin asked
   * for.
   */
  passed(limit: InterfaceLimitName): void;
}

/**
 * A host interface: a function from narrow powers to an implementation. A function of the
 * implementation returns the value, or throws a WitError for an `err`; where `functions` says that
 * it waits, it may return a promise. Anything else that it throws is a fault of the host and ends
 * the instance.
 *
 * Arguments have the types with which the plugin's component imports the functions. For Tenon's own
 * interfaces, these types are compared with `wit/` when the plugin is installed. An application's
 * interface has no such declaration to compare with, so its functions must check their arguments.
 */
export interface InterfaceDefinition<Scope = unknown, Use = unknown> {
  /** The WIT name with its version: `tenon:plugin/http@0.1.0`. */
  readonly name: string;
  /** The capability that a plugin needs to call the interface. Undefined: every plugin may. */
  readonly capability?: Capability<Scope, Use>;
  /** Rules for functions that differ from most, by WIT name. Default: none. */
  readonly functions?: FunctionTable<Readonly<Record<string, unknown>>, Use>;
  /**
   * What answers the functions marked `local`, in place of `implement`, on the thread of a
   * stranger's guest. Where the capability is granted, the host lends the thread a few calls at a
   * time; when the capability is taken back, these are taken back at once. Default: no function is
   * answered there.
   */
  readonly local?: LocalAnswers;
  /**
   * The quantities that the interface counts with `context.count`, by names of its own. The event
   * `limit` calls one `acme:app/tasks@1.0.0#open-tasks`. Default: none.
   */
  readonly counted?: Readonly<Record<string, CountedQuantity>>;
  /**
   * What a gated function returns when the capability is not granted: a WitError to throw, or a
   * value where the WIT type has no `err`. Where `refuse` returns `undefined`, the call traps.
   */
  refuse?(
    functionName: string,
    reason: string,
  ): { readonly throw: unknown } | { readonly value: unknown } | undefined;
  /**
   * Returns the functions and classes for one instance of a plugin, by their names in JavaScript.
   * Called once for each instance, before it starts.
   */
  implement(context: InterfaceContext<Scope, Use>): Readonly<Record<string, unknown>>;
}

/**
 * An `InterfaceDefinition` whose `functions` has only names of what `implement` returns. Given by
 * the application.
 */
export interface InterfaceParts<Scope, Use, Given> extends Omit<
  InterfaceDefinition<Scope, Use>,
  "functions" | "implement"
> {
  readonly functions?: FunctionTable<Given, Use>;
  /**
   * Returns the functions and classes for one instance of a plugin, by their names in JavaScript.
   */
  implement(context: InterfaceContext<Scope, Use>): Given;
}

/**
 * Checks a definition, and returns it. Where the result of `implement` has a type of its own, a
 * name in `functions` without an implementation does not compile; where it has none, the start of
 * the first plugin reports the name. Throws `interface-name`, `interface-cacheable`, and `usage`
 * for what is missing, unknown or contradictory.
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
