// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/settings@0.1.0 **/
/**
 * The value of a setting that the manifest declares: what the person set, or else the
 * manifest's default. `none` for a key that the manifest does not declare.
 */
export declare function get(key: string): Json | undefined;
export type Json = import('./types.ts').Json;
