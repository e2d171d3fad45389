import { describe, expect, test } from "vitest";

import { readSamples } from "../../scripts/plugins/samples.ts";
import { folderOf, hostWith, sampleTests } from "./sample-plugins.ts";

sampleTests("find-replace", await readSamples(folderOf("find-replace")));

describe("find-replace", () => {
  test("replaces in a document that takes more than one piece and one batch", async () => {
    await using host = await hostWith(["find-replace"]);
    const line = "€ cat and €uro\n";
    const document = host.documents.open("file:///long.txt", line.repeat(60_000));
    const input = { pattern: "c(a)t", replacement: "<$1>" };
    const answer = await host.execute("find-replace.replace", input, { document });
    expect(answer).toEqual({ replacements: 60_000, version: 7 });
    expect(document.text).toBe("€ <a> and €uro\n".repeat(60_000));
  });

  test("replaces 60,000 places of a text of 1 MB in 300 ms, and in four times what 15,000 take", async () => {
    await using host = await hostWith(["find-replace"]);
    const line = "one cat and a dog\n";
    const input = { pattern: "cat", replacement: "lion" };
    /** The processor's time of this process, so that what else the machine does is not counted. */
    const cost = async (lines: number): Promise<number> => {
      const document = host.documents.open(`file:///${lines}.txt`, line.repeat(lines));
      const before = process.cpuUsage();
      const answer = await host.execute("find-replace.replace", input, { document });
      const { user, system } = process.cpuUsage(before);
      expect(answer).toMatchObject({ replacements: lines });
      host.documents.close(document.uri);
      return (user + system) / 1000;
    };
    const least = async (lines: number): Promise<number> => {
      const costs: number[] = [];
      for (let run = 0; run < 5; run++) costs.push(await cost(lines));
      return Math.min(...costs);
    };
    await least(15_000);
    const [few, many] = [await least(15_000), await least(60_000)];
    expect(many).toBeLessThan(300);
    // A square of it would be sixteen times as much.
    expect(many).toBeLessThan(8 * few);
  });

  test("says how far it came when somebody else edits meanwhile", async () => {
    await using host = await hostWith(["find-replace"]);
    const document = host.documents.open("file:///a.txt", "x".repeat(15_000));
    host.documents.on((event) => {
      const first = event.tag === "changed" && event.plugin !== undefined;
      if (first) document.edit([{ start: 0, end: 0, insert: "!" }]);
    });
    const input = { pattern: "x", replacement: "y" };
    await expect(host.execute("find-replace.replace", input, { document })).rejects.toMatchObject({
      code: "command-failed",
      message: expect.stringContaining("after 10000 of 15000 replacements"),
    });
    expect(document.text).toBe(`!${"x".repeat(5_000)}${"y".repeat(10_000)}`);
  });

  test("leaves a read-only document alone", async () => {
    await using host = await hostWith(["find-replace"]);
    const document = host.documents.open("file:///a.txt", "x", "plain", { readOnly: true });
    const input = { pattern: "x", replacement: "y" };
    const replacing = host.execute("find-replace.replace", input, { document });
    await expect(replacing).rejects.toMatchObject({ code: "command-failed" });
    expect(document.text).toBe("x");
  });

  test("marks what it finds", async () => {
    await using host = await hostWith(["find-replace"]);
    const document = host.documents.open("file:///a.txt", "é cat, cat");
    await host.execute("find-replace.find", { pattern: "cat" }, { document });
    const [layer] = document.marks();
    expect(layer?.marks.map(({ start, end }) => [start, end])).toEqual([
      [3, 6],
      [8, 11],
    ]);
  });
});
