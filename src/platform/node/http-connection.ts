import { lookup as systemLookup } from "node:dns/promises";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { HttpFailure } from "../http.ts";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/// Names to addresses. Default: the system's resolver.
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export const systemResolve: Resolve = (hostname) => systemLookup(hostname, { all: true });

/// How many of a name's addresses are tried.
const maxAddresses = 4;

/// A connection to `url`'s host, made to an address that `permits` has seen and asked about once
/// more when it stands, before a byte is sent: a resolver that answers differently the second time
/// gains nothing, because there is no second time. No proxy, no Unix socket.
export async function openConnection(
  url: URL,
  resolve: Resolve,
  permits: (address: string) => boolean,
  signal: AbortSignal,
): Promise<Socket> {
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(hostname) === 0 ? await resolved(hostname, resolve) : [hostname];
  const permitted = addresses.filter(permits).slice(0, maxAddresses);
  if (permitted.length === 0) throw new HttpFailure("address-refused", `${hostname}: ${addresses}`);
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  let socket: Socket | undefined;
  let last: unknown;
  for (const address of permitted) {
    signal.throwIfAborted();
    try {
      socket = await connected(address, port, signal);
      break;
    } catch (error) {
      last = error;
    }
  }
  if (socket === undefined) throw new HttpFailure("connection-failed", String(last), last);
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
    throw new HttpFailure("name-not-resolved", String(error), error);
  }
}

function connected(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return settled(connect({ host, port }), "connect", "connection-failed", signal);
}

function secured(socket: Socket, hostname: string, signal: AbortSignal): Promise<Socket> {
  const name = isIP(hostname) === 0 ? { servername: hostname } : {};
  const secure = connectTls({ socket, host: hostname, ...name, ALPNProtocols: ["http/1.1"] });
  return settled(secure, "secureConnect", "tls-failed", signal);
}

function settled(
  socket: Socket,
  event: "connect" | "secureConnect",
  reason: "connection-failed" | "tls-failed",
  signal: AbortSignal,
): Promise<Socket> {
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
      // An error that comes later must not end the process.
      socket.on("error", () => undefined);
      socket.destroy();
      reject(new HttpFailure(reason, String(error), error));
    };
    const cancel = (): void => {
      done();
      socket.on("error", () => undefined);
      socket.destroy();
      reject(new HttpFailure("cancelled"));
    };
    socket.on(event, succeed);
    socket.on("error", fail);
    socket.on("close", fail);
    signal.addEventListener("abort", cancel, { once: true });
    if (signal.aborted) cancel();
  });
}
