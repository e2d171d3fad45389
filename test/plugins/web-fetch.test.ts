import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { readSamples } from "../../scripts/plugins/samples.ts";
import { askingPolicy, type Consent } from "../../src/capability/asking-policy.ts";
import type { PolicyRequest } from "../../src/capability/policy.ts";
import { grantAll } from "../../src/capability/static-policy.ts";
import { createHost } from "../../src/host/host.ts";
import type { Host } from "../../src/host/options.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import {
  changedPlugin,
  componentOf,
  folderOf,
  hostWith,
  networkOf,
  sampleTests,
} from "./sample-plugins.ts";

sampleTests("web-fetch", await readSamples(folderOf("web-fetch")));

const page = `<!doctype html><title>A &amp; B</title><meta name=description content="A page">
<a href="/x">one</a> <a href="javascript:x">never</a> <a href="https://b.example/">two</a>`;

describe("web-fetch", () => {
  let server: Server;
  let origin: string;
  let requests: string[];

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      if (request.url === "/moved") return void response.writeHead(302, { location: "/" }).end();
      if (request.url === "/away") {
        return void response.writeHead(302, { location: "http://elsewhere.example/" }).end();
      }
      if (request.url === "/long") {
        return void response
          .writeHead(200, { "content-type": "text/html" })
          .end(page.padEnd(3 << 20));
      }
      response
        .writeHead(request.url === "/" ? 200 : 404, { "content-type": "text/html" })
        .end(page);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    requests = [];
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  // The plugin, with the server among the hosts that its manifest names.
  async function hostThatAsks(policy: ReturnType<typeof grantAll>): Promise<Host> {
    const hosts = [new URL(origin).host, "example.com"];
    const http = { scope: { hosts, private: true }, reason: "To test.", optional: true };
    const host = createHost({ platform: nodePlatform(), policy });
    const cache = { scope: { quotaBytes: 100_000 }, reason: "To test.", optional: true };
    await host.install(await changedPlugin("web-fetch", { capabilities: { http, cache } }));
    return host;
  }

  test("fetches a page, follows redirects, and lists its links", async () => {
    await using host = await hostThatAsks(grantAll(["http"], "any"));
    expect(await host.execute("web-fetch.fetch", { url: `${origin}/moved` })).toEqual({
      outcome: "fetched",
      url: `${origin}/`,
      status: 200,
      contentType: "text/html",
      bytes: page.length,
      cut: false,
      title: "A & B",
      description: "A page",
      links: [
        { url: `${origin}/x`, text: "one" },
        { url: "https://b.example/", text: "two" },
      ],
      more: false,
    });
    expect(await host.execute("web-fetch.fetch", { url: `${origin}/none` })).toMatchObject({
      outcome: "fetched",
      status: 404,
    });
  });

  test("reads a long page as far as it needs to", async () => {
    await using host = await hostThatAsks(grantAll(["http"], "any"));
    expect(await host.execute("web-fetch.fetch", { url: `${origin}/long` })).toMatchObject({
      cut: true,
      title: "A & B",
    });
  });

  test("reports a redirect to a host that was not granted as refused", async () => {
    await using host = await hostThatAsks(grantAll(["http"], "any"));
    expect(await host.execute("web-fetch.fetch", { url: `${origin}/away` })).toMatchObject({
      outcome: "refused",
      kind: "denied",
    });
  });

  test("asks the person once it is needed, for the one host", async () => {
    const questions: PolicyRequest[] = [];
    const ask = (question: PolicyRequest): Consent => {
      questions.push(question);
      return "session";
    };
    const platform = { ...nodePlatform(), http: networkOf(page) };
    await using host = createHost({ platform, policy: askingPolicy(ask) });
    await host.install(await componentOf("web-fetch"));
    expect(questions).toEqual([]);
    const url = "https://example.com/a";
    expect(await host.execute("web-fetch.fetch", { url })).toMatchObject({ title: "A & B" });
    expect(await host.execute("web-fetch.fetch", { url })).toMatchObject({ title: "A & B" });
    expect(questions).toMatchObject([
      { capability: "http", scope: { hosts: ["example.com"], methods: ["GET"] } },
    ]);
  });

  test("keeps what a page said, until it is told to look again", async () => {
    await using host = await hostThatAsks(grantAll(["http", "cache"], "any"));
    requests.length = 0;
    const look = (more = {}) => host.execute("web-fetch.fetch", { url: `${origin}/`, ...more });
    const first = await look();
    expect(await look()).toEqual(first);
    expect(requests).toEqual(["GET /"]);
    // Another question about the same page is another request, and both are forgotten together.
    expect(await look({ limit: 1 })).toMatchObject({ more: true });
    expect(requests).toHaveLength(2);
    await look({ fresh: true });
    expect(requests).toHaveLength(3);
    await look({ limit: 1 });
    expect(requests).toHaveLength(4);
    expect(await look()).toEqual(first);
    expect(requests).toHaveLength(4);
  });

  test("keeps nothing that failed, and nothing without the grant or beyond its instance's plugin", async () => {
    await using host = await hostThatAsks(grantAll(["http", "cache"], "any"));
    requests.length = 0;
    const look = (path = "/") => host.execute("web-fetch.fetch", { url: `${origin}${path}` });
    for (const path of ["/none", "/none"]) await look(path);
    expect(requests).toEqual(["GET /none", "GET /none"]);
    await look();
    await host.stop("tenon/web-fetch");
    await look();
    expect(requests).toHaveLength(3);
    await host.revoke("tenon/web-fetch", "cache");
    await look();
    expect(requests).toHaveLength(4);
    expect(host.plugin("tenon/web-fetch").refusals).toBeGreaterThan(0);
    await using other = await hostThatAsks(grantAll(["http"], "any"));
    for (const path of ["/", "/"]) {
      await other.execute("web-fetch.fetch", { url: `${origin}${path}` });
    }
    expect(requests).toHaveLength(6);
  });

  test("takes no for an answer", async () => {
    requests.length = 0;
    await using host = await hostThatAsks(askingPolicy(() => "no"));
    expect(await host.execute("web-fetch.fetch", { url: `${origin}/` })).toMatchObject({
      outcome: "refused",
      kind: "denied",
    });
    expect(requests).toEqual([]);
  });

  test("reaches no host that its manifest does not name, whatever is granted", async () => {
    requests.length = 0;
    await using host = await hostWith(["web-fetch"], { grants: ["http"] });
    expect(await host.execute("web-fetch.fetch", { url: `${origin}/` })).toMatchObject({
      outcome: "refused",
      kind: "denied",
    });
    expect(requests).toEqual([]);
  });
});
