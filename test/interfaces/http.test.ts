import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Permission } from "../../src/interfaces/define.ts";
import { httpCapability, httpInterface, type HttpScope } from "../../src/interfaces/http/http.ts";
import type { Timers } from "../../src/platform/clock.ts";
import type { HttpPower } from "../../src/platform/http.ts";
import { nodeHttp } from "../../src/platform/node/http.ts";
import { noLimits } from "./no-limits.ts";
import { selfSigned } from "./self-signed.ts";
import { callerOf } from "../identity/ours.ts";

interface Reply extends Disposable {
  status(): number;
  url(): string;
  headers(): [string, string][];
  read(max: number): Promise<Uint8Array>;
}
interface Request {
  method?: string;
  url: string;
  headers?: [string, string][];
  body?: Uint8Array;
  timeoutMs?: number;
}
type Outcome = { tag: string; val?: { tag: string; val?: string } | string | bigint };

const timers: Timers = {
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

let server: Server;
let port: number;
let handle: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const local = (): HttpScope => ({
  hosts: [`127.0.0.1:${port}`, `localhost:${port}`],
  methods: ["GET", "HEAD", "POST"],
  private: true,
});

function plugin(
  scope: () => HttpScope = local,
  http: HttpPower | "none" = nodeHttp(),
  name = "test/plugin",
) {
  const owned = new Set<Disposable>();
  const implementation = httpInterface({
    http: http === "none" ? undefined : http,
    timers,
  }).implement({
    ...noLimits,
    caller: callerOf(name),
    may: (use): Permission<HttpScope> => {
      const covered = httpCapability.covers(scope(), use);
      return covered === true
        ? { allowed: true, scope: scope() }
        : { allowed: false, reason: covered };
    },
    own: (resource) => {
      owned.add(resource);
      return () => owned.delete(resource) && resource[Symbol.dispose]();
    },
  }) as unknown as { fetch(request: object): Promise<Reply> };
  return {
    owned,
    end: () => owned.forEach((resource) => resource[Symbol.dispose]()),
    fetch: async (request: Request): Promise<Reply> =>
      implementation.fetch({ method: "GET", headers: [], ...request }),
  };
}

async function text(reply: Reply, max = 65_536): Promise<string> {
  const pieces: Uint8Array[] = [];
  for (let piece = await reply.read(max); piece.length > 0; piece = await reply.read(max)) {
    expect(piece.length).toBeLessThanOrEqual(max);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

async function err(call: () => Promise<unknown>): Promise<Outcome> {
  try {
    await call();
  } catch (error) {
    const { payload } = error as { payload?: Outcome };
    if (payload !== undefined) return payload;
    throw error;
  }
  throw new Error("it did not answer err");
}

const refusedAs = (outcome: Outcome): string | undefined =>
  outcome.tag === "refused" ? (outcome.val as { tag: string }).tag : undefined;

// A bystander's request still goes through after whatever happened before.
async function bystanderAnswers(): Promise<void> {
  handle = (_request, response) => response.end("fine");
  expect(await text(await plugin().fetch({ url: `http://127.0.0.1:${port}/` }))).toBe("fine");
}

describe("a request", () => {
  it("is answered with status, headers and body, in pieces of the asked size", async () => {
    handle = (request, response) => {
      response.setHeader("x-seen", String(request.headers["x-mine"]));
      response.setHeader("set-cookie", "a=b");
      response.statusCode = 201;
      response.end("hello world");
    };
    const reply = await plugin().fetch({
      url: `http://127.0.0.1:${port}/path?q#fragment`,
      headers: [["X-Mine", "yes"]],
    });
    expect(reply.status()).toBe(201);
    expect(reply.url()).toBe(`http://127.0.0.1:${port}/path?q`);
    const names = reply.headers().map(([name]) => name);
    expect(reply.headers()).toContainEqual(["x-seen", "yes"]);
    expect(names).not.toContain("set-cookie");
    expect(await text(reply, 3)).toBe("hello world");
    expect((await reply.read(5)).length).toBe(0);
  });

  it("carries a body, and nothing that could tell who the person is", async () => {
    let seen: IncomingMessage["headers"] = {};
    handle = (request, response) => {
      seen = request.headers;
      request.pipe(response);
    };
    const body = new TextEncoder().encode("payload");
    const reply = await plugin().fetch({ method: "POST", url: `http://localhost:${port}/`, body });
    expect(await text(reply)).toBe("payload");
    expect(Object.keys(seen).toSorted()).toEqual([
      "accept-encoding",
      "connection",
      "content-length",
      "host",
      "user-agent",
    ]);
  });

  it("is decompressed", async () => {
    for (const [encoding, bytes] of [
      ["gzip", gzipSync("squeezed")],
      ["br", brotliCompressSync("squeezed")],
    ] as const) {
      handle = (_request, response) => {
        response.setHeader("content-encoding", encoding);
        response.end(bytes);
      };
      const reply = await plugin().fetch({ url: `http://127.0.0.1:${port}/` });
      expect(reply.headers().map(([name]) => name)).not.toContain("content-encoding");
      expect(await text(reply)).toBe("squeezed");
    }
  });

  it.each<[string, Partial<Request>]>([
    ["a method in lower case", { method: "get" }],
    ["CONNECT", { method: "CONNECT" }],
    ["a body with GET", { body: new Uint8Array(1) }],
    ["file:", { url: "file:///etc/passwd" }],
    ["data:", { url: "data:text/plain,hi" }],
    ["no URL", { url: "nonsense" }],
    ["credentials", { url: "http://user:pass@127.0.0.1/" }],
    ["a name before the host", { url: "http://127.0.0.1@example.com/" }],
    ["a backslash", { url: "http://example.com\\@127.0.0.1/" }],
    ["a zone", { url: "http://[fe80::1%25eth0]/" }],
    ["a trailing dot", { url: "http://localhost./" }],
    ["white space", { url: "http://127.0.0.1 .example.com/" }],
    ["a line break in a header", { headers: [["x", "a\r\nhost: evil"]] }],
    ["a line break in a header's name", { headers: [["x\r\ny", "a"]] }],
    ["a NUL in a header", { headers: [["x", "a\u0000"]] }],
    ["a header that is the host's", { headers: [["Host", "example.com"]] }],
    ["a cookie", { headers: [["cookie", "a=b"]] }],
    ["a length of its own", { headers: [["Content-Length", "5"]] }],
    ["proxy-authorization", { headers: [["proxy-authorization", "x"]] }],
    ["65 headers", { headers: Array.from({ length: 65 }, (_, i) => [`x${i}`, ""]) }],
    ["no time", { timeoutMs: 0 }],
    ["too much time", { timeoutMs: 60_001 }],
  ])("with %s is invalid", async (_what, request) => {
    const outcome = await err(() =>
      plugin().fetch({ url: `http://127.0.0.1:${port}/`, ...request }),
    );
    expect(outcome.tag).toBe("invalid-request");
  });

  it("is limited: 1 MiB of body, 8 KiB of headers", async () => {
    const url = `http://127.0.0.1:${port}/`;
    const body = new Uint8Array(2 ** 20 + 1);
    expect((await err(() => plugin().fetch({ url, method: "POST", body }))).tag).toBe("too-large");
    const headers: [string, string][] = [["x", "y".repeat(9000)]];
    expect((await err(() => plugin().fetch({ url, headers }))).tag).toBe("too-large");
    await bystanderAnswers();
  });
});

describe("who may be contacted", () => {
  it("is what was granted, by the parsed host, its port and the method", async () => {
    for (const url of [
      `http://127.0.0.1/`,
      `http://127.0.0.2:${port}/`,
      "http://example.com/",
      `http://localhost.example.com:${port}/`,
    ]) {
      expect(refusedAs(await err(() => plugin().fetch({ url }))), url).toBe("denied");
    }
    const put = { method: "PUT", url: `http://127.0.0.1:${port}/` };
    expect(refusedAs(await err(() => plugin().fetch(put)))).toBe("denied");
  });

  it("an address in any spelling is that address", async () => {
    await bystanderAnswers();
    for (const host of [
      "2130706433",
      "0x7f000001",
      "0177.0.0.1",
      "１２７.0.0.1",
      "127。0。0。1",
      "127.1",
    ]) {
      const reply = await plugin().fetch({ url: `http://${host}:${port}/` });
      expect(reply.url(), host).toBe(`http://127.0.0.1:${port}/`);
      reply[Symbol.dispose]();
      const other = (): HttpScope => ({ ...local(), hosts: [`${"example.com"}:${port}`] });
      expect(
        refusedAs(await err(() => plugin(other).fetch({ url: `http://${host}:${port}/` }))),
      ).toBe("denied");
    }
  });

  it("is never inside the network unless that is granted, whatever the name resolves to", async () => {
    const scope = (): HttpScope => ({
      hosts: [
        "127.0.0.1:" + port,
        "rebind.test:" + port,
        "[::1]:" + port,
        "[::ffff:7f00:1]:" + port,
      ],
      methods: ["GET"],
      private: false,
    });
    let asked = 0;
    handle = (_request, response) => {
      asked++;
      response.end();
    };
    const http = nodeHttp({
      resolve: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]),
    });
    for (const host of ["127.0.0.1", "rebind.test", "[::1]", "[::ffff:127.0.0.1]"]) {
      const outcome = await err(() =>
        plugin(scope, http).fetch({ url: `http://${host}:${port}/` }),
      );
      expect(refusedAs(outcome), host).toBe("denied");
    }
    expect(asked).toBe(0);
  });

  it("is asked of the address that is connected: a second answer of the resolver is never used", async () => {
    let answers = 0;
    const resolve = () =>
      Promise.resolve([{ address: answers++ === 0 ? "127.0.0.1" : "10.0.0.1", family: 4 }]);
    const scope = (): HttpScope => ({ ...local(), hosts: [`changing.test:${port}`] });
    handle = (_request, response) => response.end("once");
    const reply = await plugin(scope, nodeHttp({ resolve })).fetch({
      url: `http://changing.test:${port}/`,
    });
    expect(await text(reply)).toBe("once");
    expect(answers).toBe(1);
  });

  it("is not changed by a proxy in the environment", async () => {
    handle = (_request, response) => response.end("direct");
    process.env["HTTP_PROXY"] = process.env["http_proxy"] = "http://127.0.0.1:1";
    try {
      expect(await text(await plugin().fetch({ url: `http://127.0.0.1:${port}/` }))).toBe("direct");
    } finally {
      delete process.env["HTTP_PROXY"];
      delete process.env["http_proxy"];
    }
  });

  it("a grant that is taken back is seen by the next request", async () => {
    await bystanderAnswers();
    let scope = local();
    const { fetch } = plugin(() => scope);
    (await fetch({ url: `http://127.0.0.1:${port}/` }))[Symbol.dispose]();
    scope = { ...scope, hosts: [] };
    expect(refusedAs(await err(() => fetch({ url: `http://127.0.0.1:${port}/` })))).toBe("denied");
  });
});

describe("redirects", () => {
  const hops = (count: number): void => {
    handle = (request, response) => {
      const n = Number(request.url?.slice(1));
      if (n === count) response.end(`after ${n}`);
      else response.writeHead(302, { location: `/${n + 1}` }).end();
    };
  };

  it("are followed five times, and not a sixth", async () => {
    hops(5);
    const reply = await plugin().fetch({ url: `http://127.0.0.1:${port}/0` });
    expect(reply.url()).toBe(`http://127.0.0.1:${port}/5`);
    expect(await text(reply)).toBe("after 5");
    hops(6);
    expect(await err(() => plugin().fetch({ url: `http://127.0.0.1:${port}/0` }))).toEqual({
      tag: "too-many-redirects",
    });
  });

  it("are checked like the first request", async () => {
    for (const location of [
      "http://127.0.0.2/",
      "http://2130706434/",
      "http://169.254.169.254/latest",
      "http://[::1]/",
    ]) {
      handle = (_request, response) => response.writeHead(302, { location }).end();
      const outcome = await err(() => plugin().fetch({ url: `http://127.0.0.1:${port}/` }));
      expect(refusedAs(outcome), location).toBe("denied");
    }
    handle = (_request, response) =>
      response.writeHead(302, { location: "file:///etc/passwd" }).end();
    const outcome = await err(() => plugin().fetch({ url: `http://127.0.0.1:${port}/` }));
    expect(outcome.tag).toBe("invalid-request");
  });

  it("to a private address are refused though the name was granted", async () => {
    const resolve = (name: string) =>
      Promise.resolve([{ address: name === "public.test" ? "127.0.0.1" : "10.0.0.1", family: 4 }]);
    let permitted: string[] = [];
    const power = nodeHttp({ resolve });
    const http: HttpPower = {
      ...power,
      exchange: (exchange) =>
        power.exchange({
          ...exchange,
          permits: (address) => {
            permitted = [...permitted, address];
            // The loopback stands for a public server here.
            return address === "127.0.0.1" || exchange.permits(address);
          },
        }),
    };
    handle = (_request, response) =>
      response.writeHead(307, { location: `http://inner.test:${port}/` }).end();
    const scope = (): HttpScope => ({
      hosts: [`public.test:${port}`, `inner.test:${port}`],
      methods: ["GET"],
      private: false,
    });
    const outcome = await err(() =>
      plugin(scope, http).fetch({ url: `http://public.test:${port}/` }),
    );
    expect(refusedAs(outcome)).toBe("denied");
    expect(permitted).toContain("10.0.0.1");
  });

  it("carry no credentials to another origin, and keep them within one", async () => {
    const seen: (string | undefined)[] = [];
    handle = (request, response) => {
      seen.push(request.headers.authorization ?? request.headers["x-api-key"]?.toString());
      const host = request.url === "/across" ? "localhost" : "127.0.0.1";
      const location = `http://${host}:${port}/there`;
      response.writeHead(request.url === "/there" ? 200 : 302, { location }).end();
    };
    const headers: [string, string][] = [["authorization", "secret"]];
    await plugin().fetch({ url: `http://127.0.0.1:${port}/within`, headers });
    await plugin().fetch({ url: `http://127.0.0.1:${port}/across`, headers });
    await plugin().fetch({ url: `http://127.0.0.1:${port}/across`, headers: [["x-api-key", "k"]] });
    expect(seen).toEqual(["secret", "secret", "secret", undefined, "k", undefined]);
  });

  it("turn a POST into a GET without its body, unless they are 307 or 308", async () => {
    for (const [status, method] of [
      [302, "GET"],
      [303, "GET"],
      [307, "POST"],
      [308, "POST"],
    ] as const) {
      handle = (request, response) => {
        if (request.url === "/end")
          return void request.pipe(response.setHeader("x-method", request.method ?? ""));
        response.writeHead(status, { location: "/end" }).end();
      };
      const body = new TextEncoder().encode("kept");
      const reply = await plugin().fetch({
        method: "POST",
        url: `http://127.0.0.1:${port}/`,
        body,
      });
      expect(reply.headers()).toContainEqual(["x-method", method]);
      expect(await text(reply)).toBe(method === "POST" ? "kept" : "");
    }
  });
});

describe("a server that means harm", () => {
  it("sends an endless body: ended at 8 MiB", async () => {
    handle = (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        response.once("drain", more);
      };
      more();
    };
    const reply = await plugin().fetch({ url: `http://127.0.0.1:${port}/` });
    expect(await err(() => text(reply))).toEqual({ tag: "too-large", val: 8_388_608n });
    await bystanderAnswers();
  });

  it("sends a gzip bomb: ended at 8 MiB", async () => {
    handle = (_request, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end(gzipSync(Buffer.alloc(64 << 20)));
    };
    const reply = await plugin().fetch({ url: `http://127.0.0.1:${port}/` });
    expect((await err(() => text(reply))).tag).toBe("too-large");
    await bystanderAnswers();
  });

  it("sends broken gzip: the connection failed", async () => {
    handle = (_request, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end("not gzip at all");
    };
    const reply = await plugin().fetch({ url: `http://127.0.0.1:${port}/` });
    expect((await err(() => text(reply))).tag).toBe("connection-failed");
  });

  it("sends headers without end: too large", async () => {
    const tcp = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.write("HTTP/1.1 200 OK\r\n");
      for (let i = 0; i < 100_000 && !socket.destroyed; i++) socket.write(`x-${i}: y\r\n`);
    });
    await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
    const { port: other } = tcp.address() as AddressInfo;
    const scope = (): HttpScope => ({ ...local(), hosts: [`127.0.0.1:${other}`] });
    const outcome = await err(() => plugin(scope).fetch({ url: `http://127.0.0.1:${other}/` }));
    expect(outcome).toEqual({ tag: "too-large", val: 65_536n });
    tcp.close();
    await bystanderAnswers();
  });

  it("never answers, or trickles: timed out", async () => {
    handle = () => undefined;
    const url = `http://127.0.0.1:${port}/`;
    expect(await err(() => plugin().fetch({ url, timeoutMs: 50 }))).toEqual({ tag: "timed-out" });
    handle = (_request, response) => {
      const timer = setInterval(() => response.write("."), 5);
      response.on("close", () => clearInterval(timer));
    };
    const reply = await plugin().fetch({ url, timeoutMs: 100 });
    expect(await err(() => text(reply))).toEqual({ tag: "timed-out" });
    await bystanderAnswers();
  });

  it("speaks no TLS, is not there, or has no name", async () => {
    const scope = (): HttpScope => ({
      hosts: [`127.0.0.1:${port}`, "127.0.0.1:1", "nowhere.invalid"],
      methods: ["GET"],
      private: true,
    });
    const outcome = async (url: string) => (await err(() => plugin(scope).fetch({ url }))).tag;
    expect(await outcome(`https://127.0.0.1:${port}/`)).toBe("tls-failed");
    expect(await outcome("http://127.0.0.1:1/")).toBe("connection-failed");
    expect(await outcome("http://nowhere.invalid/")).toBe("name-not-resolved");
  });
});

