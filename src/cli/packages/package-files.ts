import { existsSync, readFileSync, statSync } from "node:fs";
import { TenonError } from "../../index.ts";
import { readTextFile } from "../input.ts";

/** The sidecar is `NAME.json` beside `NAME.wasm`. */
export function readSidecar(file: string): string | undefined {
  const path = file.replace(/\.wasm$/, ".json");
  return path !== file && existsSync(path) ? readTextFile(path) : undefined;
}

/** The signature is `NAME.wasm.sig` beside `NAME.wasm`. */
export function signatureBeside(file: string): string {
  return `${file}.sig`;
}

export function readSignature(file: string): Uint8Array | undefined {
  const path = signatureBeside(file);
  return existsSync(path) ? readComponent(path) : undefined;
}

export function readComponent(file: string): Uint8Array {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    const message = `${file} is a folder; name a component (.wasm) in it, as tenon list ${file} shows them`;
    throw new TenonError("package-unreadable", message);
  }
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new TenonError("package-unreadable", `cannot read ${file}: ${(cause as Error).message}`, {
      cause,
    });
  }
}
