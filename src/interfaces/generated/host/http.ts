// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/http@0.1.0 **/
export declare function fetch(request: Request): Response;
export type Refusal = import('./types.ts').Refusal;
export interface Request {
  /**
   * `GET`, `HEAD`, `POST`, `PUT`, `PATCH` or `DELETE`.
   */
  method: string,
  url: string,
  /**
   * At most 64, 8 KiB in all.
   */
  headers: Array<[string, string]>,
  /**
   * At most 1 MiB.
   */
  body?: Uint8Array,
  /**
   * For the whole request, body included: 1 to 60,000; 10,000 by default.
   */
  timeoutMs?: number,
}
export type Error =
  | {
    tag: 'refused',
    val: Refusal,
  }
  | {
    /**
     * Says what is wrong with the request.
     */
    tag: 'invalid-request',
    val: string,
  }
  | {
    tag: 'name-not-resolved',
  }
  | {
    tag: 'connection-failed',
  }
  | {
    tag: 'tls-failed',
  }
  | {
    tag: 'timed-out',
  }
  | {
    /**
     * The limit that the answer went over, in bytes (8 MiB for a body, after decompression).
     */
    tag: 'too-large',
    val: bigint,
  }
  | {
    tag: 'too-many-redirects',
  };

export declare class Response {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  status(): number;
  /**
  * After redirects.
  */
  url(): string;
  /**
  * Names in lower case; `set-cookie` is left out.
  */
  headers(): Array<[string, string]>;
  /**
  * The next bytes of the body, at most `max` (1 MiB at once); empty at its end.
  */
  read(max: number): Uint8Array;
}
