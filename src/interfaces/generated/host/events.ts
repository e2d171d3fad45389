// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/events@0.1.0 **/
/**
 * Handles one event. Events of one plugin arrive one at a time, in the order they were
 * dispatched. An `err` is recorded and changes nothing else. Deadline: 2 s.
 */
export declare function handle(event: Event): void;
export type Json = import('./types.ts').Json;
export interface Event {
  /**
   * For example `document.saved`, or `acme/todo:added` when another plugin emitted it.
   */
  name: string,
  payload: Json,
}
