import { HttpFailure, type HttpAnswer, type HttpExchange, type HttpPower } from "../http.ts";

/**
 * HTTP through `fetch`. A page cannot see which address is connected, nor where a redirect leads:
 * only the list of hosts is enforced here, and a redirect is a failure. CORS applies as well.
 */
export function fetchHttp(): HttpPower {
  return {
    abilities: { checksAddresses: false, showsRedirects: false },
    exchange: async (exchange) => answerOf(await fetched(exchange), exchange),
  };
}

async function fetched(exchange: HttpExchange): Promise<Response> {
  const { url, method, headers, body, signal } = exchange;
  try {
    return await fetch(url, {
      method,
      headers: headers.map(([name, value]) => [name, value] as [string, string]),
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
      signal,
      redirect: "error",
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      mode: "cors",
    });
  } catch (error) {
    // `fetch` reports every failure alike, on purpose, so that a page can't probe a network.
    if (signal.aborted) throw new HttpFailure("cancelled");
    throw new HttpFailure("connection-failed", String(error), error);
  }
}

function answerOf(response: Response, exchange: HttpExchange): HttpAnswer {
  const headers = [...response.headers].map(([name, value]) => [name, value] as const);
  const head = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  if (head > exchange.maxHeadBytes) {
    response.body?.cancel().catch(() => undefined);
    throw new HttpFailure("head-too-large");
  }
  const reader = response.body?.getReader();
  let rest = new Uint8Array();
  let received = 0;
  return {
    status: response.status,
    headers,
    read: async (max) => {
      while (rest.length === 0) {
        const next = await chunk(reader, exchange.signal);
        if (next === undefined) return new Uint8Array();
        received += next.length;
        if (received > exchange.maxBodyBytes) {
          reader?.cancel().catch(() => undefined);
          throw new HttpFailure("body-too-large");
        }
        rest = next;
      }
      const piece = rest.slice(0, max);
      rest = rest.subarray(max);
      return piece;
    },
    [Symbol.dispose]: () => void reader?.cancel().catch(() => undefined),
  };
}

async function chunk(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return (await reader?.read())?.value;
  } catch (error) {
    if (signal.aborted) throw new HttpFailure("cancelled");
    throw new HttpFailure("connection-failed", String(error), error);
  }
}
