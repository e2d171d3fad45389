import type { Timers } from "../../platform/clock.ts";
import { isLinkLocalAddress, isPublicAddress } from "../../platform/addresses.ts";
import { HttpFailure, type HttpAnswer, type HttpPower } from "../../platform/http.ts";
import { contractName } from "../contract/contract.ts";
import { defineInterface, type InterfaceContext, type InterfaceDefinition } from "../define.ts";
import type { FunctionTable } from "../functions.ts";
import type * as Contract from "../generated/host/http.ts";
import { checkRequest, checkUrl, httpError, type CheckedRequest } from "./http-request.ts";
import { httpCapability, type HttpScope, type HttpUse } from "./http-scope.ts";
import type { Implementation } from "../contract/implementation.ts";
import { denied, quota, refused, refuseWithError, unavailable } from "../contract/refusal.ts";

export { httpCapability, type HttpScope, type HttpUse } from "./http-scope.ts";

/** Limits of http.wit. */
const maxRedirects = 5;
const maxBodyBytes = 8 << 20;
const maxHeadBytes = 64 << 10;
const maxRead = 1 << 20;

/** Headers that follow a redirect to another origin. Any other could be a credential. */
const followsAnywhere = new Set(["accept", "accept-language", "content-type", "content-language"]);

type Context = InterfaceContext<HttpScope, HttpUse>;

const functions = {
  fetch: { waits: true, use: ([request]) => useOf(request as Contract.Request) },
  "[method]response.read": { waits: true },
  // The plugin was granted a response that it holds; a grant that is taken back refuses the next
  // request.
  "[method]response.status": { ungated: true },
  "[method]response.url": { ungated: true },
  "[method]response.headers": { ungated: true },
} as const satisfies FunctionTable<typeof Contract>;

export function httpInterface(powers: {
  /** Undefined: plugins find HTTP unavailable. */
  readonly http: HttpPower | undefined;
  readonly timers: Timers;
}): InterfaceDefinition<HttpScope, HttpUse> {
  return defineInterface({
    name: contractName("http"),
    capability: httpCapability,
    functions,
    refuse: refuseWithError,
    implement: (context) => {
      const Response = responseClass();
      let open = 0;
      return {
        fetch: async (request) => {
          const checked = checkRequest(request);
          const { http } = powers;
          if (http === undefined) throw refused(unavailable("a network"));
          const { requests } = context.limits;
          if (open >= requests) {
            context.limits.passed("requests");
            throw refused(quota(`${requests} responses at a time`));
          }
          open++;
          const abort = new AbortController();
          const timer = powers.timers.after(checked.timeoutMs, () => abort.abort());
          const release = context.own({
            [Symbol.dispose]: () => {
              open--;
              timer[Symbol.dispose]();
              abort.abort();
            },
          });
          try {
            const { answer, url } = await followed(http, context, checked, abort.signal);
            return Response.of(answer, url, release);
          } catch (error) {
            release();
            throw told(error);
          }
        },
        Response,
      } satisfies Implementation<typeof Contract, typeof functions>;
    },
  });
}

function useOf({ method = "GET", url }: Contract.Request): HttpUse {
  return { method: method as HttpUse["method"], host: checkUrl(url).host };
}

interface Followed {
  readonly answer: HttpAnswer;
  readonly url: URL;
}

/** Follows redirects up to an answer that is no redirect. Each request is checked like the first. */
async function followed(
  http: HttpPower,
  context: Context,
  request: CheckedRequest,
  signal: AbortSignal,
): Promise<Followed> {
  let { method, url, headers, body } = request;
  for (let hop = 0; ; hop++) {
    const permission = context.may({ method, host: url.host });
    if (!permission.allowed) throw refused(denied(permission.reason));
    const written = url.hostname.replace(/^\[|\]$/g, "");
    const mayBePrivate = permission.scope.private;
    const answer = await http.exchange({
      owner: context.caller.plugin,
      method,
      url,
      headers,
      body,
      permits: (address) =>
        isPublicAddress(address) ||
        // A link-local address is reached only where the URL itself contains it. A name that
        // resolves to one may be an attempt to reach a service of the machine's own network.
        (mayBePrivate && (!isLinkLocalAddress(address) || address === written)),
      maxBodyBytes,
      maxHeadBytes,
      signal,
    });
    const location = answer.headers.find(([name]) => name === "location")?.[1];
    if (!isRedirect(answer.status) || location === undefined) return { answer, url };
    answer[Symbol.dispose]();
    if (hop === maxRedirects) throw httpError({ tag: "too-many-redirects" });
    const next = checkUrl(location, url);
    if (url.protocol === "https:" && next.protocol === "http:") {
      throw refused(denied("a redirect from https to http"));
    }
    if (!(answer.status === 307 || answer.status === 308) && method !== "HEAD") {
      method = "GET";
      body = undefined;
      headers = headers.filter(([name]) => !name.startsWith("content-"));
    }
    if (next.host !== url.host || next.protocol !== url.protocol) {
      headers = headers.filter(([name]) => followsAnywhere.has(name));
    }
    url = next;
  }
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** Makes a class for one instance, so that a plugin can't use another's response. */
function responseClass() {
  return class Response implements Disposable {
    readonly #answer: HttpAnswer;
    readonly #url: string;
    readonly #release: () => void;
    #reading = false;

    private constructor(answer: HttpAnswer, url: URL, release: () => void) {
      this.#answer = answer;
      this.#url = url.href;
      this.#release = release;
    }

    static of(answer: HttpAnswer, url: URL, release: () => void): Response {
      return new Response(answer, url, release);
    }

    status(): number {
      return this.#answer.status;
    }

    url(): string {
      return this.#url;
    }

    headers(): [string, string][] {
      return this.#answer.headers
        .filter(([name]) => name !== "set-cookie" && name !== "set-cookie2")
        .map(([name, value]) => [name, value]);
    }

    async read(max: number): Promise<Uint8Array> {
      if (max === 0) return new Uint8Array();
      if (this.#reading) throw httpError({ tag: "invalid-request", val: "already reading" });
      this.#reading = true;
      try {
        return await this.#answer.read(Math.min(max, maxRead));
      } catch (error) {
        throw told(error);
      } finally {
        this.#reading = false;
      }
    }

    [Symbol.dispose](): void {
      this.#answer[Symbol.dispose]();
      this.#release();
    }
  };
}

/** The failure as the guest is told it: it shows nothing of the host's network. */
function told(error: unknown): unknown {
  if (!(error instanceof HttpFailure)) return error;
  switch (error.reason) {
    case "address-refused":
      return refused(denied("the host's address is not a public one"));
    case "redirected":
      return refused(denied("a redirect, which this platform cannot check"));
    case "head-too-large":
      return httpError({ tag: "too-large", val: BigInt(maxHeadBytes) });
    case "body-too-large":
      return httpError({ tag: "too-large", val: BigInt(maxBodyBytes) });
    // Only the time limit and the end of the instance abort an exchange, and then the guest hears
    // no answer.
    case "cancelled":
      return httpError({ tag: "timed-out" });
    case "name-not-resolved":
    case "connection-failed":
    case "tls-failed":
      return httpError({ tag: error.reason });
  }
}
