import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { signPackage, withSignature } from "../../src/identity/sign.ts";
import type { SigningKey } from "../../src/identity/ed25519.ts";
import { newKey } from "../identity/keys.ts";
import { withSection } from "../plugin/samples.ts";
import { randomFrom } from "../seeded-random.ts";
import { besiege } from "./attack/besiege.ts";
import { componentOf } from "./attack/honest.ts";
import { type Answer, UploadProcess } from "./attack/upload-process.ts";

const isolation = "process";
const seed = Number(process.env["TEST_SEED"] ?? Date.now() % 1_000_000);
const tokens = { ann: "a token of the uploader ann", bob: "a token of the uploader bob" };

function folder(): string {
  const state = mkdtempSync(join(tmpdir(), "tenon-uploads-"));
  onTestFinished(() => rmSync(state, { recursive: true, force: true }));
  return state;
}

function codeOf({ body }: Answer): string | undefined {
  return (body as { readonly error?: { readonly code: string } } | undefined)?.error?.code;
}

async function signedBy(key: SigningKey, component: Uint8Array): Promise<Uint8Array> {
  return withSignature(component, await signPackage({ component, key }));
}

test("the example is typed as it says", () => {
  const root = join(import.meta.dirname, "../..");
  const tsc = join(root, "node_modules/.bin/tsc");
  const { stdout, status } = spawnSync(tsc, ["-p", "examples/upload-server"], { cwd: root });
  expect(stdout.toString()).toBe("");
  expect(status).toBe(0);
}, 120_000);

test("a plugin is uploaded, called and taken away, by who may", async () => {
  await using server = await UploadProcess.start({ state: folder(), tokens, isolation });
  const component = componentOf("word-count");
  expect((await server.request("POST", "/plugins", { body: "x" })).status).toBe(401);
  const uploaded = await server.upload("ann", component);
  expect(uploaded).toMatchObject({
    status: 201,
    body: { name: "tenon/word-count", identity: "digest", uploader: "ann" },
  });
  expect((uploaded.body as { maker: string }).maker).toMatch(/^not signed; known by its digest/u);
  const counted = await server.call("tenon/word-count", "word-count.count", { text: "one two" });
  expect(counted).toMatchObject({ status: 200, body: { answer: { words: 2 } } });
  const wrong = await server.call("tenon/word-count", "word-count.count", { text: 1 });
  expect([wrong.status, codeOf(wrong)]).toEqual([400, "command-input"]);
  const other = withSection(component, "note", "another program");
  const impostor = await server.request("POST", "/plugins?replace", {
    by: "bob",
    body: other as BodyInit,
  });
  expect(impostor.status).toBe(409);
  const path = "/plugins/tenon/word-count";
  expect((await server.request("DELETE", path, { by: "bob" })).status).toBe(404);
  expect((await server.request("GET", "/plugins")).body).toHaveLength(1);
  expect((await server.request("DELETE", path, { by: "ann" })).status).toBe(204);
  const gone = await server.call("tenon/word-count", "word-count.count", { text: "" });
  expect([gone.status, codeOf(gone)]).toEqual([404, "command-unknown"]);
});

test("what a key was granted is remembered, and its data is there after a restart; the unsigned get none", async () => {
  const state = folder();
  const key = await newKey();
  const notes = componentOf("notes");
  const add = { title: "Milk", text: "Two litres." };
  {
    await using server = await UploadProcess.start({ state, tokens, isolation });
    await server.upload("ann", notes);
    const refused = await server.call("tenon/notes", "notes.add", add);
    expect([refused.status, codeOf(refused)]).toEqual([502, "plugin-activation"]);
    await server.request("DELETE", "/plugins/tenon/notes", { by: "ann" });
    const uploaded = await server.upload("ann", await signedBy(key, notes));
    expect(uploaded).toMatchObject({ status: 201, body: { identity: "key" } });
    expect((await server.call("tenon/notes", "notes.add", add)).status).toBe(200);
  }
  const grants = readFileSync(join(state, "server/grants.json"), "utf8");
  expect(grants).toContain(key.id);
  await using server = await UploadProcess.start({ state, tokens, isolation });
  const listed = await server.call("tenon/notes", "notes.list", { limit: 10 });
  expect(JSON.stringify(listed.body)).toContain("Milk");
  const stripped = await server.upload("bob", notes, { replace: true });
  expect(stripped.status).toBe(409);
  const stolen = await server.upload("bob", await signedBy(await newKey(), notes), {
    replace: true,
  });
  expect(stolen.status).toBe(409);
  expect(JSON.stringify((await server.call("tenon/notes", "notes.list", null)).body)).toContain(
    "Milk",
  );
});

test("an uploader who takes too much is told so, and others may go on", async () => {
  await using server = await UploadProcess.start({ state: folder(), tokens, isolation });
  const large = new Uint8Array(9 * 1024 * 1024);
  expect((await server.upload("ann", large)).status).toBe(413);
  const statuses: number[] = [];
  for (let nth = 0; nth < 61; nth++) {
    statuses.push((await server.upload("ann", new Uint8Array(8))).status);
  }
  expect(statuses.filter((status) => status === 422).length).toBeGreaterThan(50);
  expect(statuses.at(-1)).toBe(429);
  expect((await server.upload("bob", componentOf("upper"))).status).toBe(201);
});

test("who asks to replace a plugin of another name has no more plugins than others", async () => {
  await using server = await UploadProcess.start({ state: folder(), tokens, isolation });
  const ten =
    "word-count markdown highlight json-tools find-replace diff upper notes web-fetch workspace-stats";
  for (const name of ten.split(" ")) {
    expect((await server.upload("ann", componentOf(name))).status).toBe(201);
  }
  const body = componentOf("hostile") as BodyInit;
  const more = await server.request("POST", "/plugins?replace", { by: "ann", body });
  expect([more.status, codeOf(more)]).toEqual([429, "over-limit"]);
  expect((await server.request("GET", "/plugins")).body).toHaveLength(10);
  expect((await server.upload("bob", componentOf("hostile"))).status).toBe(201);
}, 60_000);

test("strangers who send their input slowly, or never, take no calls of others", async () => {
  await using server = await UploadProcess.start({ state: folder(), tokens, isolation });
  await server.upload("ann", componentOf("word-count"));
  const { hostname, port } = new URL(server.url);
  const path = "/plugins/tenon/word-count/commands/word-count.count";
  const sockets = Array.from({ length: 64 }, () => {
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    socket.write(`POST ${path} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 99\r\n\r\n{`);
    return socket;
  });
  await new Promise((resolve) => void setTimeout(resolve, 500));
  const counted = await server.call("tenon/word-count", "word-count.count", { text: "one two" });
  expect(counted).toMatchObject({ status: 200, body: { answer: { words: 2 } } });
  for (const socket of sockets) socket.destroy();
});

test(`hostile people hold up no honest request (seed ${seed})`, async () => {
  const report = await besiege({ seconds: 10, isolation, random: randomFrom(seed) });
  expect(report.ended).toBeUndefined();
  expect(report.serverFaults).toEqual([]);
  expect(report.honest.faults).toEqual([]);
  expect(report.honest.answered).toBe(report.honest.requests);
  // There was an attack.
  const attacks = Object.values(report.answers).reduce((sum, times) => sum + times, 0);
  expect(attacks).toBeGreaterThan(50);
}, 120_000);
