/// Imported interfaces of which something is done on the guest's own thread, where that is not the
/// host's. What may be done there is lent by the host, call by call, and taken back at once.
import type { Clock } from "../platform/clock.ts";
import type { Entropy } from "../platform/entropy.ts";

/**
 * What answers there, with the power that it stands for: a thread that has none that answers the
 * same (see ThreadOwn) asks the host.
 */
export type LocalForm =
  /** The functions of `tenon:plugin/clock`. */
  | { readonly tag: "clock"; readonly clock: Clock }
  /** The functions of `tenon:plugin/random`. */
  | { readonly tag: "random"; readonly entropy: Entropy };

/** Items of each list, and UTF-16 units of each string, that the host looks at. */
export interface MostTold {
  readonly items: number;
  readonly units: number;
}

export interface InsideInterface {
  /** Undefined: nothing is answered there. */
  readonly local: LocalForm | undefined;
  /** WIT names of functions without an answer, whose end the guest does not wait for. */
  readonly oneWay: readonly string[];
  /** Of what these are told. Default: all. */
  readonly mostTold?: MostTold | undefined;
  readonly lender: Lender;
}

/** The host's end of what an instance is lent of one interface. */
export interface Lender {
  /** Before the instance is made, where its thread shares memory with the host's. */
  begin(lease: Lease): void;
  /** A call has come to the host, and was carried out. */
  asked(): void;
}

/**
 * What the thread of an instance may do of one interface without asking. Counts are 32 bits long and
 * go round.
 */
export interface Lease {
  /** Calls answered there so far, and bytes that these answers had. */
  readonly used: number;
  readonly bytes: number;
  /** Calls are answered there until `used` is this. */
  limit: number;
  /** Whether the guest need not wait for the functions that are `oneWay`. */
  ahead: boolean;
}
