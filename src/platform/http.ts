/**
 * One exchange with one server: no redirect is followed, no cookie is kept, nothing is cached. The
 * caller decides who may be reached; `permits` is asked about each address.
 */
export interface HttpPower {
  /** What this platform can promise. */
  readonly abilities: HttpAbilities;
  /** Resolves when the head of the response has arrived. Rejects with an HttpFailure. */
  exchange(request: HttpExchange): Promise<HttpAnswer>;
}

/** What the implementation guarantees beyond the exchange itself. */
export interface HttpAbilities {
  /**
   * Whether `permits` is asked about the address that is really connected, before a byte is sent.
   */
  readonly checksAddresses: boolean;
  /** Whether a redirect is an answer (3xx with its `location`). Otherwise it is a failure. */
  readonly showsRedirects: boolean;
}

/** One HTTP request, as a platform is asked to make it. */
export interface HttpExchange {
  /** Whose exchange it is: one owner's exchanges delay only that owner's. */
  readonly owner: string;
  /** The method, in capitals: `GET`. */
  readonly method: string;
  /** `http:` or `https:`, without userinfo and fragment. */
  readonly url: URL;
  /**
   * Names and values that have been checked. The implementation adds what the transport needs
   * (`host`, lengths).
   */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The bytes to send. Undefined: none. */
  readonly body: Uint8Array | undefined;
  /** Whether a connection to this address, an IPv4 or IPv6 address as text, may be used. */
  permits(address: string): boolean;
  /** The most that a body may be, in bytes, before and after decompression. */
  readonly maxBodyBytes: number;
  /** The most that the head of the answer may be, in bytes. */
  readonly maxHeadBytes: number;
  /** When aborted, the connection is closed, and pending operations reject with `cancelled`. */
  readonly signal: AbortSignal;
}

/** An HTTP answer whose head has come. Disposing of it gives up the rest of the body. */
export interface HttpAnswer extends Disposable {
  /** The status: 100 to 599. */
  readonly status: number;
  /** Names in lower case, one pair for each line received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /**
   * The next bytes of the decompressed body: at least 1 and at most `max`, empty at its end.
   * Rejects with an HttpFailure. One call at a time.
   */
  read(max: number): Promise<Uint8Array>;
}

/** Why an HTTP exchange failed. */
export type HttpFailureReason =
  | "name-not-resolved"
  | "address-refused"
  | "connection-failed"
  | "tls-failed"
  | "head-too-large"
  | "body-too-large"
  | "redirected"
  | "cancelled";

/** Why an exchange failed. The message is for the host's log, never for a guest. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  /** Why there is no answer. */
  readonly reason: HttpFailureReason;

  constructor(reason: HttpFailureReason, message: string = reason, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}