describe("the way to a server", () => {
  const named =
    (name: string): (() => HttpScope) =>
    () => ({
      ...local(),
      hosts: [`${name}:${port}`],
    });
  const resolving = (...addresses: string[]) =>
    nodeHttp({
      resolve: () => Promise.resolve(addresses.map((address) => ({ address, family: 4 }))),
    });

  it("is not waited for past the time limit when the resolver hangs", async () => {
    const http = nodeHttp({ resolve: () => new Promise(() => undefined) });
    const url = `http://slow.test:${port}/`;
    const outcome = await err(() => plugin(named("slow.test"), http).fetch({ url, timeoutMs: 50 }));
    expect(outcome).toEqual({ tag: "timed-out" });
    await bystanderAnswers();
  });

  it("is looked up for one plugin at a time: slow names hold up nobody else", async () => {
    let running = 0;
    const http = nodeHttp({
      resolve: (name) => {
        running++;
        return name === "fine.test"
          ? Promise.resolve([{ address: "127.0.0.1", family: 4 }])
          : new Promise(() => undefined);
      },
    });
    const flood = plugin(named("slow.test"), http, "test/flood");
    const url = `http://slow.test:${port}/`;
    const outcomes = Array.from({ length: 10 }, () =>
      err(() => flood.fetch({ url, timeoutMs: 300 })),
    );
    handle = (_request, response) => response.end("fine");
    const bystander = plugin(named("fine.test"), http, "test/bystander");
    for (let i = 0; i < 5; i++) {
      const reply = await bystander.fetch({ url: `http://fine.test:${port}/`, timeoutMs: 300 });
      expect(await text(reply)).toBe("fine");
    }
    for (const outcome of await Promise.all(outcomes)) expect(outcome.tag).toBe("timed-out");
    // One of the flood's, and it never came to the others.
    expect(running).toBe(6);
  });

  it("goes on to the next address when one leads nowhere, and leaves no connection behind", async () => {
    const open = (): Promise<number> =>
      new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
    const before = await open();
    handle = (_request, response) => response.end("reached");
    // 192.0.2.1 is for documentation: nothing answers there, and nothing is refused either.
    const http = resolving("192.0.2.1", "127.0.0.1");
    const url = `http://two.test:${port}/`;
    const reply = await plugin(named("two.test"), http).fetch({ url, timeoutMs: 5000 });
    expect(await text(reply)).toBe("reached");
    reply[Symbol.dispose]();
    await expect.poll(open).toBe(before);
  });

  it("is not trusted for a certificate that nobody signed, whatever the environment says", async () => {
    const secure = createTlsServer(selfSigned, (_request, response) => response.end("secret"));
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    const { port: other } = secure.address() as AddressInfo;
    const scope = (): HttpScope => ({ ...local(), hosts: [`localhost:${other}`] });
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      const url = `https://localhost:${other}/`;
      expect(await err(() => plugin(scope).fetch({ url }))).toEqual({ tag: "tls-failed" });
    } finally {
      delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
      secure.close();
    }
  });

  it.each([
    ["meta.test", "169.254.169.254", "denied"],
    ["169.254.169.254.meta.test", "169.254.169.254", "denied"],
    ["meta.test", "fe80::1%eth0", "denied"],
    ["meta.test", "::ffff:169.254.169.254", "denied"],
    ["meta.test", "fd00:ec2::254", "denied"],
    ["10.0.0.1", "10.0.0.1", "permitted"],
    ["169.254.169.254", "169.254.169.254", "permitted"],
  ])("by the name %s to %s is %s though private addresses are granted", async (name, at, what) => {
    let permitted: boolean | undefined;
    const http: HttpPower = {
      abilities: { checksAddresses: true, showsRedirects: true },
      exchange: async ({ permits }) => {
        permitted = permits(at);
        return {
          status: 200,
          headers: [],
          read: async () => new Uint8Array(),
          [Symbol.dispose]() {},
        };
      },
    };
    await plugin(named(name), http).fetch({ url: `http://${name}:${port}/` });
    expect(permitted).toBe(what === "permitted");
  });

  it("is not left for a plain one: no redirect leads from https to http", async () => {
    const http: HttpPower = {
      abilities: { checksAddresses: true, showsRedirects: true },
      exchange: async () => ({
        status: 302,
        headers: [["location", "http://a.example/"]],
        read: async () => new Uint8Array(),
        [Symbol.dispose]() {},
      }),
    };
    const scope = (): HttpScope => ({ ...local(), hosts: ["a.example"] });
    const outcome = await err(() => plugin(scope, http).fetch({ url: "https://a.example/" }));
    expect(refusedAs(outcome)).toBe("denied");
  });
});

