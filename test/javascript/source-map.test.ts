// Source maps that programs carry: what they say of places, whatever they are.
import { describe, expect, it } from "vitest";
import { rolldown } from "rolldown";
import { SourceMaps } from "../../src/javascript/source/source-map.ts";
import { randomFrom } from "../seeded-random.ts";

const at = (line: number, column: number) => ({ file: "a.js", line, column });
const withMap = (map: unknown, code = "x"): SourceMaps => {
  const json = typeof map === "string" ? map : JSON.stringify(map);
  const encoded = Buffer.from(json).toString("base64");
  const source = `${code}\n//# sourceMappingURL=data:application/json;base64,${encoded}\n`;
  return new SourceMaps([{ name: "a.js", source }]);
};

describe("a map of a real bundler", () => {
  it("finds each word of the sources where it was written", async () => {
    const sources = {
      "/a.ts":
        "import { two } from './b.ts';\nexport const one = (): string =>\n    two('uno') + 'eins';\n",
      "/b.ts":
        "type T = string;\n\n\n  export function two(t: T) {\n  return t + 'due' + t + 'zwei';\n}\n",
    };
    await using build = await rolldown({
      input: "/a.ts",
      plugins: [
        {
          name: "m",
          resolveId: (id) => id.replace("./", "/"),
          load: (id) => sources[id as "/a.ts"],
        },
      ],
    });
    const { output } = await build.generate({ sourcemap: "inline", dir: "/" });
    const { code } = output[0];
    const maps = new SourceMaps([{ name: "a.js", source: code }]);
    for (const [file, text] of Object.entries(sources)) {
      for (const { 0: word, index } of text.matchAll(/'(?:uno|eins|due|zwei)'/gu)) {
        const lines = code.slice(0, code.indexOf(word.replaceAll("'", '"'))).split("\n");
        const written = text.slice(0, index).split("\n");
        expect(maps.original(at(lines.length, lines.at(-1)!.length + 1))).toEqual({
          file: file.slice(1),
          line: written.length,
          column: written.at(-1)!.length + 1,
        });
      }
    }
  });
});

describe("a place that no map knows stays as it is", () => {
  const place = at(1, 1);
  it.each([
    ["no JSON", "{"],
    ["null", null],
    ["another version", { version: 2, sources: ["b.ts"], mappings: "AAAA" }],
    ["no sources", { version: 3, sources: 1, mappings: "AAAA" }],
    ["a source that is no text", { version: 3, sources: [{}], mappings: "AAAA" }],
    ["a source that is not there", { version: 3, sources: [], mappings: "AAAA" }],
    ["one before the first", { version: 3, sources: ["b.ts"], mappings: "ADAA" }],
    ["what are no digits", { version: 3, sources: ["b.ts"], mappings: "A!AA" }],
    ["a number without end", { version: 3, sources: ["b.ts"], mappings: "gggggggggggggg" }],
    ["only later lines", { version: 3, sources: ["b.ts"], mappings: ";;AAAA" }],
    ["code without a source", { version: 3, sources: ["b.ts"], mappings: "A" }],
    ["too much", { version: 3, sources: ["b.ts"], mappings: `AAAA${";".repeat(2_000_000)}` }],
  ])("%s", (_, map) => {
    expect(withMap(map).original(place)).toEqual(place);
  });

  it("but a name of any letters is one", () => {
    const map = { version: 3, sources: ["lib/größe.ts"], mappings: "AAAA" };
    expect(withMap(map).original(place).file).toBe("lib/größe.ts");
  });

  it("in a file of another name, and in one without a map", () => {
    const maps = withMap({ version: 3, sources: ["b.ts"], mappings: "AAAA" });
    expect(maps.original(place).file).toBe("b.ts");
    expect(maps.original({ ...place, file: "c.js" }).file).toBe("c.js");
    expect(new SourceMaps([{ name: "a.js", source: "x" }]).original(place)).toEqual(place);
  });
});

it("answers for any mappings, and never throws", () => {
  const random = randomFrom(7);
  const characters = "ABCDgh+/,;9z";
  for (let round = 0; round < 2_000; round += 1) {
    const length = Math.floor(random() * 40);
    const mappings = Array.from({ length }, () => characters[Math.floor(random() * 12)]).join("");
    const maps = withMap({ version: 3, sources: ["b.ts", "c.ts"], mappings });
    const found = maps.original(at(1 + Math.floor(random() * 4), 1 + Math.floor(random() * 40)));
    expect(["a.js", "b.ts", "c.ts"]).toContain(found.file);
  }
});
