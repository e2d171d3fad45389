// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/lifecycle@0.1.0 **/
/**
 * Called once, before anything else is called. An `err` leaves the plugin failed and its text in
 * the audit trail; the next event tries again with a fresh instance. Deadline: 2 s unless the
 * manifest asks for another.
 */
export declare function activate(context: Context): void;
/**
 * Called once when the host ends the instance in good order. Not called after a trap.
 */
export declare function deactivate(): void;
/**
 * Where the plugin finds itself.
 */
export interface Context {
  /**
   * The plugin's own name, `scope/name`, as its manifest has it.
   */
  plugin: string,
  /**
   * The plugin's own version (semver).
   */
  version: string,
  /**
   * The application that embeds the host, for example `tenon-cli/0.1.0`.
   */
  host: string,
  /**
   * The version of `tenon:plugin` that the host serves.
   */
  api: string,
  /**
   * A BCP 47 language tag, for example `en-GB`.
   */
  locale: string,
  /**
   * The event that started this instance, for example `command:word-count.count`.
   */
  startedBy: string,
}
