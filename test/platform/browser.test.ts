import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HttpAnswer, HttpExchange } from "../../src/platform/http.ts";
import { browserPlatform } from "../../src/platform/browser/index.ts";

// `fetch` of Node stands for the browser's: the same standard. CORS is not part of what is tested.
let handle: (request: IncomingMessage, response: ServerResponse) => void;
const server = createServer((request, response) => handle(request, response));
let origin = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const platform = browserPlatform();
const exchange = (path: string, more: Partial<HttpExchange> = {}): Promise<HttpAnswer> =>
  platform.http!.exchange({
    owner: "acme/tester",
    method: "GET",
    url: new URL(path, origin),
    headers: [],
    body: undefined,
    permits: () => true,
    maxBodyBytes: 1000,
    maxHeadBytes: 5000,
    signal: new AbortController().signal,
    ...more,
  });
const failure = (reason: string): unknown =>
  expect.objectContaining({ name: "HttpFailure", reason });

describe("http in a browser", () => {
  it("promises no more than a page can: hosts, not addresses; no redirects", () => {
    expect(platform.http?.abilities).toEqual({ checksAddresses: false, showsRedirects: false });
  });

  it("sends what it is given and reads the body in pieces", async () => {
    handle = (request, response) => {
      expect(request.headers.cookie).toBeUndefined();
      response.setHeader("content-encoding", "gzip");
      response.setHeader("x-method", `${request.method} ${request.headers["x-mine"]}`);
      response.end(gzipSync("hello"));
    };
    using answer = await exchange("/", {
      method: "POST",
      body: Uint8Array.of(1),
      headers: [["x-mine", "yes"]],
    });
    expect(answer.status).toBe(200);
    expect(answer.headers).toContainEqual(["x-method", "POST yes"]);
    const pieces: string[] = [];
    for (let piece = await answer.read(2); piece.length > 0; piece = await answer.read(2)) {
      pieces.push(new TextDecoder().decode(piece));
    }
    expect(pieces).toEqual(["he", "ll", "o"]);
  });

  it("fails at a redirect, and reaches nothing behind it", async () => {
    const asked: (string | undefined)[] = [];
    handle = (request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: "/inner" }).end();
    };
    await expect(exchange("/outer")).rejects.toEqual(failure("connection-failed"));
    expect(asked).toEqual(["/outer"]);
  });

  it("ends a body or a head that is too large, and an answer that is called off", async () => {
    handle = (_request, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end(gzipSync(Buffer.alloc(100_000)));
    };
    using answer = await exchange("/");
    await expect(
      (async () => {
        while ((await answer.read(100)).length > 0);
      })(),
    ).rejects.toEqual(failure("body-too-large"));
    handle = (_request, response) => response.setHeader("x", "y".repeat(6000)).end();
    await expect(exchange("/")).rejects.toEqual(failure("head-too-large"));
    const abort = new AbortController();
    handle = () => abort.abort();
    await expect(exchange("/", { signal: abort.signal })).rejects.toEqual(failure("cancelled"));
  });

  it("calls a body off when it is dropped", async () => {
    const closed = new Promise<void>((resolve) => {
      handle = (_request, response) => {
        response.on("close", resolve);
        response.write("part");
      };
    });
    (await exchange("/"))[Symbol.dispose]();
    await closed;
  });
});

describe("the browser platform", () => {
  it("reads packages from URLs within the limit", async () => {
    handle = (_request, response) => response.end("bytes");
    expect(await platform.read(origin, 5)).toEqual(new TextEncoder().encode("bytes"));
    await expect(platform.read(new URL(origin), 4)).rejects.toMatchObject({
      code: "package-too-large",
    });
    handle = (_request, response) => response.writeHead(404).end();
    await expect(platform.read(origin, 5)).rejects.toMatchObject({ code: "package-unreadable" });
    handle = (_request, response) => {
      response.write("part");
      setTimeout(() => response.destroy(), 20);
    };
    await expect(platform.read(origin, 500)).rejects.toMatchObject({ code: "package-unreadable" });
  });

  it("has time, digests and randomness of any size", async () => {
    const digest = await platform.sha256(new TextEncoder().encode("abc"));
    expect(Buffer.from(digest).toString("hex")).toMatch(/^ba7816bf/);
    const bytes = platform.entropy.bytes(200_000);
    expect(bytes).toHaveLength(200_000);
    expect(bytes.subarray(199_900).some((byte) => byte !== 0)).toBe(true);
  });
});
