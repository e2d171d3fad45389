import * as z from "zod/mini";
import { defineCapability, type Capability } from "../../capability/capability.ts";
import { commonItems, scopeList, sortedSet } from "../contract/scope.ts";

export const httpMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

export type HttpMethod = (typeof httpMethods)[number];

export interface HttpScope {
  /**
   * `api.example.com`, `*.example.com` (any host below it, not itself), or an address (`127.0.0.1`,
   * `[::1]`); each with a `:port` where it is not the scheme's default. 1 to 64 of them.
   */
  readonly hosts: readonly string[];
  /** Default: GET and HEAD. */
  readonly methods: readonly HttpMethod[];
  /**
   * Whether addresses inside the host's own network may be connected: loopback and private
   * addresses, and a link-local one that is itself listed in `hosts`. Default: false.
   */
  readonly private: boolean;
}

export interface HttpUse {
  readonly method: HttpMethod;
  /**
   * `hostname`, or `hostname:port` where the port is not the scheme's default, as in a parsed URL.
   */
  readonly host: string;
}

const label = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
const port = "(?::[1-9][0-9]{0,4})?";
const exactHost = new RegExp(`^(?:${label}\\.)*${label}${port}$`);
/** At least two labels are fixed, so that `*.com` is not accepted. */
const wildcardHost = new RegExp(`^\\*(?:\\.${label}){2,}${port}$`);
const addressHost = new RegExp(`^\\[[0-9a-f:.]+\\]${port}$`);

const host = z.string().check(
  z.maxLength(253),
  z.refine(
    (text) =>
      [exactHost, wildcardHost, addressHost].some((form) => form.test(text)) && asParsed(text),
    {
      error:
        "a host is written as in a parsed URL, in lower case: api.example.com, *.example.com (two " +
        "labels or more after the star), 127.0.0.1, [::1], each perhaps with a :port",
    },
  ),
);

export const httpCapability: Capability<HttpScope, HttpUse> = defineCapability<HttpScope, HttpUse>({
  name: "http",
  scope: z.strictObject({
    hosts: scopeList(host, 64),
    methods: z._default(scopeList(z.literal(httpMethods), httpMethods.length), ["GET", "HEAD"]),
    private: z._default(z.boolean(), false),
  }),
  describe: ({ hosts, methods, private: mayBePrivate }) =>
    `may contact ${hosts.join(", ")}` +
    (methods.every((method) => method === "GET" || method === "HEAD")
      ? ""
      : ` and send to it (${methods.join(", ")})`) +
    (mayBePrivate ? ", also inside this network" : ""),
  intersect: (requested, granted) => {
    const hosts = sortedSet(
      requested.hosts.flatMap((one) => granted.hosts.flatMap((other) => narrower(one, other))),
    );
    const methods = commonItems(requested.methods, granted.methods);
    if (hosts.length === 0 || methods === undefined) return undefined;
    return { hosts, methods, private: requested.private && granted.private };
  },
  covers: (scope, { method, host: used }) => {
    if (!scope.hosts.some((pattern) => matches(pattern, used))) {
      return `${used} is not among the hosts that were granted`;
    }
    return scope.methods.includes(method) || `${method} was not granted`;
  },
});

/** Whether a pattern covers a host. Both may have a port. */
function matches(pattern: string, used: string): boolean {
  return pattern.startsWith("*")
    ? used.length > pattern.length - 1 && used.endsWith(pattern.slice(1)) && !used.startsWith(".")
    : pattern === used;
}

function narrower(one: string, other: string): readonly string[] {
  if (one === other) return [one];
  if (one.startsWith("*") && other.startsWith("*")) {
    if (one.endsWith(other.slice(1))) return [one];
    return other.endsWith(one.slice(1)) ? [other] : [];
  }
  if (matches(other, one)) return [one];
  return matches(one, other) ? [other] : [];
}

/**
 * URLs have more than one way to write an address (`2130706433` is 127.0.0.1): a scope must use the
 * parsed one.
 */
function asParsed(text: string): boolean {
  const plain = text.startsWith("*.") ? text.slice(2) : text;
  if (!URL.canParse(`http://${plain}/`)) return false;
  const { host: parsedHost } = new URL(`http://${plain}/`);
  return parsedHost === plain;
}
