// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/clipboard@0.1.0 **/
/**
 * At most 1 MiB; more is `quota`.
 */
export declare function read(): string;
/**
 * At most 1 MiB; more is `quota`.
 */
export declare function write(text: string): void;
export type Refusal = import('./types.ts').Refusal;
