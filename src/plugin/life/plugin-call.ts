import type { GuestCall } from "../calls/call-group.ts";
import type { PluginInstance } from "../instance/instance.ts";

/** A call of a plugin, to be made when its turn comes. */
export interface PluginCall<Value> {
  /** What starts the plugin where it does not run. */
  readonly event: string;
  /**
   * Makes the call ready for an instance, when its turn has come; once more where the instance ended
   * before the call was entered. What it throws the caller gets.
   */
  ready(instance: PluginInstance): Readied<Value>;
  /** Where it is true, the call is handed to the guest alone: what it gives away can't be given twice. */
  readonly alone?: boolean;
  /** Where it is true, the call is for the first of the plugin's instances. */
  readonly first?: boolean;
  /**
   * Set: the call is of a resource of that instance, which is the first's or was; where it has ended, the
   * call is rejected with why, and starts nothing.
   */
  readonly of?: PluginInstance | undefined;
  /** About how many bytes it keeps until it is answered. Default: none to speak of. */
  readonly bytes?: number;
  /** Where it is true, the call is made however many wait. */
  readonly owed?: boolean;
}

export type Readied<Value> =
  | { readonly tag: "call"; readonly call: GuestCall; read(answer: unknown): Value }
  /** There is nothing to call. */
  | { readonly tag: "value"; readonly value: Value };

/** One that waits for its turn. */
export interface WaitingCall {
  readonly call: PluginCall<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /**
   * Instances that were lost with it, by nobody's fault, before they had asked the host for anything, and
   * the milliseconds that it had taken by then.
   */
  lost: number;
  lostMs: number;
}
