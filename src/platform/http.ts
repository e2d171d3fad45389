/**
 * One exchange with one server: no redirect is followed, no cookie kept, nothing cached.
 * Who may be reached is decided by the caller; `permits` is asked about the address itself.
 */
export interface HttpPower {
  readonly abilities: HttpAbilities;
  /** Answers when the head of the response is there. Rejects with an HttpFailure. */
  exchange(request: HttpExchange): Promise<HttpAnswer>;
}

/** What the power can promise beyond the exchange itself. */
export interface HttpAbilities {
  /** `permits` is asked about the address that is really connected, before a byte is sent. */
  readonly checksAddresses: boolean;
  /** A redirect is answered as such (3xx with its `location`). Otherwise it is a failure. */
  readonly showsRedirects: boolean;
}

export interface HttpExchange {
  /** Whose it is: what one owner does holds up no other's exchange. */
  readonly owner: string;
  readonly method: string;
  /** `http:` or `https:`, without userinfo and fragment. */
  readonly url: URL;
  /** Checked names and values. The power adds what the transport needs (`host`, lengths). */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | undefined;
  /** Whether a connection to this address may be used: an IPv4 or IPv6 address as text. */
  permits(address: string): boolean;
  /** The most that a body may be, in bytes, before and after decompression. */
  readonly maxBodyBytes: number;
  /** The most that the head of the answer may be, in bytes. */
  readonly maxHeadBytes: number;
  /** Aborted: the connection is closed and what is pending rejects with `cancelled`. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer extends Disposable {
  readonly status: number;
  /** Names in lower case, one pair a line as received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /**
   * The next bytes of the decompressed body: at least 1 and at most `max`, empty at its end.
   * Rejects with an HttpFailure. One call at a time.
   */
  read(max: number): Promise<Uint8Array>;
}

export type HttpFailureReason =
  | "name-not-resolved"
  | "address-refused"
  | "connection-failed"
  | "tls-failed"
  | "head-too-large"
  | "body-too-large"
  | "redirected"
  | "cancelled";

/** Why an exchange came to nothing. The message is for the host's log, never for a guest. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly reason: HttpFailureReason;

  constructor(reason: HttpFailureReason, message: string = reason, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}
