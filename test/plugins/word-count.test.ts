import { describe, expect, test } from "vitest";

import { readSamples } from "../../scripts/plugins/samples.ts";
import { folderOf, hostWith, sampleTests, watchingPerson } from "./sample-plugins.ts";

sampleTests("word-count", await readSamples(folderOf("word-count")));

describe("word-count", () => {
  test("counts a document that is longer than what it reads at once", async () => {
    await using host = await hostWith(["word-count"]);
    // Three bytes a character, so that no piece of a power of two ends between two of them.
    const text = "€uro \r\n".repeat(100_000);
    const document = host.documents.open("file:///long.txt", text);
    const counts = await host.execute("word-count.count", undefined, { document });
    expect(counts).toMatchObject({ words: 100_000, lines: 100_001, bytes: 900_000 });
    expect(counts).toMatchObject({ characters: 600_000 });
  });

  test("shows the words of the last changed document, in one place", async () => {
    const { ui, shown } = watchingPerson();
    const host = await hostWith(["word-count"], { platform: { ui }, grants: ["text", "ui"] });
    const write = (uri: string, text: string) =>
      host.documents.open(uri, "").edit([{ start: 0, end: 0, insert: text }]);
    write("file:///a.txt", "one two");
    await expect.poll(() => shown, { timeout: 20_000 }).toEqual(["2 words"]);
    write("file:///b.txt", "one two three");
    await expect.poll(() => shown, { timeout: 20_000 }).toEqual(["3 words"]);
    await host[Symbol.asyncDispose]();
    expect(shown).toEqual([]);
  });

  test("reads no document by itself without the grant, and still counts what it is handed", async () => {
    const { ui, shown } = watchingPerson();
    await using host = await hostWith(["word-count"], { platform: { ui }, grants: ["ui"] });
    const document = host.documents.open("file:///a.txt", "one");
    document.edit([{ start: 3, end: 3, insert: " two" }]);
    const counts = await host.execute("word-count.count", undefined, { document });
    expect(counts).toMatchObject({ words: 2 });
    expect(shown).toEqual([]);
    expect(host.plugin("tenon/word-count").calls).toBe(1);
  });
});