describe("an answer without a body", () => {
  it("reads as empty though its headers speak of gzip", async () => {
    handle = (request, response) => {
      response.setHeader("content-encoding", "gzip");
      if (request.method !== "HEAD") response.statusCode = 204;
      response.end();
    };
    for (const method of ["HEAD", "GET"]) {
      const reply = await plugin().fetch({ method, url: `http://127.0.0.1:${port}/` });
      expect(await text(reply)).toBe("");
    }
  });
});

describe("a server that speaks raw bytes", () => {
  const raw = async (serve: (socket: Socket) => void) => {
    const closed: Promise<void>[] = [];
    const tcp = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      closed.push(new Promise((resolve) => socket.on("close", () => resolve())));
      socket.once("data", () => serve(socket));
    });
    await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
    const { port: other } = tcp.address() as AddressInfo;
    const scope = (): HttpScope => ({ ...local(), hosts: [`127.0.0.1:${other}`] });
    const outcome = await err(async () =>
      text(await plugin(scope).fetch({ url: `http://127.0.0.1:${other}/`, timeoutMs: 300 })),
    );
    await Promise.all(closed);
    tcp.close();
    return outcome.tag;
  };

  it("and switches protocols unasked is hung up on", async () => {
    const head = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n";
    expect(await raw((socket) => void socket.write(head))).toBe("connection-failed");
    await bystanderAnswers();
  });

  it("and announces an answer for ever is timed out", async () => {
    const outcome = await raw((socket) => {
      const timer = setInterval(() => socket.write("HTTP/1.1 103 Early Hints\r\n\r\n"), 1);
      socket.on("close", () => clearInterval(timer));
    });
    expect(outcome).toBe("timed-out");
    await bystanderAnswers();
  });

  it.each([
    ["nothing", ""],
    ["no HTTP", "SSH-2.0-x\r\n"],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"],
    [
      "a length and chunks",
      "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
    ],
    ["less than it said", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nab"],
    ["a NUL in a header", "HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n"],
    ["an unknown encoding", "HTTP/1.1 200 OK\r\ncontent-encoding: x\r\n\r\n"],
  ])("and says %s is a failed connection", async (_what, bytes) => {
    expect(await raw((socket) => void socket.end(bytes))).toBe("connection-failed");
    await bystanderAnswers();
  });
});

