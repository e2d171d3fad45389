// Requests that are none: too large, too slow, given up, wrong, or by nobody.
import { request } from "node:http";
import type { Answer, UploadProcess } from "./upload-process.ts";

type Told = (what: string, answer: Answer) => void;

/** Sends each of them again and again until the signal is aborted. */
export async function misbehave(
  server: UploadProcess,
  by: string,
  until: AbortSignal,
  told: Told,
): Promise<void> {
  const ways: readonly (readonly [string, () => Promise<Answer | undefined>])[] = [
    ["nobody's upload", () => server.request("POST", "/plugins", { body: "x" })],
    ["too large", () => server.request("POST", "/plugins", { by, body: new Uint8Array(9 << 20) })],
    ["too large, in chunks", () => server.request("POST", "/plugins", { by, body: endless() })],
    ["slow, given up", () => givenUp(server.url)],
    ["no JSON", () => server.request("POST", command, { body: "{" })],
    ["deep JSON", () => server.request("POST", command, { body: "[".repeat(500_000) })],
    [
      "large JSON",
      () => server.request("POST", command, { body: JSON.stringify("x".repeat(2 << 20)) }),
    ],
    ["call, given up", () => aborted(server)],
    ["another's plugin", () => server.request("DELETE", "/plugins/tenon/word-count", { by })],
    ["no such plugin", () => server.call("tenon/..%2f..", "x.y", null)],
    ["no such page", () => server.request("GET", "/..%2f..%2fetc%2fpasswd")],
    ["list", () => server.request("GET", "/plugins")],
  ];
  for (let nth = 0; !until.aborted && server.ended === undefined; nth++) {
    const [what, send] = ways[nth % ways.length]!;
    const answer = await send().catch(() => undefined);
    if (answer !== undefined) told(what, answer);
    await new Promise<void>((resolve) => void setTimeout(resolve, 50));
  }
}

const command = "/plugins/tenon/word-count/commands/word-count.count";

/** 32 MiB. Each piece waits for its turn: a stream that is always ready would starve all else here. */
function endless(): ReadableStream<Uint8Array> {
  let left = 512;
  return new ReadableStream({
    async pull(controller) {
      await new Promise<void>((resolve) => void setImmediate(resolve));
      controller.enqueue(new Uint8Array(65_536));
      if (--left === 0) controller.close();
    },
  });
}

async function aborted(server: UploadProcess): Promise<Answer | undefined> {
  const signal = AbortSignal.timeout(2);
  const body = JSON.stringify({ text: "word ".repeat(100_000) });
  return await server.request("POST", command, { body, signal });
}

/** Promises a body, sends a little of it, and hangs up. */
function givenUp(url: string): Promise<undefined> {
  return new Promise((resolve) => {
    const sent = request(`${url}/plugins`, {
      method: "POST",
      headers: {
        authorization: "Bearer a token of the uploader rogue-1",
        "content-length": 1_000_000,
      },
    });
    sent.on("error", () => resolve(undefined));
    sent.on("close", () => resolve(undefined));
    sent.write(new Uint8Array(100));
    setTimeout(() => sent.destroy(), 300);
  });
}
