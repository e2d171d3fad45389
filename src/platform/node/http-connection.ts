import { lookup as systemLookup } from "node:dns/promises";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { HttpFailure, type HttpExchange } from "../http.ts";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Resolves a name to addresses. Default: the system's resolver. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export const systemResolve: Resolve = (hostname) => systemLookup(hostname, { all: true });

/**
 * How many of a name's addresses are tried, and how many milliseconds one may take before the next
 * is tried beside it (RFC 8305, section 5).
 */
const maxAddresses = 4;
const attemptDelayMs = 250;

/**
 * Connects to the host of `url`. Only addresses that `permits` accepts are tried, and the connected
 * address is checked once more before a byte is sent. The name is resolved once, so a resolver that
 * answers differently the second time gains nothing. Uses no proxy and no Unix socket. Rejects with
 * an HttpFailure.
 */
export async function openConnection(
  { url, permits, signal }: Pick<HttpExchange, "url" | "permits" | "signal">,
  resolve: Resolve,
): Promise<Socket> {
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(hostname) === 0 ? await resolved(hostname, resolve) : [hostname];
  const permitted = addresses.filter(permits).slice(0, maxAddresses);
  if (permitted.length === 0) throw new HttpFailure("address-refused", `${hostname}: ${addresses}`);
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  const socket = await firstConnected(alternating(permitted), port, signal);
  if (!permits(socket.remoteAddress ?? "")) {
    socket.destroy();
    throw new HttpFailure("address-refused", socket.remoteAddress);
  }
  return secure ? secured(socket, hostname, signal) : socket;
}

async function resolved(hostname: string, resolve: Resolve): Promise<readonly string[]> {
  try {
    return (await resolve(hostname)).map(({ address }) => address);
  } catch (error) {
    if (error instanceof HttpFailure) throw error;
    throw new HttpFailure("name-not-resolved", String(error), error);
  }
}

/**
 * Alternates between the families, starting with that of the resolver's first address: a family
 * that can't be reached costs one delay.
 */
function alternating(addresses: readonly string[]): readonly string[] {
  const first = isIP(addresses[0] ?? "");
  const own = addresses.filter((address) => isIP(address) === first);
  const others = addresses.filter((address) => isIP(address) !== first);
  return own
    .flatMap((address, i) => [address, ...others.slice(i, i + 1)])
    .concat(others.slice(own.length));
}

/**
 * Tries one address after another without waiting long for any, and returns the first connection
 * that is made.
 */
async function firstConnected(
  addresses: readonly string[],
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  const others = new AbortController();
  const either = AbortSignal.any([signal, others.signal]);
  const attempts: Promise<Socket>[] = [];
  let winner: Socket | undefined;
  try {
    for (const address of addresses) {
      if (signal.aborted) break;
      const attempt = settled(connect({ host: address, port }), "connect", either);
      attempts.push(attempt);
      winner = await Promise.race([
        Promise.any(attempts).catch(() => undefined),
        delayed(attemptDelayMs, attempt),
      ]);
      if (winner !== undefined) return winner;
    }
    return (winner = await Promise.any(attempts));
  } catch (error) {
    if (signal.aborted) throw new HttpFailure("cancelled");
    const cause = error instanceof AggregateError ? error.errors[0] : error;
    throw new HttpFailure("connection-failed", String(cause), cause);
  } finally {
    others.abort();
    for (const attempt of attempts) {
      attempt.then(
        (socket) => socket !== winner && socket.destroy(),
        () => undefined,
      );
    }
  }
}

/** Resolves after the delay, or as soon as the attempt has failed. */
function delayed(ms: number, attempt: Promise<Socket>): Promise<undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    const end = (): void => {
      clearTimeout(timer);
      resolve(undefined);
    };
    attempt.then(() => clearTimeout(timer), end);
  });
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
