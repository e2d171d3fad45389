/**
 * How answers of one function may serve later calls with the same arguments, of any plugin. The
 * gate is asked at every call before an answer is looked up: a plugin that may not call the
 * function gets no kept answer. Only plain values are kept: an answer that contains a resource goes
 * to the caller alone.
 */
export interface CacheableAnswers<Use = unknown> {
  /** How long an answer is good, in milliseconds: 1 or more. Infinity: until an event. */
  readonly ttlMs: number;
  /**
   * Who shares an answer. `plugin`: one plugin with one grant. `grant`: all plugins whose call is
   * covered by the same scope. `everyone`: all plugins that may make the call; the answer must then
   * depend on nothing else about them.
   */
  readonly shared: "plugin" | "grant" | "everyone";
  /**
   * What the call does, as a use of the capability. The gate asks whether the plugin may do this,
   * in place of its general question; a refusal is answered as `refuse` says. Undefined: this call
   * is not answered from kept answers. Required where the interface has a capability.
   */
  use?(args: readonly unknown[]): Use | undefined;
  /** Names of events that end an answer's validity; see `Host.announce`. Default: none. */
  readonly events?: readonly string[];
  /**
   * Which `err`s are kept as well, and for how long. `only` must return false for an error that is
   * about the caller, such as a refusal, and not about the world. Default: no `err` is kept.
   */
  readonly errors?: { readonly ttlMs: number; only(payload: unknown): boolean };
}
