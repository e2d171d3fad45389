// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/capabilities@0.1.0 **/
/**
 * The state of one capability by name, for example `http`. Costs no prompt.
 */
export declare function query(capability: string): Status;
/**
 * Asks for a capability in mid-call. It must be in the manifest. `scope` is what the manifest's
 * scope would be, or part of it; `reason` is shown to the person, marked as the plugin's words,
 * 200 characters at most. May take as long as the person does; where the host cannot wait it
 * answers `askable`.
 */
export declare function request(capability: string, scope: Json, reason: string): Status;
export type Json = import('./types.ts').Json;
/**
 * # Variants
 *
 * ## `"granted"`
 *
 * A call would be let through (a scope may still rule out a particular one).
 * ## `"askable"`
 *
 * Not granted yet; `request` may change that.
 * ## `"refused"`
 *
 * Refused, and asking again in this session will not help.
 * ## `"unavailable"`
 *
 * This host does not have it.
 */
export type Status = 'granted' | 'askable' | 'refused' | 'unavailable';
