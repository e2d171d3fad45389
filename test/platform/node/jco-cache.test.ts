import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decodeArtifact } from "../../../src/platform/node/jco/artifact.ts";
import { jcoEngine } from "../../../src/platform/node/jco/engine.ts";
import { api, API, start } from "../../conformance/engine-expect.ts";
import { arithmetic } from "../../conformance/engine-guests.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-jco-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function add(cacheFolder: string): Promise<unknown> {
  const instance = await start(jcoEngine({ cacheFolder }), arithmetic());
  return api(instance, API)["add"]!(2, 3);
}

test("what was transpiled is kept in the folder, one whole file each, and used again", async () => {
  expect(await add(folder)).toBe(5);
  const [name, ...rest] = await readdir(folder);
  expect(rest).toEqual([]);
  const written = await readFile(join(folder, name!));
  expect(await add(folder)).toBe(5);
  expect(await readFile(join(folder, name!))).toEqual(written);
});

test.each([
  ["torn", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ["emptied", () => Buffer.alloc(0)],
  ["altered", (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 900 ? ~byte : byte)))],
])("a file that was %s is made anew", async (_, damage) => {
  await add(folder);
  const path = join(folder, (await readdir(folder))[0]!);
  await writeFile(path, damage(await readFile(path)));
  expect(decodeArtifact(Uint8Array.from(await readFile(path)))).toBeUndefined();
  expect(await add(folder)).toBe(5);
  expect(decodeArtifact(Uint8Array.from(await readFile(path)))).toBeDefined();
});

test("a folder that can't be made costs nothing but time", async () => {
  const file = join(folder, "a-file");
  await writeFile(file, "");
  expect(await add(join(file, "below"))).toBe(5);
});
