// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/clock@0.1.0 **/
/**
 * Milliseconds since 1970-01-01T00:00:00Z. May jump when the person sets the clock.
 */
export declare function nowMs(): bigint;
/**
 * Microseconds since some moment, in steps of 100; never goes back.
 */
export declare function monotonicUs(): bigint;
