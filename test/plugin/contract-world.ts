import { readdirSync, readFileSync } from "node:fs";
import { componentEmbed, componentNew } from "@bytecodealliance/jco-transpile/wasm-tools";

const folder = new URL("../../wit/", import.meta.url);

/** The contract as one text, as plugins are built against it. */
export const contractText: string = [
  "package tenon:plugin@0.1.0;",
  ...readdirSync(folder)
    .filter((name) => name.endsWith(".wit"))
    .toSorted()
    .map((name) => readFileSync(new URL(name, folder), "utf8").replace(/^package .*;$/m, "")),
]
  .join("\n")
  .replaceAll(/^ *\/\/.*\n/gm, "");

/**
 * What a toolchain makes of a world of a contract: a component with all its imports and exports, whose code
 * does nothing but trap.
 */
export async function builtAgainst(
  wit: string,
  world: string = "stateful-plugin",
): Promise<Uint8Array> {
  const core = await componentEmbed({ witSource: wit, world, dummy: true });
  return await componentNew(core, undefined);
}
