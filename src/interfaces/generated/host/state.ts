// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/state@0.1.0 **/
/**
 * The plugin's state as bytes of its own making, 1 MiB at most.
 */
export declare function save(): Uint8Array;
/**
 * Takes back what an earlier instance (perhaps of an earlier version) saved.
 * Called after `activate`. An `err` makes the host go on without the old state.
 */
export declare function restore(saved: Uint8Array): void;
