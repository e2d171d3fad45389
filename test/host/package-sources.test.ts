import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHost, grantAll, type PackageSource } from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { manifestText } from "../manifest-text.ts";
import { rogueComponent } from "../sweep/rogue.ts";

const manifest = manifestText("acme/p", { activation: ["event:rogue.poke"] });
let folder: string;
let bytes: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-sources-"));
  bytes = Uint8Array.from(await rogueComponent("rogue", {}));
  await writeFile(join(folder, "p.wasm"), bytes);
  await writeFile(join(folder, "p.json"), manifest);
  await writeFile(join(folder, "alone.wasm"), bytes);
});
afterAll(() => rm(folder, { recursive: true }));

async function install(source: PackageSource, beside: string | undefined): Promise<string> {
  await using host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
  const options = beside === undefined ? {} : { manifest: beside };
  try {
    return (await host.install(source, options)).state;
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

test.each<[string, () => PackageSource]>([
  ["an ArrayBuffer", () => bytes.buffer],
  ["a view that is no Uint8Array", () => new DataView(bytes.buffer)],
  ["a Buffer", () => Buffer.from(bytes)],
  [
    "bytes of another realm",
    () => runInNewContext("Uint8Array.from(bytes)", { bytes }) as Uint8Array,
  ],
  ["a Blob", () => new Blob([bytes])],
  ["a File", () => new File([bytes], "p.wasm")],
  ["a Response", () => new Response(bytes)],
  ["a stream", () => new Blob([bytes]).stream()],
  ["a Readable of Node's", () => Readable.from([Buffer.from(bytes)])],
  ["a promise of a Readable", () => Promise.resolve(Readable.from([Buffer.from(bytes)]))],
  ["a promise of a Response", () => Promise.resolve(new Response(bytes))],
  ["a path", () => join(folder, "alone.wasm")],
  ["a file: string", () => pathToFileURL(join(folder, "alone.wasm")).href],
  ["a URL", () => pathToFileURL(join(folder, "alone.wasm"))],
])("a package is installed from %s", async (_, source) => {
  expect(await install(source(), manifest)).toBe("installed");
});

test.each<[unknown, string]>([
  [undefined, "undefined"],
  [null, "null"],
  [42, "42"],
  [{}, "object"],
  [[1, 2], "an array"],
  [() => 1, "function"],
])("%o is no package: what was given is said, and what a package is", async (source, said) => {
  await using host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
  await expect(host.install(source as never, { manifest })).rejects.toMatchObject({
    code: "usage",
    message: `a package is a path, a URL, bytes, a Blob, a Response or a stream; not ${said}`,
  });
});

test("bytes that were transferred away are a mistake in usage, and said to be gone", async () => {
  await using host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
  for (const gone of [(copy: Uint8Array<ArrayBuffer>) => copy, ({ buffer }) => buffer] as ((
    copy: Uint8Array<ArrayBuffer>,
  ) => PackageSource)[]) {
    const copy = bytes.slice();
    const source = gone(copy);
    structuredClone(copy.buffer, { transfer: [copy.buffer] });
    await expect(host.install(source, { manifest })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("the package's bytes are gone"),
    });
  }
});

test("a package that no server gives is refused with the reason of the network", async () => {
  await using host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
  // A port that fetch never connects to.
  await expect(host.install("http://127.0.0.1:9/p.wasm", { manifest })).rejects.toMatchObject({
    code: "package-unreadable",
    message: expect.stringMatching(/p\.wasm could not be read: fetch failed \(bad port\)/u),
  });
});

test("what cannot be read is refused with a code", async () => {
  const huge = { size: 2 ** 30, arrayBuffer: () => Promise.reject(new Error("it was read")) };
  expect(await install(huge, manifest)).toBe("package-too-large");
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error("hands off");
      },
    },
  );
  expect(await install(hostile as never, manifest)).toBe("package-unreadable");
  expect(await install(Promise.resolve(5) as never, manifest)).toBe("package-unreadable");
  await using host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
  await expect(
    host.install(new Response("no", { status: 404 }), { manifest }),
  ).rejects.toMatchObject({
    code: "package-unreadable",
    message: expect.stringContaining("status 404"),
  });
});

test("a URL of another scheme is no path, and its content is not repeated", async () => {
  await using host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
  const data = `data:application/wasm;base64,${"A".repeat(100_000)}`;
  for (const [source, scheme] of [
    [data, "data:"],
    [new URL(data), "data:"],
    ["ftp://example.com/p.wasm", "ftp:"],
    ["blob:nodedata:0", "blob:"],
  ] as const) {
    const error = await host.install(source).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "package-unreadable" });
    const { message } = error as Error;
    expect(message).toContain(`${scheme} is not a place to read packages from`);
    expect(message.length).toBeLessThan(1_000);
  }
  // A path may have a colon.
  await expect(host.install("no:such.wasm")).rejects.toThrow("ENOENT");
});

test("a digest that is none is a mistake of the application's", async () => {
  await using host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
  await expect(host.install(bytes, { manifest, digest: "abc" })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("digest"),
  });
});

test("a stream that is always ready lets others run, and one that brings nothing ends", async () => {
  let chunks = 0;
  let othersRan = 0;
  const timer = setInterval(() => othersRan++, 0);
  const nothing = new ReadableStream<Uint8Array>({
    pull(controller) {
      chunks++;
      controller.enqueue(new Uint8Array(0));
    },
  });
  await using host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
  await expect(host.install(nothing, { manifest })).rejects.toMatchObject({
    code: "package-unreadable",
    message: expect.stringContaining("no byte"),
  });
  clearInterval(timer);
  expect(chunks).toBeLessThan(20_000);
  expect(othersRan).toBeGreaterThan(0);
});

test("a package comes in chunks of any size", async () => {
  async function* inChunks(size: number): AsyncIterable<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) {
      yield bytes.subarray(at, at + size);
      yield new Uint8Array(0);
    }
  }
  for (const size of [1, 7, 100_000])
    expect(await install(inChunks(size), manifest)).toBe("installed");
});

test("the manifest may lie beside the component", async () => {
  expect(await install(join(folder, "p.wasm"), undefined)).toBe("installed");
  expect(await install(pathToFileURL(join(folder, "p.wasm")), undefined)).toBe("installed");
  expect(await install(join(folder, "alone.wasm"), undefined)).toBe("manifest-missing");
  expect(await install(bytes, undefined)).toBe("manifest-missing");
});

test("close ends the host as leaving its scope does, however often it is called", async () => {
  const host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
  await host.close();
  await host.close();
  await expect(host.install(bytes, { manifest })).rejects.toMatchObject({ code: "host-closed" });
});
