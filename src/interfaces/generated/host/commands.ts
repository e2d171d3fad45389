// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/commands@0.1.0 **/
/**
 * Runs a command. Deadline: 10 s unless the manifest asks for another.
 */
export declare function run(call: Call): Json;
export type Json = import('./types.ts').Json;
export type Document = import('./text.ts').Document;
/**
 * One invocation.
 */
export interface Call {
  /**
   * The command as the manifest names it, for example `word-count.count`.
   */
  id: string,
  /**
   * The input, already checked against the command's input schema where the manifest has one.
   * `null` when the caller gave none.
   */
  input: Json,
  /**
   * The document that the command is run on, if any. It carries its own authority: no grant of
   * `text` is needed to read or edit what the caller handed over.
   */
  document?: Document,
}
/**
 * One thing that is wrong with the input.
 */
export interface Problem {
  /**
   * A JSON Pointer (RFC 6901) into the input; the empty string is the whole of it.
   */
  path: string,
  message: string,
}
export type Failure =
  | {
    /**
     * This plugin has no such command.
     */
    tag: 'unknown-command',
  }
  | {
    tag: 'invalid-input',
    val: Array<Problem>,
  }
  | {
    tag: 'cancelled',
  }
  | {
    /**
     * For a person to read.
     */
    tag: 'failed',
    val: string,
  };
