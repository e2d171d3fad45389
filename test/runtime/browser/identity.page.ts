import { describe, expect, it } from "vitest";
import { createHost, grantAll } from "../../../src/index.ts";
import {
  generateKey,
  openKey,
  signPackage,
  verifyPackage,
  withSignature,
} from "../../../src/identity/index.ts";
import { browserPlatform } from "../../../src/platform/browser/index.ts";

const plugin = (name: string): URL => new URL(`/plugins-rs/${name}/${name}.wasm`, location.origin);

async function componentOf(name: string): Promise<Uint8Array> {
  const response = await fetch(plugin(name));
  return new Uint8Array(await response.arrayBuffer());
}

async function signed(component: Uint8Array): Promise<{ bytes: Uint8Array; id: string }> {
  const { pkcs8, publicKey } = await generateKey();
  const key = await openKey(pkcs8, publicKey);
  return { bytes: withSignature(component, await signPackage({ component, key })), id: key.id };
}

/** Takes Ed25519 away from the page's cryptography, as in an engine that has none. */
function withoutEd25519(): Disposable {
  const { prototype } = SubtleCrypto;
  const real = { importKey: prototype.importKey, generateKey: prototype.generateKey };
  const none = (): Promise<never> =>
    Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"));
  Object.assign(prototype, { importKey: none, generateKey: none });
  return { [Symbol.dispose]: () => void Object.assign(prototype, real) };
}

describe("who made a plugin, in a page", () => {
  it("is known by its signature, which the page verifies", async () => {
    const { bytes, id } = await signed(await componentOf("word-count"));
    expect(await verifyPackage({ component: bytes })).toMatchObject({ tag: "key", key: id });
    await using host = createHost({ platform: browserPlatform(), policy: grantAll([], "any") });
    const { identity, maker } = await host.install(bytes);
    expect(identity).toMatchObject({ tag: "key", key: id });
    expect(maker).toContain("signed with the key");
    expect(await host.execute("word-count.count", { text: "one two" })).toMatchObject({ words: 2 });
  });

  it("is not taken from a signature of other bytes, nor from another's name", async () => {
    const component = await componentOf("word-count");
    const { bytes } = await signed(component);
    await using host = createHost({ platform: browserPlatform(), policy: grantAll([], "any") });
    const altered = bytes.with(component.length - 20, bytes[component.length - 20]! ^ 1);
    await expect(host.install(altered)).rejects.toMatchObject({ code: "signature-wrong" });
    await host.install(bytes);
    await expect(host.install(component, { replace: "any" })).rejects.toMatchObject({
      code: "signature-missing",
    });
    const other = await signed(component);
    await expect(host.install(other.bytes, { replace: "any" })).rejects.toMatchObject({
      code: "identity-changed",
    });
    expect(await host.execute("word-count.count", { text: "one two" })).toMatchObject({ words: 2 });
  });

  it("can't be told where the page has no Ed25519: a code says so, and unsigned plugins run", async () => {
    const { bytes } = await signed(await componentOf("word-count"));
    await using host = createHost({ platform: browserPlatform(), policy: grantAll([], "any") });
    {
      using _ = withoutEd25519();
      await expect(host.install(bytes)).rejects.toMatchObject({ code: "signature-unsupported" });
      await expect(generateKey()).rejects.toMatchObject({ code: "signature-unsupported" });
      expect(host.plugins()).toEqual([]);
      await host.install(plugin("json-tools"));
      expect(await host.execute("json-tools.minify", { text: "[ 1 ]" })).toEqual({ text: "[1]" });
    }
    await host.install(bytes);
    expect(await host.execute("word-count.count", { text: "one two" })).toMatchObject({ words: 2 });
  });

  it("says that an application without Ed25519, or without https, can't verify", async () => {
    const { bytes } = await signed(await componentOf("word-count"));
    const real = Object.getOwnPropertyDescriptor(Crypto.prototype, "subtle")!;
    Object.defineProperty(Crypto.prototype, "subtle", { configurable: true, get: () => undefined });
    try {
      await expect(verifyPackage({ component: bytes })).rejects.toMatchObject({
        code: "signature-unsupported",
      });
    } finally {
      Object.defineProperty(Crypto.prototype, "subtle", real);
    }
  });
});
