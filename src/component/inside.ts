// Imported interfaces of which something is done on the guest's own thread, where that is not the
// host's. What may be done there is lent by the host, call by call, and taken back at once.
import type { LocalAnswers, MostTold } from "../platform/local-answers.ts";

/** `local`: the thread answers it. `one-way`: the guest does not wait for its end. */
export type InsideFunction =
  | { readonly tag: "local" }
  /** `most`: of its arguments, what the host is told. Undefined: all. */
  | { readonly tag: "one-way"; readonly most: MostTold | undefined };

export interface InsideInterface {
  /** By WIT name; the host is asked for all others. */
  readonly functions: ReadonlyMap<string, InsideFunction>;
  /** Undefined: nothing is answered there. */
  readonly local: LocalAnswers | undefined;
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
  /** Whether the guest need not wait for the one-way functions. */
  ahead: boolean;
}
