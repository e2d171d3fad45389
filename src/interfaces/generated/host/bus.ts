// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/bus@0.1.0 **/
/**
 * Emits `name`, which others hear as `scope/plugin:name` of the emitter. Returns once the event
 * is queued; handlers run after the emitter's own call has ended. At most 64 KiB of payload.
 */
export declare function emit(name: string, payload: Json): void;
export type Json = import('./types.ts').Json;
export type Refusal = import('./types.ts').Refusal;
