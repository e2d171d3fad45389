import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { OpenDocument } from "../../src/interfaces/text/open-document.ts";
import { metered } from "./metered-document.ts";
import { hostWith } from "./sample-plugins.ts";

const megabyte = 1 << 20;
const line = "let name = 1; --[[ € ]] call(name); -- Where it stands. What it says.\n";
const lines = (bytes: number): string => line.repeat(bytes / Buffer.byteLength(line));

// Calls of each plugin, by the plugin's name.
const calls = {
  "word-count": [["word-count.count", null]],
  "find-replace": [
    ["find-replace.find", { pattern: "\\bnam\\w+$|x", limit: 50 }],
    ["find-replace.find", { pattern: "\\w\\s+\\w", limit: 50 }],
  ],
  highlight: [
    ["highlight.html", { language: "lua", first: 40, lines: 30 }],
    ["highlight.html", { language: "lua", lines: 60, style: "classes" }],
  ],
} as const;

describe("a plugin that has read a large document reads what changed", { timeout: 60_000 }, () => {
  // What a call reads at first, again, and after one edit in the middle.
  async function reads(plugin: string, command: string, input: unknown, text: string) {
    await using host = await hostWith([plugin]);
    const { document, read } = metered(host.documents.open("file:///a.js", text));
    const run = () => host.execute(command, input, { document });
    await run();
    const first = read();
    await run();
    const again = read();
    const at = Math.floor(text.length / 2);
    document.edit([{ start: at, end: at + 4, insert: "name\nname" }]);
    await run();
    return { size: Buffer.byteLength(text), first, again, edited: read() };
  }

  test("word-count", async () => {
    const { size, first, again, edited } = await reads(
      "word-count",
      "word-count.count",
      null,
      lines(10 * megabyte),
    );
    expect([first, again]).toEqual([size, 0]);
    expect(edited).toBeLessThan(8 * 1024);
  });

  test("word-count, where all of it is one line", async () => {
    const text = lines(3 * megabyte).replaceAll("\n", " ");
    const { size, first, again, edited } = await reads(
      "word-count",
      "word-count.count",
      null,
      text,
    );
    expect([first, again]).toEqual([size, 0]);
    expect(edited).toBeLessThan(8 * 1024);
  });

  test("find-replace, where occurrences keep to lines", async () => {
    const { size, first, again, edited } = await reads(
      "find-replace",
      "find-replace.find",
      { pattern: "\\bnothing\\b" },
      lines(10 * megabyte),
    );
    expect([first, again]).toEqual([size, 0]);
    expect(edited).toBeLessThan(16 * 1024);
  });

  test("find-replace, where an occurrence may reach across anything", async () => {
    const { size, first, again, edited } = await reads(
      "find-replace",
      "find-replace.find",
      { pattern: "nothing\\s+here" },
      lines(megabyte),
    );
    expect([first, again]).toEqual([size, 0]);
    expect(edited).toBeLessThan(100);
  });

  test("highlight", async () => {
    const text = lines(megabyte / 4);
    const last = text.split("\n").length - 40;
    const { size, first, again, edited } = await reads(
      "highlight",
      "highlight.html",
      { language: "lua", first: last, lines: 30 },
      text,
    );
    expect(first).toBeGreaterThanOrEqual(size * 0.95);
    // The lines that are shown, and those beside them in their blocks.
    expect(again).toBeLessThan(8 * 1024);
    expect(edited).toBeLessThan(16 * 1024);
  });

  test("highlight reads no more of ten megabytes than it shows", async () => {
    await using host = await hostWith(["highlight"]);
    const text = lines(10 * megabyte);
    const { document, read } = metered(host.documents.open("file:///a.js", text));
    await host.execute("highlight.ansi", { lines: 1 }, { document });
    expect(read()).toBeLessThanOrEqual(6 * 1024);
  });

  test("find-replace reads only where there is something to replace", async () => {
    await using host = await hostWith(["find-replace"]);
    const text = `${lines(4 * megabyte)}needle\n${lines(4 * megabyte)}`;
    const { document, read } = metered(host.documents.open("file:///a.js", text));
    await host.execute("find-replace.find", { pattern: "needle" }, { document });
    read();
    const input = { pattern: "needle", replacement: "pin" };
    const answer = await host.execute("find-replace.replace", input, { document });
    expect(answer).toEqual({ replacements: 1, version: 2 });
    expect(read()).toBeLessThan(8 * 1024);
    expect(document.text).toBe(text.replace("needle", "pin"));
    const left = await host.execute("find-replace.find", { pattern: "needle" }, { document });
    expect(left).toEqual({ count: 0, matches: [] });
  });
});

