// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/log@0.1.0 **/
/**
 * Writes one record. Control characters are made visible. A message is cut at 4 KiB, a field at
 * 1 KiB, fields past 32 are dropped; past 256 KiB a second the rest is dropped and counted.
 * Without the grant nothing is written and the refusal is recorded: logging never fails a plugin.
 * The last 4 KiB that an instance logged are in the error of its trap, granted or not: a plugin that
 * logs only why it panics need not ask for the capability.
 */
export declare function write(level: Level, message: string, fields: Array<[string, string]>): void;
/**
 * Whether a record of this level would be kept. Ask before building a costly message.
 */
export declare function enabled(level: Level): boolean;
/**
 * # Variants
 *
 * ## `"trace"`
 *
 * ## `"debug"`
 *
 * ## `"info"`
 *
 * ## `"warn"`
 *
 * ## `"error"`
 */
export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';
