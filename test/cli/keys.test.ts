import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { componentOf } from "../plugins/sample-plugins.ts";
import { withSection } from "../plugin/samples.ts";
import { type Outcome, tenonIn } from "./tenon.ts";

// Each line starts a process or two.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tenon-keys-"));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  writeFileSync(join(folder, "count.wasm"), await componentOf("word-count"));
});

const tenon = (...args: readonly string[]): Promise<Outcome> => tenonIn(folder, args);
const keys = (...args: readonly string[]): Promise<Outcome> =>
  tenon("keys", "--keys", "mine", ...args);
const sign = (...args: readonly string[]): Promise<Outcome> =>
  tenon("sign", "count.wasm", "--keys", "mine", "--key", ...args);

/** Makes a key and returns its id. */
async function made(name: string, ...options: readonly string[]): Promise<string> {
  const { code, out, err } = await keys(...options, "make", name);
  expect(code, err).toBe(0);
  return /key:[0-9a-f]{64}/u.exec(out)![0];
}

const digitsOf = (id: string): string => id.slice(4, 20).replace(/(.{4})(?=.)/gu, "$1-");

async function expectFailure(outcome: Promise<Outcome>, exit: number, code: string): Promise<void> {
  const { code: exited, out, err } = await outcome;
  expect([exited, out], err).toEqual([exit, ""]);
  expect(err).toMatch(new RegExp(`^${code}  `, "mu"));
}

test("a key is made, listed, exported and added elsewhere, and says who signed wherever a plugin is shown", async () => {
  expect((await keys("list")).out).toBe("no key yet; tenon keys make NAME makes one\n");
  const id = await made("acme");
  expect((await keys("list")).out).toMatch(new RegExp(`^acme +${id} +own`, "mu"));
  await expectFailure(keys("make", "acme"), 2, "key-exists");
  expect(await sign("acme")).toMatchObject({
    code: 0,
    out: `signed count.wasm with acme  ${id}\n`,
  });
  const { out: card } = await keys("export", "acme");
  const stored = JSON.parse(readFileSync(join(folder, "mine/acme.key"), "utf8")) as object;
  const shown = Object.keys(JSON.parse(card) as object);
  const secret = Object.keys(stored).filter((name) => !shown.includes(name));
  expect([shown, secret.length > 0]).toEqual([["kind", "version", "name", "publicKey"], true]);
  writeFileSync(join(folder, "card.json"), card);

  // Another person, who has another state folder.
  const other = (...args: readonly string[]): Promise<Outcome> =>
    tenon("--state", "theirs", ...args);
  const unnamed = `signed with the key ${digitsOf(id)}`;
  expect((await other("verify", "count.wasm")).out).toBe(`count.wasm: ${unnamed}\n`);
  expect((await other("list")).out).toContain(`signed, ${digitsOf(id)}`);
  const added = await other("keys", "add", "card.json", "--name", "Acme Ltd");
  expect(added).toMatchObject({ code: 0, out: `Acme Ltd is ${id}\n` });
  const named = `${unnamed} that you call Acme Ltd`;
  expect((await other("verify", "count.wasm", "--by", "Acme Ltd")).code).toBe(0);
  expect((await other("inspect", "count.wasm")).out).toContain(`${named}\n`);
  expect((await other("list")).out).toContain("signed by Acme Ltd");
  expect(JSON.parse((await other("list", "--json")).out)).toMatchObject([
    { maker: named, identity: { tag: "key", key: id, name: "Acme Ltd" } },
  ]);
  expect(JSON.parse((await other("inspect", "count.wasm", "--json")).out)).toMatchObject({
    maker: named,
    identity: { tag: "key", key: id },
  });
  const ran = await other("run", "count.wasm", "count", "-i", '{"text":"a"}');
  expect(ran.code, ran.err).toBe(0);
  const trail = (await other("audit", "--json")).out.trimEnd().split("\n");
  const makers = trail.map((line) => (JSON.parse(line) as { readonly maker: string }).maker);
  expect(new Set(makers)).toEqual(new Set([id]));
});