describe("what was kept answers what a fresh reading answers", () => {
  const pieces = ["x", "name ", "é", "\n", "\r\n", "\r", "--[[", "]]", "'", "A. B", "? ", line];
  const edit = fc.record({
    at: fc.nat(),
    length: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 4000 })),
    insert: fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join("")),
  });
  const batches = fc.array(fc.array(edit, { maxLength: 3 }), { minLength: 1, maxLength: 8 });

  test.for(Object.entries(calls))("%s", { timeout: 60_000 }, async ([plugin, commands]) => {
    await using host = await hostWith([plugin]);
    let opened = 0;
    const open = (text: string): OpenDocument =>
      host.documents.open(`file:///${++opened}.js`, text, "javascript");
    await fc.assert(
      fc.asyncProperty(batches, async (all) => {
        const documents = commands.map(() => open(line.repeat(150)));
        for (const batch of [[], ...all]) {
          for (const [i, [command, input]] of commands.entries()) {
            const document = documents[i]!;
            document.edit(within(document.text, batch));
            const kept = await host.execute(command, input, { document });
            const fresh = open(document.text);
            expect(kept).toEqual(await host.execute(command, input, { document: fresh }));
            host.documents.close(fresh.uri);
          }
        }
        for (const { uri } of documents) host.documents.close(uri);
      }),
      { seed: 31, numRuns: plugin === "highlight" ? 6 : 15 },
    );
  });

  test("when a document was closed and another opened under its URI", async () => {
    await using host = await hostWith(["word-count"]);
    const count = (document: OpenDocument) =>
      host.execute("word-count.count", undefined, { document });
    const uri = "file:///a.txt";
    const first = host.documents.open(uri, "one two three");
    first.edit([{ start: 0, end: 0, insert: "zero " }]);
    expect(await count(first)).toMatchObject({ words: 4 });
    host.documents.close(uri);
    const second = host.documents.open(uri, "another");
    second.edit([{ start: 0, end: 0, insert: "yet " }]);
    expect(await count(second)).toMatchObject({ words: 2 });
    second.edit([{ start: 0, end: 3, insert: "and still" }]);
    expect(await count(second)).toMatchObject({ words: 3 });
  });

  test("when more happened than the host remembers", async () => {
    await using host = await hostWith(["word-count"]);
    const { document, read } = metered(host.documents.open("file:///a.txt", "one two"));
    await host.execute("word-count.count", undefined, { document });
    read();
    for (let i = 0; i < 1001; i++) document.edit([{ start: 0, end: 0, insert: "x " }]);
    const counts = await host.execute("word-count.count", undefined, { document });
    expect(counts).toMatchObject({ words: 1003 });
    expect(read()).toBe(2009);
  });
});

// The edits that make sense of random numbers: sorted, apart, none inside a character.
function within(
  text: string,
  edits: readonly { readonly at: number; readonly length: number; readonly insert: string }[],
) {
  const starts = edits.map(({ at }) => at % (text.length + 1)).sort((a, b) => a - b);
  return edits.flatMap(({ length, insert }, i) => {
    const start = starts[i]!;
    const end = Math.min(start + length, starts[i + 1] ?? text.length);
    return start === starts[i - 1] ? [] : [{ start, end, insert }];
  });
}
