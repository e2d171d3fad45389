// The same plugin in Rust and in TypeScript: what its samples say of one holds for the other.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSamples, SampleRun } from "../../../scripts/plugins/samples.ts";
import { componentOf, folderOf, manifestOf } from "../../plugins/sample-plugins.ts";

const sources = join(import.meta.dirname, "../../../plugins-ts");

for (const name of ["notes", "upper"]) {
  const samples = await readSamples(folderOf(name));
  const languages: Readonly<Record<string, () => Promise<Uint8Array | string>>> = {
    Rust: () => componentOf(name),
    TypeScript: async () => join(sources, name, `${name}.ts`),
  };
  for (const [language, plugin] of Object.entries(languages)) {
    describe(`${name} in ${language}`, () => {
      let run: SampleRun;
      beforeAll(async () => {
        run = await SampleRun.start(await plugin(), await manifestOf(name));
      });
      afterAll(() => run[Symbol.asyncDispose]());

      test.for(samples)("$name", async (sample) => {
        expect(await run.fault(sample)).toBeUndefined();
      });
    });
  }
}

test("the manifests of the two say the same", async () => {
  expect(await readFile(join(sources, "notes/manifest.json"), "utf8")).toBe(
    await manifestOf("notes"),
  );
});