test("who is not signed is called so, wherever a plugin is shown", async () => {
  await expectFailure(
    tenon("verify", "count.wasm").then(({ out, ...rest }) => {
      expect(out).toMatch(/not signed; known by its digest/u);
      return { ...rest, out: "" };
    }),
    3,
    "signature-missing",
  );
  expect((await tenon("inspect", "count.wasm")).out).toMatch(/^not signed; known by its digest/mu);
  expect((await tenon("list")).out).toContain("not signed");
  expect(JSON.parse((await tenon("list", "--json")).out)).toMatchObject([
    { identity: { tag: "digest" } },
  ]);
});

test("a rotated key is the same maker, and a revoked one is refused where that is known", async () => {
  const first = await made("acme");
  await sign("acme", "--beside");
  const rotated = await keys("rotate", "acme");
  const second = /key:[0-9a-f]{64}/u.exec(rotated.out)![0];
  expect(second).not.toBe(first);
  const { out: list } = await keys("list");
  expect(list).toMatch(new RegExp(`^acme\\.1 +${first} +own`, "mu"));
  expect(list).toMatch(new RegExp(`^acme +${second} +own`, "mu"));
  expect((await sign("acme", "--beside")).code).toBe(0);
  const { out } = await tenon("verify", "count.wasm", "--json");
  expect(JSON.parse(out)).toEqual({ tag: "key", key: second, formerly: [first] });
  // Who asks for the maker by the key that they know is answered yes, and told why.
  const known = await tenon("verify", "count.wasm", "--by", first);
  expect(known, known.err).toMatchObject({ code: 0 });
  expect(known.out).toContain(`it is the same maker's as ${first}, which vouches for it\n`);
  const stranger = await made("stranger");
  for (const [by, exit, code] of [
    [stranger, 3, "identity-changed"],
    ["acme", 2, "usage"], // nobody has called a key so here
  ] as const) {
    const { code: exited, err } = await tenon("verify", "count.wasm", "--by", by);
    expect([exited, err.startsWith(`${code}  `)], err).toEqual([exit, true]);
  }

  const revoked = await keys("revoke", "acme", "--reason", "the laptop was stolen");
  expect(revoked.code, revoked.err).toBe(0);
  await expectFailure(sign("acme", "--beside"), 3, "key-revoked");
  // Nobody else has heard of it yet.
  expect((await tenon("--state", "theirs", "verify", "count.wasm")).code).toBe(0);
  writeFileSync(join(folder, "revoked.json"), revoked.out);
  const heard = await tenon("--state", "theirs", "keys", "add", "revoked.json");
  expect(heard).toMatchObject({ code: 0, out: `acme is ${second}, revoked\n` });
  for (const args of [["verify"], ["inspect"], ["run", "count"]]) {
    const [command = "", ...more] = args;
    const { code, err } = await tenon("--state", "theirs", command, "count.wasm", ...more);
    expect(code, err).toBe(3);
    expect(err).toMatch(/^key-revoked {2}.*the laptop was stolen/mu);
  }
});

test("a key with a passphrase signs with it alone", async () => {
  for (const [name, text] of [
    ["right", "open sesame\nand what follows is not part of it\n"],
    ["wrong", "open barley\n"],
    ["empty", "\n"],
  ] as const) {
    writeFileSync(join(folder, name), text);
  }
  const id = await made("acme", "--passphrase", "right");
  expect((await keys("list")).out).toMatch(new RegExp(`^acme +${id} +own, locked`, "mu"));
  const before = readFileSync(join(folder, "count.wasm"));
  await expectFailure(sign("acme"), 2, "key-locked");
  await expectFailure(sign("acme", "--passphrase", "wrong"), 2, "key-locked");
  await expectFailure(sign("acme", "--passphrase", "empty"), 2, "usage");
  await expectFailure(sign("acme", "--passphrase", "none"), 2, "usage");
  expect(readFileSync(join(folder, "count.wasm")).equals(before)).toBe(true);
  const piped = await tenonIn(
    folder,
    ["sign", "count.wasm", "--keys", "mine", "--key", "acme", "--passphrase", "-"],
    "open sesame",
  );
  expect(piped, piped.err).toMatchObject({ code: 0, out: `signed count.wasm with acme  ${id}\n` });
});

