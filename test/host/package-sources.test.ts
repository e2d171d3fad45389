import { mkdtemp, rm, writeFile } from "node:fs/promises";
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
  await using host = createHost({ platform: nodePlatform(), policy: grantAll([]) });
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
  ["a promise of a Response", () => Promise.resolve(new Response(bytes))],
  ["a path", () => join(folder, "alone.wasm")],
  ["a file: string", () => pathToFileURL(join(folder, "alone.wasm")).href],
  ["a URL", () => pathToFileURL(join(folder, "alone.wasm"))],
])("a package is installed from %s", async (_, source) => {
  expect(await install(source(), manifest)).toBe("installed");
});

test("what is no package is refused, and the message says what is", async () => {
  await using host = createHost({ platform: nodePlatform(), policy: grantAll([]) });
  for (const source of [42, null, {}, ["a"]]) {
    await expect(host.install(source as never, { manifest })).rejects.toMatchObject({
      code: "package-unreadable",
      message: expect.stringContaining("a path, a URL, bytes"),
    });
  }
  const huge = { size: 2 ** 30, arrayBuffer: () => Promise.reject(new Error("it was read")) };
  expect(await install(huge, manifest)).toBe("package-too-large");
  expect(await install(new Response("no", { status: 404 }), manifest)).toBe("package-unreadable");
});

test("the manifest may lie beside the component", async () => {
  expect(await install(join(folder, "p.wasm"), undefined)).toBe("installed");
  expect(await install(pathToFileURL(join(folder, "p.wasm")), undefined)).toBe("installed");
  expect(await install(join(folder, "alone.wasm"), undefined)).toBe("manifest-missing");
  expect(await install(bytes, undefined)).toBe("manifest-missing");
});
