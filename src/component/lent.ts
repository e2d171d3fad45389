// Imported interfaces of which the guest's own thread does a part, where that is not the host's
// thread. The host lends the calls a few at a time, and takes them back at once when it must.

/**
 * A function whose calls are lent. `local`: the thread answers the call. `one-way`: the guest does
 * not wait for its end.
 */
export type LentFunction =
  | { readonly tag: "local" }
  /** `most`: how much of the arguments the host is told. Undefined: everything. */
  | { readonly tag: "one-way"; readonly most: MostTold | undefined };

/** How much of a value the host looks at: items of each list, and UTF-16 units of each string. */
export interface MostTold {
  /** The most items of each list. */
  readonly items: number;
  /** The most UTF-16 units of each string. */
  readonly units: number;
}

/** An interface of which a guest's thread may make some calls without asking the host. */
export interface LentInterface {
  /** By WIT name. All other functions ask the host. */
  readonly functions: ReadonlyMap<string, LentFunction>;
  /**
   * What answers the `local` functions, in a form that the engine's threads know. Undefined: there
   * are none.
   */
  readonly local: unknown;
  /** Lends calls, and takes them back. */
  readonly lender: Lender;
}

/** The host's side of the calls of one interface that an instance is lent. */
export interface Lender {
  /** Called before the instance is made, where its thread shares memory with the host's. */
  begin(lease: Lease): void;
  /** Called when a call has reached the host and has been carried out. */
  asked(): void;
}

/**
 * What the thread of an instance may do of one interface without asking. Counts are 32 bits long
 * and wrap around.
 */
export interface Lease {
  /** Calls answered on the thread so far, and the bytes of these answers. */
  readonly used: number;
  /** The bytes that were lent. */
  readonly bytes: number;
  /** The thread answers calls until `used` reaches this. */
  limit: number;
  /** Whether the guest may continue before its one-way functions have run. */
  ahead: boolean;
}