test.skipIf(process.platform === "win32")("a key that others can read signs nothing", async () => {
  await made("acme");
  const file = join(folder, "mine/acme.key");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const before = readFileSync(join(folder, "count.wasm"));
  for (const mode of [0o604, 0o620, 0o640]) {
    chmodSync(file, mode);
    await expectFailure(sign("acme"), 2, "key-exposed");
  }
  await expectFailure(keys("export", "acme"), 2, "key-exposed");
  await expectFailure(keys("rotate", "acme"), 2, "key-exposed");
  const { code, err } = await keys("list");
  expect([code, err.startsWith("key-exposed")]).toEqual([0, true]);
  expect(readFileSync(join(folder, "count.wasm")).equals(before)).toBe(true);
  chmodSync(file, 0o600);
  expect((await sign("acme")).code).toBe(0);
});

test("a package whose signature is wrong, doubled or cut off is refused by each command", async () => {
  await made("acme");
  await made("other");
  const component = await componentOf("word-count");
  expect((await sign("acme")).code).toBe(0);
  const signed = new Uint8Array(readFileSync(join(folder, "count.wasm")));
  expect((await sign("other", "--beside")).code).toBe(3);
  const cases: Readonly<Record<string, Uint8Array>> = {
    "signature-wrong": signed.with(component.length - 20, signed[component.length - 20]! ^ 1),
    "signature-duplicate": Uint8Array.from([...signed, ...signed.subarray(component.length)]),
    "signature-malformed": withSection(component, "tenon:signature", new Uint8Array(20)),
  };
  for (const [code, bytes] of Object.entries(cases)) {
    writeFileSync(join(folder, "count.wasm"), bytes);
    await expectFailure(tenon("verify", "count.wasm"), 3, code);
    await expectFailure(tenon("run", "count.wasm", "count"), 3, code);
    expect((await tenon("list")).out).toContain(code);
  }
  await expectFailure(tenon("inspect", "count.wasm"), 3, "signature-malformed");
});

test("what is no component is not signed, and stays as it is", async () => {
  await made("acme");
  for (const [name, bytes] of [
    ["notes.txt", "remember the milk\n"],
    ["core.wasm", Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)],
    ["empty.wasm", ""],
  ] as const) {
    writeFileSync(join(folder, name), bytes);
    const signed = tenon("sign", name, "--keys", "mine", "--key", "acme");
    await expectFailure(signed, 3, "package-not-a-component");
    expect(readFileSync(join(folder, name)).equals(Buffer.from(bytes)), name).toBe(true);
  }
});

test("a file of a passphrase may begin with a byte order mark", async () => {
  writeFileSync(join(folder, "marked"), "\ufeffopen sesame\r\n");
  writeFileSync(join(folder, "plain"), "open sesame\n");
  await made("acme", "--passphrase", "marked");
  expect((await sign("acme", "--passphrase", "plain")).code).toBe(0);
});

test("a key or a card that is missing or damaged is named", async () => {
  await expectFailure(sign("nobody"), 2, "key-unreadable");
  writeFileSync(join(folder, "card.json"), "{}");
  await expectFailure(keys("add", "card.json"), 2, "key-unreadable");
  await made("acme");
  writeFileSync(join(folder, "mine/acme.key"), "no key");
  await expectFailure(sign("acme"), 2, "key-unreadable");
});
