/**
 * How answers of one function may serve for later calls with the same arguments, of whichever plugin.
 * The gate is asked before an answer is looked up, at every call: who may not call the function gets
 * nothing that was kept. Only what is a plain value all through is kept: an answer with a resource in
 * it goes to the one who asked.
 */
export interface CacheableAnswers<Use = unknown> {
  /** How long an answer is good, in milliseconds, 1 or more. Infinity: until an event. */
  readonly ttlMs: number;
  /**
   * Who shares an answer. `plugin`: one plugin with one grant. `grant`: all whose call is covered by
   * the same scope. `everyone`: all who may make the call; it then depends on nothing else of them.
   */
  readonly shared: "plugin" | "grant" | "everyone";
  /**
   * What a call does, for the one check: in place of the gate's general question it is asked whether
   * the plugin may do this, and a refusal is answered as `refuse` says. Undefined: this call is not
   * to be answered from what is kept. Needed where the interface has a capability.
   */
  use?(args: readonly unknown[]): Use | undefined;
  /** Names of events after which an answer is no longer good; see `Host.announce`. Default: none. */
  readonly events?: readonly string[];
  /**
   * Which `err`s are kept too, and how long. `only` must be false for whatever is about the caller
   * and not about the world, a refusal above all. Default: no `err` is kept.
   */
  readonly errors?: { readonly ttlMs: number; only(payload: unknown): boolean };
}
