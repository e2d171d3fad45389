import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Block, blocksOf } from "../docs/examples/blocks.ts";
import { makeComponent } from "./component.ts";
import { readSamples, SampleRun } from "./samples.ts";
import { target } from "./toolchain.ts";

const root = join(import.meta.dirname, "../..");
const sample = join(root, "plugins-rs/upper");
/** Shared with the sample plugins, whose dependencies are built already. */
const built = join(root, "plugins-rs/target");

/**
 * Follows docs/writing-plugins.md in an empty folder, with its blocks as they stand there, and
 * answers what is wrong with the plugin that comes of it. `cargo` runs cargo in a folder.
 */
export async function faultsOfPage(
  cargo: (parameters: readonly string[], folder: string) => void,
): Promise<readonly string[]> {
  const blocks = blocksOf(readFileSync(join(root, "docs/writing-plugins.md"), "utf8"));
  const crate = mkdtempSync(join(tmpdir(), "tenon-crate-"));
  try {
    mkdirSync(join(crate, "src"));
    writeFileSync(join(crate, "Cargo.toml"), under(blocks, "The crate", "toml"));
    writeFileSync(join(crate, "src/lib.rs"), under(blocks, "The code", "rust"));
    cpSync(join(root, "wit"), join(crate, "wit"), { recursive: true });
    // The versions that are there: CI may have no way to look for newer ones.
    cpSync(join(root, "plugins-rs/Cargo.lock"), join(crate, "Cargo.lock"));
    const flags = ["--offline", "--quiet", "--release", "--target", target, "--target-dir", built];
    cargo(["build", ...flags], crate);
    const core = readFileSync(join(built, target, "release/upper.wasm"));
    const manifest = readFileSync(join(sample, "manifest.json"), "utf8");
    await using run = await SampleRun.start(await makeComponent(core, manifest), manifest);
    const faults: string[] = [];
    for (const one of await readSamples(sample)) {
      const fault = await run.fault(one);
      if (fault !== undefined) faults.push(`${one.name}: ${fault}`);
    }
    return faults;
  } finally {
    rmSync(crate, { recursive: true, force: true });
  }
}

/** The first block of a language below a heading. */
function under(blocks: readonly Block[], heading: string, language: string): string {
  const block = blocks.find((one) => one.heading === heading && one.language === language);
  if (block === undefined) throw new Error(`the page has no ${language} under "${heading}"`);
  return `${block.text}\n`;
}
