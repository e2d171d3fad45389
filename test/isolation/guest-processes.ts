import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import {
  nodeProcesses,
  type NodeProcessOptions,
} from "../../src/platform/node/guest-process/node-processes.ts";
import type { ProcessSource } from "../../src/platform/processes.ts";
import { bundledProcess } from "../process-entry.ts";

let built: Promise<URL> | undefined;

/** The program of a process for guests, built once for a file of tests. */
export function processEntry(): Promise<URL> {
  return (built ??= build());
}

function build(): Promise<URL> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-entry-"));
  afterAll(() => rm(folder, { recursive: true }));
  return bundledProcess(folder);
}

export async function testProcesses(options: NodeProcessOptions = {}): Promise<ProcessSource> {
  const processes = nodeProcesses({ entry: await processEntry(), ...options });
  afterAll(() => processes[Symbol.asyncDispose]());
  return processes;
}
