import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { SigningKey } from "../../src/identity/ed25519.ts";
import { fromHex } from "../../src/identity/hex.ts";
import type { Identity, KeyId } from "../../src/identity/identity.ts";
import { noKnownKeys, type KnownKeys } from "../../src/identity/known-keys.ts";
import { revoke, signPackage, vouch, withSignature } from "../../src/identity/sign.ts";
import { decodeSignature, encodeSignature } from "../../src/identity/signature.ts";
import { identifyPackage, type IdentityOptions } from "../../src/identity/identify.ts";
import { failure } from "../conformance/engine-expect.ts";
import { rustComponent, sha256, slices } from "../plugin/samples.ts";
import { newKey, whoKnows, withBit } from "./keys.ts";

const component = rustComponent("upper");
let key: SigningKey;
let signed: Uint8Array;
let signature: Uint8Array;

beforeAll(async () => {
  key = await newKey();
  signature = await signPackage({ component, key });
  signed = withSignature(component, signature);
});

function identified(bytes: Uint8Array, options: Partial<IdentityOptions> = {}): Promise<Identity> {
  return identifyPackage(bytes, "sha256:00", { sha256, slices, ...options });
}

test("a signed package is known by its key, in the component or beside it", async () => {
  const expected = { tag: "key", key: key.id, formerly: [], name: undefined };
  expect(await identified(signed)).toEqual(expected);
  expect(await identified(component, { signature })).toEqual(expected);
});

test("a package without a signature is known by its digest, one of a vouched place by the place", async () => {
  expect(await identified(component)).toEqual({ tag: "digest", digest: "sha256:00" });
  expect(await identified(component, { place: "ours" })).toEqual({ tag: "place", place: "ours" });
  expect(await identified(signed, { place: "ours" })).toEqual({ tag: "place", place: "ours" });
});

test("a manifest beside an unsigned component is part of what it is known by", async () => {
  const bare = component.subarray(0, 8);
  const one = await identified(bare, { manifest: "{}" });
  const other = await identified(bare, { manifest: "{ }" });
  expect(one.tag).toBe("digest");
  expect(one).not.toEqual(other);
  expect(await identified(bare, { manifest: new TextEncoder().encode("{}") })).toEqual(one);
});

test("each bit of the component that changes makes its signature wrong", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: component.length * 8 - 1 }), async (bit) => {
      await failure("signature-wrong", () => identified(withBit(component, bit), { signature }));
    }),
    { numRuns: 60 },
  );
});

test("each bit of the signature that changes is refused with a code", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: signature.length * 8 - 1 }), async (bit) => {
      const changed = withBit(signature, bit);
      const error = await identified(component, { signature: changed }).catch((caught) => caught);
      expect(["signature-wrong", "signature-malformed"]).toContain(error.code);
    }),
    { numRuns: 200 },
  );
});

test("a signature of another package, or of another manifest, is wrong", async () => {
  const other = await signPackage({ component: rustComponent("notes"), key });
  await failure("signature-wrong", () => identified(component, { signature: other }));
  const bare = component.subarray(0, 8);
  const manifest = new TextEncoder().encode("{}");
  const beside = await signPackage({ component: bare, manifest, key });
  await identified(bare, { manifest, signature: beside });
  await failure("signature-wrong", () => identified(bare, { manifest: "{ }", signature: beside }));
  await failure("signature-wrong", () => identified(bare, { signature: beside }));
});

test("two signatures are refused, wherever they lie, even where both are right", async () => {
  await failure("signature-duplicate", () => identified(signed, { signature }));
  await failure("signature-duplicate", () => identified(withSignature(signed, signature)));
  await failure("signature-duplicate", () => signPackage({ component: signed, key }));
});

test("a signature that is not the last section is refused", async () => {
  const followed = Uint8Array.from([...signed, 0, 2, 1, 0x78]);
  await failure("signature-malformed", () => identified(followed));
});

test("a key that vouches for the next one stays the same publisher, however often", async () => {
  const keys = [key, await newKey(), await newKey(), await newKey()];
  const links = await Promise.all(
    keys.slice(0, -1).map((from, at) => vouch(from, keys[at + 1]!.publicKey)),
  );
  const rotated = await signPackage({ component, key: keys.at(-1)!, links });
  expect(await identified(component, { signature: rotated })).toMatchObject({
    key: keys.at(-1)!.id,
    formerly: keys.slice(0, -1).map(({ id }) => id),
  });
});

test("an older key's word for another key, a link left out or put in are all wrong", async () => {
  const [next, stranger] = [await newKey(), await newKey()];
  const link = await vouch(key, next.publicKey);
  const forged = await signPackage({ component, key: stranger, links: [link] });
  await failure("signature-wrong", () => identified(component, { signature: forged }));
  const rotated = decodeSignature(await signPackage({ component, key: next, links: [link] }));
  const without = encodeSignature({ ...rotated, links: [] });
  await failure("signature-wrong", () => identified(component, { signature: without }));
  const own = decodeSignature(await signPackage({ component, key: next }));
  const added = encodeSignature({ ...own, links: [link] });
  await failure("signature-wrong", () => identified(component, { signature: added }));
  // A word for a key's end is none for its successor.
  const end = { from: key.publicKey, signature: await revoke(key, 1, "over") };
  const misused = await signPackage({ component, key: next, links: [end] });
  await failure("signature-wrong", () => identified(component, { signature: misused }));
});

test("a revoked key signs nothing, and vouches for nobody", async () => {
  const next = await newKey();
  const links = [await vouch(key, next.publicKey)];
  const rotated = await signPackage({ component, key: next, links });
  const revoked = { at: 1, reason: "it was \u001b[31mstolen" };
  const keys: KnownKeys = whoKnows(new Map([[key.id, { revoked }]]));
  const error = await failure("key-revoked", () => identified(signed, { keys }));
  expect(error.data["key"]).toBe(key.id);
  expect(error.message).not.toContain("\u001b");
  expect(await identified(component, { signature: rotated, keys })).toMatchObject({
    key: next.id,
    formerly: [],
  });
});

test("what a person calls a key is in its identity", async () => {
  const keys = whoKnows(new Map<KeyId, { name: string }>([[key.id, { name: "acme" }]]));
  expect(await identified(signed, { keys })).toMatchObject({ name: "acme" });
  expect(await identified(signed, { keys: noKnownKeys })).toMatchObject({ name: undefined });
});

test("a key under which one signature passes for every message is no key", async () => {
  // The neutral point as the key and in the signature, and a factor of zero.
  const point = fromHex(`01${"00".repeat(31)}`);
  const weak = encodeSignature({
    publicKey: point,
    signature: Uint8Array.from([...point, ...new Uint8Array(32)]),
    links: [],
  });
  await failure("signature-wrong", () => identified(component, { signature: weak }));
});

test("bytes that are no point of the curve are no key", async () => {
  const { signature: made } = decodeSignature(signature);
  const odd = encodeSignature({ publicKey: fromHex("02".repeat(32)), signature: made, links: [] });
  await failure("signature-wrong", () => identified(component, { signature: odd }));
});
