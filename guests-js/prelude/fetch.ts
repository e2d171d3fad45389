// fetch, Request and Response. Where a request goes, and whether it may, the host says.
import { type AbortSignal, isSignal, neverAborted } from "./abort.ts";
import { Body, extract, type Extracted } from "./body.ts";
import { start } from "./calls.ts";
import { asInterface } from "./events.ts";
import { Headers, type HeadersInit, makeImmutable } from "./headers.ts";
import { TARGETS } from "./native.ts";
import { defineGlobal } from "./primordials.ts";
import { ReadableStream } from "./streams.ts";
import { URL } from "./url.ts";

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NORMALIZED = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]);
const FORBIDDEN = new Set(["CONNECT", "TRACE", "TRACK"]);

/** Bytes that are asked for at once. */
const CHUNK = 64 * 1024;

interface RequestInit {
  readonly method?: string;
  readonly headers?: HeadersInit;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
  readonly redirect?: string;
}

function methodOf(given: unknown): string {
  const method = `${given as string}`;
  const upper = method.toUpperCase();
  if (!METHOD.test(method) || FORBIDDEN.has(upper))
    throw new TypeError("The method is not allowed.");
  return NORMALIZED.has(upper) ? upper : method;
}

let send: (request: Request) => Promise<Response>;

export class Request extends Body {
  static {
    send = (request) => request.#send();
  }

  readonly #url: string;
  readonly #method: string;
  readonly #headers: Headers;
  readonly #signal: AbortSignal;
  readonly #redirect: string;

  constructor(input: unknown, init: RequestInit = {}) {
    if (arguments.length === 0) throw new TypeError("A request has a URL.");
    const from = input instanceof Request ? input : undefined;
    const method = init?.method === undefined ? (from?.method ?? "GET") : methodOf(init.method);
    const isBodiless = method === "GET" || method === "HEAD";
    if (isBodiless && init?.body !== undefined && init.body !== null) {
      throw new TypeError(`A request of the method ${method} has no body.`);
    }
    const own = init?.body === undefined ? from?.shared() : extract(init.body);
    const extracted = own ?? extract(null);
    super(extracted);
    const url = from === undefined ? new URL(input) : new URL(from.url);
    if (url.username !== "" || url.password !== "") {
      throw new TypeError("The URL of a request has no name and password.");
    }
    this.#url = url.href;
    this.#method = method;
    this.#headers = new Headers(init?.headers ?? from?.headers);
    if (extracted.type !== undefined && !this.#headers.has("content-type")) {
      this.#headers.set("content-type", extracted.type);
    }
    const signal = init?.signal === undefined ? from?.signal : init.signal;
    if (signal !== undefined && signal !== null && !isSignal(signal)) {
      throw new TypeError("The signal is no AbortSignal.");
    }
    this.#signal = signal ?? neverAborted();
    const redirect = init?.redirect ?? from?.redirect ?? "follow";
    if (redirect !== "follow" && redirect !== "error" && redirect !== "manual") {
      throw new TypeError("`redirect` is follow, error or manual.");
    }
    this.#redirect = redirect;
  }

  get url(): string {
    return this.#url;
  }
  get method(): string {
    return this.#method;
  }
  get headers(): Headers {
    return this.#headers;
  }
  get signal(): AbortSignal {
    return this.#signal;
  }
  get redirect(): string {
    return this.#redirect;
  }
  clone(): Request {
    return new Request(this);
  }

  async #send(): Promise<Response> {
    this.#signal.throwIfAborted();
    const body = await this.taken();
    const asked = {
      url: this.#url,
      method: this.#method,
      headers: [...this.#headers],
      body,
      redirect: this.#redirect,
    };
    return answered(await start(TARGETS.fetch, [asked], this.#signal), this.#signal);
  }
}

interface Answer {
  readonly url?: string;
  readonly status: number;
  readonly statusText?: string;
  readonly redirected?: boolean;
  readonly headers: readonly [string, string][];
  readonly body: number | null;
}

function answered(given: unknown, signal: AbortSignal): Response {
  const { url, status, statusText, redirected, headers, body } = given as Answer;
  const stream = body === null || body === undefined ? null : bodyStream(body, signal);
  const extracted = { stream, bytes: undefined, type: undefined };
  return fetched(extracted, { status, statusText, headers }, url ?? "", redirected === true);
}

function bodyStream(id: number, signal: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = (await start(TARGETS.readBody, [id, CHUNK], signal)) as Uint8Array;
      if (chunk.length > 0) return controller.enqueue(chunk);
      controller.close();
      native.call(TARGETS.closeBody, [id]);
    },
    cancel() {
      native.call(TARGETS.closeBody, [id]);
    },
  });
}

