import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  indexPackage,
  readIndex,
  StoredPackages,
  type StoredPackage,
  writeIndex,
} from "../../src/plugin/package/package-index.ts";
import { manifestWith } from "../host/test-allowance.ts";

const sha256 = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash("sha256").update(bytes).digest());

const text = fc.string({ unit: "grapheme", maxLength: 30 });
const stored: fc.Arbitrary<StoredPackage> = fc
  .record({
    path: text,
    digest: text,
    size: fc.nat(),
    name: text,
    title: text,
    activation: fc.array(
      text.map((name) => `event:${name}` as const),
      { maxLength: 3 },
    ),
    commands: fc.array(text, { maxLength: 3 }),
  })
  .map(({ path, digest, size, name, title, activation, commands }) => ({
    path,
    digest,
    identity: { tag: "digest", digest },
    size,
    manifest: {
      ...manifestWith({}),
      name,
      title,
      activation,
      commands: commands.map((id) => ({ id, title: id, description: undefined, input: undefined })),
    },
  }));
const folder = fc.array(fc.tuple(stored, fc.array(fc.double({ noNaN: true }), { maxLength: 6 })), {
  maxLength: 12,
});

test("what is read from an index is what was written", async () => {
  await fc.assert(
    fc.asyncProperty(folder, text, async (packages, offers) => {
      // JSON has no negative zero and nothing infinite, and neither has a stamp.
      const entries = packages.map(([one, stamp]) =>
        indexPackage(
          one,
          stamp.map((figure) => (Number.isFinite(figure) ? figure + 0 : 0)),
        ),
      );
      const index = await readIndex(await writeIndex(entries, offers, sha256), offers, sha256);
      if (index.tag !== "used") throw new Error(index.tag);
      expect(index.packages).toEqual(entries);
      const texts = new StoredPackages(index.packages);
      packages.forEach(([one], slot) => {
        expect(texts.read(slot)).toEqual(JSON.parse(JSON.stringify(one)));
      });
    }),
  );
});

test("an index of which any byte was changed, added or taken away is damaged", async () => {
  const bytes = await writeIndex(
    fc.sample(stored, { numRuns: 5, seed: 7 }).map((one) => indexPackage(one, [1, 2, 3])),
    "offers",
    sha256,
  );
  const harm = fc.oneof(
    fc
      .record({ at: fc.nat({ max: bytes.length - 1 }), bits: fc.integer({ min: 1, max: 255 }) })
      .map(({ at, bits }) => bytes.with(at, bytes[at]! ^ bits)),
    fc.nat({ max: bytes.length - 1 }).map((end) => bytes.slice(0, end)),
    fc
      .uint8Array({ minLength: 1, maxLength: 80 })
      .map((more) => Uint8Array.from([...bytes, ...more])),
    fc.uint8Array({ maxLength: 200 }),
  );
  await fc.assert(
    fc.asyncProperty(harm, async (harmed) => {
      expect(await readIndex(harmed, "offers", sha256)).toEqual({ tag: "damaged" });
    }),
  );
});

test("an index is used only where the same is offered", async () => {
  const bytes = await writeIndex([], "these", sha256);
  expect(await readIndex(bytes, "these", sha256)).toEqual({ tag: "used", packages: [] });
  expect(await readIndex(bytes, "those", sha256)).toEqual({ tag: "outdated" });
});
