import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Block, blocksOf, matches } from "../../scripts/docs/examples/blocks.ts";
import { Reader } from "../../scripts/docs/examples/reader.ts";

const root = join(import.meta.dirname, "../..");
const documents = [
  "README.md",
  ...globSync("docs/*.md", { cwd: root }),
  ...["text", "pool", "cache", "component"].map((name) => `src/${name}/README.md`),
].toSorted();

/** Where a block that is not run is quoted from, by its language. */
const QUOTED: Readonly<Record<string, readonly string[]>> = {
  rust: ["plugins-rs/upper/src/lib.rs"],
  toml: ["plugins-rs/upper/Cargo.toml", "plugins-rs/Cargo.toml"],
  json: ["plugins-rs/upper/manifest.json"],
  wit: globSync("wit/*.wit", { cwd: root }),
};

/** Languages of blocks that no program reads: drawings, and headers of HTTP. */
const DRAWINGS = ["", "http"];

describe.each(documents)("%s", (document) => {
  const blocks = blocksOf(readFileSync(join(root, document), "utf8"));
  const runs = blocks.filter(({ language }) => language === "ts" || language === "sh");

  test("does what its examples say, and quotes what there is", { timeout: 120_000 }, () => {
    using reader = new Reader();
    for (const block of blocks) {
      if (runs.includes(block)) {
        const printed = follow(reader, document, block);
        const said = block.output ?? (block.language === "sh" ? "…" : "");
        if (printed === undefined || matches(printed, said)) continue;
        expect(printed, `${document}:${block.line}`).toBe(said);
      } else if (!DRAWINGS.includes(block.language)) {
        expect(quotedFrom(block), `${document}:${block.line} is quoted from a file`).toBeDefined();
      }
    }
  });
});

/** The file of the repository that has the block's text. */
function quotedFrom({ language, text }: Block): string | undefined {
  return QUOTED[language]?.find((file) =>
    readFileSync(join(root, file), "utf8").includes(text.trim()),
  );
}

function follow(reader: Reader, document: string, block: Block): string | undefined {
  try {
    return reader.follow(block);
  } catch (error) {
    throw new Error(`${document}:${block.line}: ${(error as Error).message}`, { cause: error });
  }
}