// 64 MiB of nothing, in 64 KiB.
function bomb(): Buffer {
  return gzipSync(Buffer.alloc(64 << 20));
}

// Bytes of buffers, which the heap does not count.
function heldOutside(): number {
  const { arrayBuffers, external } = process.memoryUsage();
  return arrayBuffers + external;
}

describe("what is held", () => {
  it("ends with the response, or with the instance", async () => {
    const closed: Promise<void>[] = [];
    handle = (_request, response) => {
      closed.push(new Promise((resolve) => response.on("close", resolve)));
      response.write("part");
    };
    const one = plugin();
    const reply = await one.fetch({ url: `http://127.0.0.1:${port}/` });
    expect(one.owned.size).toBe(1);
    reply[Symbol.dispose]();
    expect(one.owned.size).toBe(0);
    await one.fetch({ url: `http://127.0.0.1:${port}/` });
    one.end();
    await Promise.all(closed);
    expect(closed.length).toBe(2);
  });

  it("is at most 16 responses at a time, and a dropped one makes room", async () => {
    handle = (_request, response) => response.end("x");
    const { fetch, end } = plugin();
    const url = `http://127.0.0.1:${port}/`;
    const replies = await Promise.all(Array.from({ length: 16 }, () => fetch({ url })));
    expect(refusedAs(await err(() => fetch({ url })))).toBe("quota");
    replies[0]?.[Symbol.dispose]();
    await fetch({ url });
    end();
  });

  it.each<[string, string | undefined]>([
    ["endless", undefined],
    ["a gzip bomb", "gzip"],
  ])(
    "is a few buffers of a body that nobody reads (%s): its server is held up, and hung up on in time",
    async (_, encoding) => {
      const chunk = encoding === undefined ? Buffer.alloc(1 << 20) : bomb();
      const accepted: number[] = [];
      const closed: Promise<unknown>[] = [];
      handle = (_request, response) => {
        const index = accepted.push(0) - 1;
        closed.push(once(response, "close"));
        response.on("error", () => undefined);
        if (encoding !== undefined) response.setHeader("content-encoding", encoding);
        const more = (): void =>
          void response.write(chunk, (error) => {
            if (error) return;
            accepted[index]! += chunk.length;
            more();
          });
        more();
      };
      const { fetch, owned } = plugin();
      const before = heldOutside();
      const url = `http://127.0.0.1:${port}/`;
      const asked = Array.from({ length: 16 }, () => fetch({ url, timeoutMs: 1_500 }));
      const replies = await Promise.all(asked);
      expect(closed.length).toBe(16);
      // None is dropped: what ends them is their time.
      await Promise.all(closed);
      // What the system keeps of a connection is a few megabytes; a reader would have had gigabytes.
      expect(Math.max(...accepted)).toBeLessThan(24 << 20);
      expect(heldOutside() - before).toBeLessThan(64 << 20);
      const rest = async (): Promise<void> => {
        while ((await replies[0]!.read(10_000_000)).length > 0);
      };
      expect((await err(rest)).tag).toBe("timed-out");
      // They count until they are dropped, and then make room.
      expect(refusedAs(await err(() => fetch({ url })))).toBe("quota");
      for (const reply of replies) reply[Symbol.dispose]();
      expect(owned.size).toBe(0);
      await bystanderAnswers();
    },
    20_000,
  );

  it("is nothing of a body that breaks off unread", async () => {
    handle = (_request, response) => {
      response.write("part");
      setImmediate(() => response.destroy());
    };
    const { fetch, end } = plugin();
    const url = `http://127.0.0.1:${port}/`;
    const replies = await Promise.all(Array.from({ length: 16 }, () => fetch({ url })));
    await bystanderAnswers();
    expect(replies.map((reply) => reply.status())).toEqual(replies.map(() => 200));
    end();
    await bystanderAnswers();
  });

  it("is unavailable where the host has no network", async () => {
    const { fetch } = plugin(local, "none");
    const url = `http://127.0.0.1:${port}/`;
    expect(refusedAs(await err(() => fetch({ url })))).toBe("unavailable");
  });
});

