/** Slips of an application's author, and what the host says about them. */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createHost, grantAll, type Host } from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { rogueComponent } from "../sweep/rogue.ts";
import { writeFile } from "node:fs/promises";

const sample = join(import.meta.dirname, "../../plugins-rs/word-count/word-count.wasm");
const text = { text: "one two three" };

async function hosting(): Promise<Host> {
  const host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
  onTestFinished(() => host.close());
  await host.install(sample);
  return host;
}

test("a mistyped command is refused with the one that may be meant", async () => {
  const host = await hosting();
  await expect(host.execute("word-count.cont", text)).rejects.toMatchObject({
    code: "command-unknown",
    message: "No plugin has the command word-count.cont. Did you mean word-count.count?",
  });
  await expect(host.execute("elsewhere.at-all", text)).rejects.toMatchObject({
    message: "No plugin has the command elsewhere.at-all.",
  });
  expect(await host.execute("word-count.count", text)).toMatchObject({ words: 3 });
});

test.each([[() => 1], [Symbol("one")], [{ toJSON: () => undefined }]])(
  "an input without a form in JSON is a mistake of the caller: %o",
  async (input) => {
    const host = await hosting();
    await expect(host.execute("word-count.count", input)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("the input of word-count.count is a JSON value"),
    });
    expect(await host.execute("word-count.count", text)).toMatchObject({ words: 3 });
  },
);

test("an input that JSON cannot be made of is refused with the reason", async () => {
  const host = await hosting();
  const round: { self?: unknown } = {};
  round.self = round;
  const own = {
    toJSON(): never {
      throw new Error("not now");
    },
  };
  for (const [input, why] of [
    [{ text: 5n }, /BigInt/u],
    [round, /circular/u],
    [own, /not now/u],
  ] as const) {
    await expect(host.execute("word-count.count", input)).rejects.toMatchObject({
      code: "command-input",
      message: expect.stringMatching(new RegExp(`the input is not JSON: .*${why.source}`, "u")),
    });
  }
});

test("where no manifest lies beside a component, the file that was looked for is named", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-slips-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await writeFile(join(folder, "bare.wasm"), await rogueComponent("rogue", {}));
  copyFileSync(join(folder, "bare.wasm"), join(folder, "bare.bin"));
  const host = await hosting();
  await expect(host.install(join(folder, "bare.wasm"))).rejects.toMatchObject({
    code: "manifest-missing",
    message: expect.stringContaining(`there is no ${join(folder, "bare.json")}`),
  });
  await expect(host.install(join(folder, "bare.bin"))).rejects.toMatchObject({
    code: "manifest-missing",
    message: expect.not.stringContaining(folder),
  });
});
