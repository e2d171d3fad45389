// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/ui@0.1.0 **/
/**
 * Shows a message, with at most 4 actions; answers the index of the one that was taken, `none`
 * when the message was put away. Without actions it does not wait; 60 of those a minute.
 */
export declare function message(kind: Kind, text: string, actions: Array<string>): number | undefined;
/**
 * Lets the person pick one of at most 10,000 items. Waits.
 */
export declare function pick(title: string, items: Array<Item>): number | undefined;
/**
 * Asks for one line of text. Waits.
 */
export declare function input(title: string, initial: string): string | undefined;
export type Refusal = import('./types.ts').Refusal;
/**
 * # Variants
 *
 * ## `"info"`
 *
 * ## `"warning"`
 *
 * ## `"error"`
 */
export type Kind = 'info' | 'warning' | 'error';
export interface Item {
  label: string,
  detail?: string,
}

export declare class Progress {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  static start(title: string, total: bigint | undefined): Progress;
  /**
  * `err(cancelled)` tells that the person called the task off.
  */
  report(done: bigint, note: string | undefined): void;
}

export declare class StatusItem {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  static show(text: string, tooltip: string | undefined, command: string | undefined): StatusItem;
  update(text: string, tooltip: string | undefined): void;
}
