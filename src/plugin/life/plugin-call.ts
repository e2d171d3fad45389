import type { GuestCall } from "../calls/call-group.ts";
import type { PluginInstance } from "../instance/instance.ts";

/** A call of a plugin that is made when its turn comes. */
export interface PluginCall<Value> {
  /** The event that starts the plugin where it does not run. */
  readonly event: string;
  /**
   * Prepares the call for an instance, when its turn has come. Called again where the instance ends
   * before the call is entered. What it throws goes to the caller.
   */
  ready(instance: PluginInstance): Readied<Value>;
  /**
   * True: the call is handed to the guest alone, because what it gives away can't be given twice.
   */
  readonly alone?: boolean;
  /** True: the call is made of the plugin's first instance. */
  readonly first?: boolean;
  /**
   * The instance whose resource is called. Where it has ended, the call rejects with the reason,
   * and no instance is started. Default: the call is not of a resource.
   */
  readonly of?: PluginInstance | undefined;
  /** Roughly how many bytes the call keeps until it is answered. Default: 0. */
  readonly bytes?: number;
  /** True: the call is made however many others wait. */
  readonly owed?: boolean;
}

export type Readied<Value> =
  | { readonly tag: "call"; readonly call: GuestCall; read(answer: unknown): Value }
  /** There is nothing to call. */
  | { readonly tag: "value"; readonly value: Value };

/** A call that waits for its turn. */
export interface WaitingCall {
  readonly call: PluginCall<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /**
   * With how many instances the call was lost, through no fault of the plugin and before it had
   * asked the host for anything; and the milliseconds that it had taken by then.
   */
  lost: number;
  lostMs: number;
}
