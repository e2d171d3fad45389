import { WitError } from "../../errors.ts";
import type * as Contract from "../generated/host/http.ts";
import { httpMethods, type HttpMethod } from "./http-scope.ts";

/** A well-formed request. Whether the plugin may send it is checked later. */
export interface CheckedRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | undefined;
  readonly timeoutMs: number;
}

/** Limits of http.wit, in bytes. */
const maxUrl = 8 << 10;
const maxHeaders = 64;
const maxHeaderBytes = 8 << 10;
const maxBody = 1 << 20;
const defaultTimeoutMs = 10_000;
const maxTimeoutMs = 60_000;

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/**
 * Visible ASCII, with spaces and tabs only inside. RFC 9110, section 5.5, without the obsolete
 * bytes.
 */
const fieldValue = /^(?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?$/;
const hostsOwn = new Set([
  "host",
  "content-length",
  "connection",
  "transfer-encoding",
  "cookie",
  "cookie2",
  "origin",
  "referer",
  "user-agent",
  "keep-alive",
  "upgrade",
  "te",
  "trailer",
  "expect",
  "via",
  "forwarded",
  "x-forwarded-for",
  "accept-encoding",
  "http2-settings",
  "alt-svc",
  "date",
]);

/** Throws `err(invalid-request)` or `err(too-large)`. */
export function checkRequest(request: Contract.Request): CheckedRequest {
  const method = httpMethods.find((known) => known === request.method);
  if (method === undefined) throw invalid(`the method is one of ${httpMethods.join(", ")}`);
  const body = request.body;
  if (body !== undefined && body.length > maxBody) throw tooLarge(maxBody);
  if (body !== undefined && (method === "GET" || method === "HEAD")) {
    throw invalid(`${method} has no body`);
  }
  const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
  if (timeoutMs < 1 || timeoutMs > maxTimeoutMs) {
    throw invalid(`timeout-ms is 1 to ${maxTimeoutMs}`);
  }
  return {
    method,
    url: checkUrl(request.url),
    headers: checkHeaders(request.headers),
    body: body === undefined ? undefined : body.slice(),
    timeoutMs,
  };
}

/** Also checks the target of a redirect, relative to `base`. */
export function checkUrl(text: string, base?: URL): URL {
  if (text.length > maxUrl) throw tooLarge(maxUrl);
  // Parsers disagree on `\`: one that reads it as `/` would find another host.
  if (/[\\\s]/.test(text)) throw invalid("the URL has a backslash or white space");
  if (!URL.canParse(text, base?.href)) throw invalid("the URL cannot be parsed");
  const url = new URL(text, base?.href);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw invalid("only http: and https:");
  }
  if (url.username !== "" || url.password !== "") throw invalid("the URL carries credentials");
  if (url.hostname.endsWith(".")) throw invalid("the host ends in a dot");
  url.hash = "";
  return url;
}

function checkHeaders(headers: readonly (readonly [string, string])[]): CheckedRequest["headers"] {
  if (headers.length > maxHeaders) throw invalid(`more than ${maxHeaders} headers`);
  let bytes = 0;
  return headers.map(([given, value]) => {
    const name = given.toLowerCase();
    bytes += name.length + value.length + 4;
    if (bytes > maxHeaderBytes) throw tooLarge(maxHeaderBytes);
    if (!token.test(name)) throw invalid("a header has an invalid name");
    if (!fieldValue.test(value)) throw invalid(`the value of ${name} is invalid`);
    if (hostsOwn.has(name) || /^(proxy-|sec-|:)/.test(name)) {
      throw invalid(`${name} is set by the host`);
    }
    return [name, value] as const;
  });
}

export function httpError(error: Contract.Error): WitError<Contract.Error> {
  return new WitError(error, `http: ${error.tag}`);
}

function invalid(reason: string): WitError<Contract.Error> {
  return httpError({ tag: "invalid-request", val: reason });
}

function tooLarge(limit: number): WitError<Contract.Error> {
  return httpError({ tag: "too-large", val: BigInt(limit) });
}
