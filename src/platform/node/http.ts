import { request as startRequest, type ClientRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { HttpFailure, type HttpAnswer, type HttpExchange, type HttpPower } from "../http.ts";
import { acceptedEncodings, HttpBody } from "./http-body.ts";
import { openConnection, systemResolve, type Resolve } from "./http-connection.ts";
import { LookupQueue } from "./lookup-queue.ts";

/** Options of `nodeHttp`. */
export interface NodeHttpOptions {
  /** Default: the system's resolver. */
  readonly resolve?: Resolve;
  /** The `user-agent` of requests. Default: `tenon`. */
  readonly userAgent?: string;
}

/** HTTP/1.1 over a new connection for each exchange: plugins share nothing. */
export function nodeHttp(options: NodeHttpOptions = {}): HttpPower {
  const { resolve = systemResolve, userAgent = "tenon" } = options;
  const lookups = new LookupQueue();
  return {
    abilities: { checksAddresses: true, showsRedirects: true },
    exchange: async (exchange) => {
      if (exchange.signal.aborted) throw new HttpFailure("cancelled");
      const { owner, signal } = exchange;
      const socket = await openConnection(exchange, (hostname) =>
        lookups.run(owner, signal, () => resolve(hostname)),
      );
      return exchanged(socket, exchange, userAgent);
    },
  };
}

async function exchanged(
  socket: Socket,
  exchange: HttpExchange,
  userAgent: string,
): Promise<HttpAnswer> {
  const { url, method, headers, body, signal } = exchange;
  const request = startRequest({
    createConnection: () => socket,
    method,
    path: `${url.pathname}${url.search}`,
    headers: [
      ["host", url.host],
      ["user-agent", userAgent],
      ["accept-encoding", acceptedEncodings],
      ["connection", "close"],
      ...(body === undefined ? [] : [["content-length", String(body.length)]]),
      ...headers,
    ].flat(),
    setHost: false,
    // Set here, whatever the environment says.
    insecureHTTPParser: false,
    maxHeaderSize: exchange.maxHeadBytes,
  });
  const close = (): void => void request.destroy();
  signal.addEventListener("abort", close, { once: true });
  try {
    const message = await head(request, body, signal);
    const content = new HttpBody(message, method, exchange.maxBodyBytes, signal);
    return {
      status: message.statusCode ?? 0,
      headers: headerPairs(message),
      read: (max) => content.read(max),
      [Symbol.dispose]: () => {
        signal.removeEventListener("abort", close);
        message.destroy();
        request.destroy();
      },
    };
  } catch (error) {
    request.destroy();
    socket.destroy();
    signal.removeEventListener("abort", close);
    throw error;
  }
}

function head(
  request: ClientRequest,
  body: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on("response", resolve);
    // Requests never ask for another protocol, so a server that switches to one has failed.
    request.on("upgrade", () => reject(new HttpFailure("connection-failed", "upgrade")));
    request.on("close", () => reject(new HttpFailure("connection-failed", "closed")));
    // Stays for the life of the request: an error after the head is reported by the body's reader.
    request.on("error", (error: NodeJS.ErrnoException) => {
      const reason = signal.aborted
        ? "cancelled"
        : error.code === "HPE_HEADER_OVERFLOW"
          ? "head-too-large"
          : "connection-failed";
      reject(new HttpFailure(reason, error.message, error));
    });
    request.end(body);
  });
}

/**
 * One pair for each line, names in lower case. Headers that describe the encoding are left out once
 * the body is decoded.
 */
function headerPairs(message: IncomingMessage): (readonly [string, string])[] {
  const encoded = (message.headers["content-encoding"] ?? "identity") !== "identity";
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    const name = (message.rawHeaders[i] ?? "").toLowerCase();
    if (encoded && (name === "content-encoding" || name === "content-length")) continue;
    pairs.push([name, message.rawHeaders[i + 1] ?? ""]);
  }
  return pairs;
}