describe("a scope", () => {
  const accepts = (hosts: string[]): boolean => httpCapability.scope.safeParse({ hosts }).success;

  it.each([
    "api.example.com",
    "*.example.com",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "example.com:8443",
    "xn--bcher-kva.example",
  ])("takes %s", (host) => expect(accepts([host])).toBe(true));

  it.each([
    "*",
    "*.com",
    "*.",
    ".example.com",
    "EXAMPLE.com",
    "https://example.com",
    "example.com/",
    "a..b",
    "2130706433",
    "0x7f.1",
    "exa mple.com",
    "example.com:0",
    "example.com:99999",
    "a*.example.com",
    "*.*.example.com",
    "bücher.example",
    "user@example.com",
    "example.com.",
    "[::0001]",
    "",
  ])("does not take %j", (host) => expect(accepts([host])).toBe(false));

  it("intersects to what both cover, no more and no less", () => {
    const pattern = fc.constantFrom(
      "a.x.org",
      "b.a.x.org",
      "*.x.org",
      "*.a.x.org",
      "x.org",
      "*.y.org",
      "a.x.org:81",
    );
    const scope = fc.record({
      hosts: fc.uniqueArray(pattern, { minLength: 1, maxLength: 4 }),
      methods: fc.uniqueArray(fc.constantFrom("GET" as const, "POST" as const), { minLength: 1 }),
      private: fc.boolean(),
    });
    const host = fc.constantFrom(
      "a.x.org",
      "b.a.x.org",
      "c.b.a.x.org",
      "x.org",
      "q.y.org",
      "a.x.org:81",
    );
    fc.assert(
      fc.property(
        scope,
        scope,
        host,
        fc.constantFrom("GET" as const, "POST" as const),
        (one, other, used, method) => {
          const both = httpCapability.intersect(one, other);
          const covers = (part: HttpScope): boolean =>
            httpCapability.covers(part, { method, host: used }) === true;
          expect(both !== undefined && covers(both)).toBe(covers(one) && covers(other));
          expect(both?.private ?? false).toBe(both !== undefined && one.private && other.private);
        },
      ),
    );
  });
});
