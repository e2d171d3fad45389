import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Block, blocksOf, matches } from "./blocks.ts";
import { fromSources, Reader } from "./reader.ts";

const root = join(import.meta.dirname, "../../..");

/** What users of the package read, by path: every example in these documents is run. */
export const DOCUMENTS: readonly string[] = [
  "README.md",
  ...globSync("docs/*.md", { cwd: root }),
  ...["text", "pool", "cache", "component"].map((name) => `src/${name}/README.md`),
].toSorted();

/** Where a block that is not run is quoted from, by its language. */
const QUOTED: Readonly<Record<string, readonly string[]>> = {
  rust: ["plugins-rs/upper/src/lib.rs", "plugins-rs/word-count/src/lib.rs"],
  toml: ["scripts/docs/examples/upper.toml"],
  json: ["plugins-rs/upper/manifest.json"],
  wit: [...globSync("wit/*.wit", { cwd: root }), "scripts/docs/examples/planner.wit"],
};

/** Languages of blocks that no program reads: drawings, and headers of HTTP. */
const DRAWINGS = ["", "http"];

export function readBlocks(document: string): readonly Block[] {
  return blocksOf(readFileSync(join(root, document), "utf8"));
}

/** What is wrong with the examples of a document, in a folder of its own, with Tenon from its sources. */
export function faultsOf(document: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "tenon-docs-"));
  try {
    return faultsWith(new Reader(folder, fromSources), document);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function faultsWith(reader: Reader, document: string): readonly string[] {
  return readBlocks(document).flatMap((block) => {
    const fault = faultOf(reader, block);
    return fault === undefined ? [] : [`${document}:${block.line}: ${fault}`];
  });
}

/** The sample plugins lie in a clone, their reader's crate has the contract beside it. */
const standingAlone = (source: string): string =>
  source.replace('path: "../../wit"', 'path: "wit"');

function faultOf(reader: Reader, block: Block): string | undefined {
  const { language, text, output } = block;
  if (language !== "ts" && language !== "sh") {
    if (DRAWINGS.includes(language)) return undefined;
    const quoted = QUOTED[language]?.some((file) =>
      standingAlone(readFileSync(join(root, file), "utf8")).includes(text.trim()),
    );
    return quoted === true ? undefined : `this ${language} is quoted from no file`;
  }
  const said = output ?? (language === "sh" ? "…" : "");
  try {
    const printed = reader.follow(block);
    if (printed === undefined || matches(printed, said)) return undefined;
    return `it prints\n${printed}\nand not\n${said}`;
  } catch (error) {
    return (error as Error).message;
  }
}
