import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Sha256 } from "../../src/platform/browser/sha256.ts";
import { pageSha256 } from "../../src/platform/browser/system.ts";

function expected(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}

test("bytes in any pieces have the digest that Node finds", () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 300, size: "max" }), { maxLength: 12 });
  fc.assert(
    fc.property(pieces, (pieces) => {
      const hash = new Sha256();
      for (const piece of pieces) hash.update(piece);
      expect(hash.digest()).toEqual(expected(Buffer.concat(pieces)));
    }),
  );
});

test("around a block's end", () => {
  for (let length = 0; length <= 130; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => at * 7 + 1);
    expect(new Sha256().update(bytes).digest()).toEqual(expected(bytes));
  }
});

test("many bytes are hashed between turns of the event loop, few at once", async () => {
  for (const length of [0, 1_000, 2 ** 20, 2 ** 20 + 1, 5_000_000]) {
    let turns = 0;
    const bytes = Uint8Array.from({ length }, (_, at) => at % 251);
    const digest = await pageSha256(bytes, async () => void turns++);
    expect(digest).toEqual(expected(bytes));
    expect(turns).toBe(length <= 2 ** 20 ? 0 : Math.ceil(length / 2 ** 19) - 1);
  }
});
