// A server of a folder's files and nothing else.
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".wasm": "application/wasm",
  ".open": "text/html",
  ".strict": "text/html",
};

/** Files that end in `.strict` are pages under the policy. */
export function serveFolder(folder: string, policy: string): Server {
  return createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = join(folder, path);
    const type = TYPES[extname(path)];
    if (type === undefined || !existsSync(file)) {
      response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
      return;
    }
    response.setHeader("content-type", type);
    if (path.endsWith(".strict")) response.setHeader("content-security-policy", policy);
    response.end(readFileSync(file));
  });
}
