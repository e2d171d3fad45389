// Processes for guests whose program is one file, as in an application that is bundled: sources would
// have each process load a hundred files.
import { rm } from "node:fs/promises";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { afterAll } from "vitest";
import {
  nodeProcesses,
  type NodeProcessOptions,
} from "../../src/platform/node/guest-process/node-processes.ts";
import type { ProcessSource } from "../../src/platform/processes.ts";

let built: Promise<URL> | undefined;

/** The program of a process for guests, in one file. */
export function processEntry(): Promise<URL> {
  return (built ??= build());
}

async function build(): Promise<URL> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-entry-"));
  afterAll(() => rm(folder, { recursive: true }));
  const input = new URL("../../src/platform/node/guest-process/entry.ts", import.meta.url).pathname;
  const bundle = await rolldown({
    input: { "guest-process": input },
    platform: "node",
    logLevel: "silent",
  });
  await bundle.write({ dir: folder, format: "esm", entryFileNames: "[name].js" });
  await bundle.close();
  return pathToFileURL(join(folder, "guest-process.js"));
}

export async function testProcesses(options: NodeProcessOptions = {}): Promise<ProcessSource> {
  const processes = nodeProcesses({ entry: await processEntry(), ...options });
  afterAll(() => processes[Symbol.asyncDispose]());
  return processes;
}