interface ResponseInit {
  readonly status?: number | undefined;
  readonly statusText?: string | undefined;
  readonly headers?: HeadersInit | undefined;
}

let fetched: (body: Extracted, init: ResponseInit, url: string, redirected: boolean) => Response;

const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;
const NULL_BODY = new Set([101, 103, 204, 205, 304]);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export class Response extends Body {
  static {
    fetched = (body, init, url, redirected) => {
      const response = new Response(null, init);
      const made = response.#with(body, url, redirected);
      makeImmutable(made.#headers);
      return made;
    };
  }

  readonly #status: number;
  readonly #statusText: string;
  readonly #headers: Headers;
  #url = "";
  #redirected = false;
  #type = "default";

  constructor(body?: unknown, init: ResponseInit = {}, given?: Extracted) {
    const status = init?.status === undefined ? 200 : Math.trunc(Number(init.status));
    const extracted = given ?? extract(body);
    super(extracted);
    if (!(status >= 200 && status <= 599) && given === undefined) {
      throw new RangeError("The status of a response is a number from 200 to 599.");
    }
    this.#status = status;
    this.#statusText = init?.statusText === undefined ? "" : `${init.statusText}`;
    if (given === undefined && !REASON.test(this.#statusText)) {
      throw new TypeError("The status text has a character that none may have.");
    }
    this.#headers = new Headers(init?.headers);
    if (given !== undefined) return;
    if (extracted.stream !== null && NULL_BODY.has(status)) {
      throw new TypeError(`A response of the status ${status} has no body.`);
    }
    if (extracted.type !== undefined && !this.#headers.has("content-type")) {
      this.#headers.set("content-type", extracted.type);
    }
  }

  #with(body: Extracted, url: string, redirected: boolean): Response {
    const init = { status: this.#status, statusText: this.#statusText, headers: this.#headers };
    const made = new Response(undefined, init, body);
    made.#url = url;
    made.#redirected = redirected;
    made.#type = url === "" ? this.#type : "basic";
    return made;
  }

  get status(): number {
    return this.#status;
  }
  get statusText(): string {
    return this.#statusText;
  }
  get ok(): boolean {
    return this.#status >= 200 && this.#status <= 299;
  }
  get headers(): Headers {
    return this.#headers;
  }
  get url(): string {
    return this.#url;
  }
  get redirected(): boolean {
    return this.#redirected;
  }
  get type(): string {
    return this.#type;
  }
  clone(): Response {
    return this.#with(this.shared(), this.#url, this.#redirected);
  }

  static json(value: unknown, init: ResponseInit = {}): Response {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError("The value has no form in JSON.");
    const headers = new Headers(init?.headers);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    return new Response(native.utf8Encode(text), { ...init, headers });
  }
  static error(): Response {
    const made = new Response(undefined, { status: 0 }, extract(null));
    made.#type = "error";
    makeImmutable(made.#headers);
    return made;
  }
  static redirect(url: unknown, status = 302): Response {
    if (!REDIRECTS.has(status)) throw new RangeError(`${status} is no status of a redirect.`);
    const made = new Response(null, { status, headers: { location: new URL(url).href } });
    makeImmutable(made.#headers);
    return made;
  }
}

export function defineFetch(): void {
  asInterface(Request);
  asInterface(Response);
  for (const type of [Headers, Request, Response, ReadableStream]) defineGlobal(type.name, type);
  defineGlobal(
    "fetch",
    {
      async fetch(input: unknown, init?: RequestInit): Promise<Response> {
        return await send(new Request(input, init));
      },
    }.fetch,
  );
}
