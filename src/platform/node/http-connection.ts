import { lookup as systemLookup } from "node:dns/promises";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { callbackify } from "node:util";
import { HttpFailure, type HttpExchange } from "../http.ts";

/** An IP address of a name. */
export interface ResolvedAddress {
  /** The address as text: `192.0.2.1`, `2001:db8::1`. */
  readonly address: string;
  /** 4 or 6. */
  readonly family: number;
}

/** Resolves a name to addresses. Default: the system's resolver. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export const systemResolve: Resolve = (hostname) => systemLookup(hostname, { all: true });

/**
 * How many of a name's addresses are tried, and for how many milliseconds each but the last one is
 * tried.
 */
const maxAddresses = 4;
const attemptMs = 250;

/**
 * Connects to the host of `url`. Only addresses that `permits` accepts are tried, and the connected
 * address is checked once more before a byte is sent. The name is resolved once, so a resolver that
 * answers differently the second time gains nothing. Node tries the addresses in turn, alternating
 * between the families. Uses no proxy and no Unix socket. Rejects with an HttpFailure.
 */
export async function openConnection(
  { url, permits, signal }: Pick<HttpExchange, "url" | "permits" | "signal">,
  resolve: Resolve,
): Promise<Socket> {
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  if (isIP(hostname) !== 0 && !permits(hostname)) throw refused(hostname, [hostname]);
  const connecting = connect({
    host: hostname,
    port,
    lookup: permittedLookup(resolve, permits),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptMs,
  });
  const socket = await settled(connecting, "connect", signal).catch((error: unknown) => {
    if (signal.aborted) throw new HttpFailure("cancelled");
    if (error instanceof HttpFailure) throw error;
    const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
    throw new HttpFailure("connection-failed", String(cause), cause);
  });
  if (!permits(socket.remoteAddress ?? "")) {
    socket.destroy();
    throw refused(hostname, [socket.remoteAddress]);
  }
  return secure ? secured(socket, hostname, signal) : socket;
}

/** Asks the resolver once, and gives Node the permitted addresses. */
function permittedLookup(resolve: Resolve, permits: HttpExchange["permits"]): LookupFunction {
  const permitted = callbackify(async (hostname: string) => {
    const addresses = await resolved(hostname, resolve);
    const usable = addresses.filter(({ address }) => permits(address)).slice(0, maxAddresses);
    if (usable.length > 0) return usable;
    const all = addresses.map(({ address }) => address);
    throw refused(hostname, all);
  });
  return (hostname, options, callback) =>
    permitted(hostname, (error, found) => {
      if (error) callback(error, "");
      else if (options.all) callback(null, found);
      else callback(null, found[0]!.address, found[0]!.family);
    });
}

function refused(hostname: string, addresses: readonly (string | undefined)[]): HttpFailure {
  return new HttpFailure("address-refused", `${hostname}: ${addresses.join(", ")}`);
}

async function resolved(hostname: string, resolve: Resolve): Promise<readonly ResolvedAddress[]> {
  try {
    const addresses = await resolve(hostname);
    // The family is taken from the address itself, not from the resolver.
    return addresses.map(({ address }) => ({ address, family: isIP(address) }));
  } catch (error) {
    if (error instanceof HttpFailure) throw error;
    throw new HttpFailure("name-not-resolved", String(error), error);
  }
}

async function secured(socket: Socket, hostname: string, signal: AbortSignal): Promise<Socket> {
  const name = isIP(hostname) === 0 ? { servername: hostname } : {};
  const secure = connectTls({
    socket,
    host: hostname,
    ...name,
    ALPNProtocols: ["http/1.1"],
    // Set here, whatever the environment says.
    rejectUnauthorized: true,
  });
  try {
    return await settled(secure, "secureConnect", signal);
  } catch (error) {
    socket.destroy();
    if (signal.aborted) throw new HttpFailure("cancelled");
    throw new HttpFailure("tls-failed", String(error), error);
  }
}

/**
 * Resolves with the socket once the event has come; destroys it when something else comes first.
 */
function settled(
  socket: Socket,
  event: "connect" | "secureConnect",
  signal: AbortSignal,
): Promise<Socket> {
  // Stays for the life of the socket: an error that no one waits for must not end the process.
  socket.on("error", () => undefined);
  return new Promise((resolve, reject) => {
    const done = (): void => {
      socket.off(event, succeed);
      socket.off("error", fail);
      socket.off("close", fail);
      signal.removeEventListener("abort", cancel);
    };
    const succeed = (): void => {
      done();
      resolve(socket);
    };
    const fail = (error?: unknown): void => {
      done();
      socket.destroy();
      reject(error instanceof Error ? error : new Error("the connection was closed"));
    };
    const cancel = (): void => fail(new HttpFailure("cancelled"));
    socket.on(event, succeed);
    socket.on("error", fail);
    socket.on("close", fail);
    signal.addEventListener("abort", cancel, { once: true });
    if (signal.aborted) cancel();
  });
}
