// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/random@0.1.0 **/
/**
 * At most 64 KiB at once; more is `quota`.
 */
export declare function bytes(length: number): Uint8Array;
export declare function number(): bigint;
export type Refusal = import('./types.ts').Refusal;
