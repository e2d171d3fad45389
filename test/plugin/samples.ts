import { leb } from "../bytes.ts";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { DEFAULT_RULES } from "../../src/component/caps/rules.ts";
import { allSteps } from "../../src/component/decode/steps.ts";
import type { Capability } from "../../src/capability/capability.ts";
import type { InterfaceDefinition } from "../../src/interfaces/define.ts";
import { letOthersRun } from "../../src/platform/node/system.ts";
import {
  type OutlinedComponent,
  outlineSteps,
} from "../../src/plugin/package/component-outline.ts";
import { Slices } from "../../src/plugin/package/slices.ts";
import { flat, hosts } from "../capability/samples.ts";

/** A manifest with nothing in it that could be left out. */
export function smallManifest(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: "acme/reader",
    version: "1.0.0",
    title: "Reader",
    description: "Reads.",
    api: "^0.1.0",
    ...changes,
  };
}

export const known: readonly Capability<unknown, unknown>[] = [hosts, flat];

export async function component(text: string): Promise<Uint8Array> {
  return parse(text);
}

/** A component that the project ships, built from Rust. */
export function rustComponent(name: string): Uint8Array {
  return new Uint8Array(
    readFileSync(new URL(`../../plugins-rs/${name}/${name}.wasm`, import.meta.url)),
  );
}

export function withSection(
  bytes: Uint8Array,
  name: string,
  content: string | Uint8Array,
): Uint8Array {
  const encoder = new TextEncoder();
  const label = encoder.encode(name);
  const data = typeof content === "string" ? encoder.encode(content) : content;
  const body = [...leb(label.length), ...label];
  const size = leb(body.length + data.length);
  return Uint8Array.from([...bytes, 0, ...size, ...body, ...data]);
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

/** Of any bytes, as they are read when they are installed. */
export function outlineComponent(bytes: Uint8Array, sectionName: string): OutlinedComponent {
  return allSteps(outlineSteps(bytes, sectionName, DEFAULT_RULES));
}

export const slices: Slices = new Slices(letOthersRun);

export function offer(
  name: string,
  capability?: Capability<unknown, unknown>,
  ungated: readonly string[] = [],
): InterfaceDefinition {
  const functions = Object.fromEntries(ungated.map((one) => [one, { ungated: true }]));
  return { name, functions, implement: () => ({}), ...(capability ? { capability } : {}) };
}
