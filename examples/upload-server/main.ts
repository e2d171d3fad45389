// node main.ts --tokens tokens.json [--state FOLDER] [--port 8787] [--isolation process|thread|caller]
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { serve } from "@hono/node-server";
import type { InterfaceDefinition, Isolation } from "tenon";
import { createUploadServer } from "./server.ts";

const { values } = parseArgs({
  options: {
    tokens: { type: "string" },
    state: { type: "string", default: "state" },
    port: { type: "string", default: "8787" },
    isolation: { type: "string", default: "process" },
    /** A module that exports `interfaces`, the application's own. */
    interfaces: { type: "string" },
  },
});
if (values.tokens === undefined) throw new Error('--tokens FILE: {"NAME": "TOKEN", …}');

const { interfaces } =
  values.interfaces === undefined
    ? { interfaces: [] }
    : ((await import(pathToFileURL(resolve(values.interfaces)).href)) as {
        readonly interfaces: readonly InterfaceDefinition[];
      });
const server = await createUploadServer({
  state: resolve(values.state),
  tokens: JSON.parse(readFileSync(values.tokens, "utf8")) as Record<string, string>,
  isolation: values.isolation as Isolation,
  interfaces,
});
for (const what of server.failed) console.error("not installed:", what);
const listener = serve(
  { fetch: server.app.fetch, port: Number(values.port), hostname: "127.0.0.1" },
  ({ port }) => console.log(`http://127.0.0.1:${port}`),
);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    listener.close();
    void server[Symbol.asyncDispose]().then(() => process.exit(0));
  });
}
