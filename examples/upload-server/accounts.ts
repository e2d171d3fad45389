import { createHash } from "node:crypto";

/** What one uploader may take. */
export interface UploaderLimits {
  /** Bytes of one package. */
  readonly packageBytes: number;
  /** Plugins at a time, and their bytes together. */
  readonly plugins: number;
  readonly totalBytes: number;
  /** Uploads in a minute, those that are refused included. */
  readonly uploadsPerMinute: number;
  /** Uploads that are under way. */
  readonly uploadsAtOnce: number;
  /** Calls of all its plugins that are under way. Other uploaders' plugins are not held up. */
  readonly callsAtOnce: number;
}

export const uploaderLimits: UploaderLimits = {
  packageBytes: 8 * 1024 * 1024,
  plugins: 10,
  totalBytes: 32 * 1024 * 1024,
  uploadsPerMinute: 60,
  uploadsAtOnce: 2,
  callsAtOnce: 32,
};

/** Somebody who may upload, and what is under way for them. */
export class Account {
  readonly name: string;
  readonly #limits: UploaderLimits;
  readonly #uploads: number[] = [];
  #uploading = 0;
  #calling = 0;

  constructor(name: string, limits: UploaderLimits) {
    this.name = name;
    this.#limits = limits;
  }

  /** Throws `OverLimit`. Dispose of the result when the upload has ended. `now`: milliseconds. */
  upload(now: number): Disposable {
    const { uploadsPerMinute, uploadsAtOnce } = this.#limits;
    while (this.#uploads[0] !== undefined && this.#uploads[0] <= now - 60_000)
      this.#uploads.shift();
    if (this.#uploads.length >= uploadsPerMinute) throw new OverLimit("uploads a minute");
    if (this.#uploading >= uploadsAtOnce) throw new OverLimit("uploads at once");
    this.#uploads.push(now);
    this.#uploading++;
    return { [Symbol.dispose]: () => void this.#uploading-- };
  }

  /** Throws `OverLimit`. Dispose of the result when the call has ended. */
  call(): Disposable {
    if (this.#calling >= this.#limits.callsAtOnce) throw new OverLimit("calls at once");
    this.#calling++;
    return { [Symbol.dispose]: () => void this.#calling-- };
  }

  /** Throws `OverLimit` where another plugin of so many bytes is too much beside those that are there. */
  room(bytes: number, others: readonly { readonly bytes: number }[]): void {
    if (others.length >= this.#limits.plugins) throw new OverLimit("plugins");
    const all = others.reduce((sum, other) => sum + other.bytes, bytes);
    if (all > this.#limits.totalBytes) throw new OverLimit("bytes of all plugins");
  }
}

/** An uploader's own limit. */
export class OverLimit extends Error {
  constructor(what: string) {
    super(`you have too many ${what}; try again later, or remove some`);
  }
}

/** Those who may upload, by their tokens. Tokens are looked up by digest, in the same time each. */
export class Accounts {
  readonly #byDigest: ReadonlyMap<string, Account>;
  readonly #byName: ReadonlyMap<string, Account>;

  /** `tokens`: the token of each uploader, by name. */
  constructor(tokens: Readonly<Record<string, string>>, limits: UploaderLimits) {
    const accounts = Object.entries(tokens).map(
      ([name, token]) => [digestOf(token), new Account(name, limits)] as const,
    );
    this.#byDigest = new Map(accounts);
    this.#byName = new Map(accounts.map(([, account]) => [account.name, account]));
  }

  /** Whose the value of a header `Authorization` is. */
  of(authorization: string | undefined): Account | undefined {
    const token = /^Bearer (.{16,200})$/u.exec(authorization ?? "")?.[1];
    return token === undefined ? undefined : this.#byDigest.get(digestOf(token));
  }

  named(name: string): Account | undefined {
    return this.#byName.get(name);
  }
}

function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
