import { expect, onTestFinished, test } from "vitest";
import { createHost, grantAll, type Host } from "../../../src/index.ts";
import { javascript } from "../../../src/javascript/index.ts";
import { nodePlatform } from "../../../src/platform/node/index.ts";
import { networkOf } from "../../plugins/sample-plugins.ts";
import { manifestOf } from "./rig.ts";

const SOURCE = `export const commands = { async "shout.run"({ input }) {
  try {
    const response = await fetch(input);
    return [response.ok, response.status, response.headers.get("content-type"), await response.text()];
  } catch (error) { return error.name + ": " + error.message; }
} };`;

async function hostWith(capabilities: object, grants: readonly string[]): Promise<Host> {
  const host = createHost({
    platform: { ...nodePlatform(), http: networkOf("<p>hej</p>") },
    policy: grantAll(grants, "any"),
    languages: [javascript()],
  });
  onTestFinished(() => host.close());
  const manifest = manifestOf("acme/shout", ["run"], [], { capabilities });
  await host.install(new TextEncoder().encode(SOURCE), { file: "shout.js", manifest });
  return host;
}

const HTTP = { http: { scope: { hosts: ["example.com"] }, reason: "a test" } };

test("fetch goes through the gate of http", async () => {
  const host = await hostWith(HTTP, ["http"]);
  expect(await host.execute("shout.run", "https://example.com/")).toEqual([
    true,
    200,
    "text/html",
    "<p>hej</p>",
  ]);
  expect(await host.execute("shout.run", "https://other.example/")).toMatch(
    /^TypeError: fetch failed: refused: denied/u,
  );
});

test("fetch is refused where the manifest does not ask for http, or nobody granted it", async () => {
  const unasked = await hostWith({}, ["http"]);
  expect(await unasked.execute("shout.run", "https://example.com/")).toMatch(
    "TypeError: fetch needs the capability http: ask for it in the manifest",
  );
  const ungranted = await hostWith(HTTP, []);
  expect(await ungranted.execute("shout.run", "https://example.com/")).toMatch(
    /^TypeError: fetch failed: refused: denied/u,
  );
});
