import { readFileSync } from "node:fs";
import { TenonError } from "../index.ts";

/**
 * The value of `--input`: JSON, `@FILE`, or `-` for standard input. Where the option is missing:
 * null.
 */
export async function readInput(option: string | undefined): Promise<unknown> {
  if (option === undefined) return null;
  const text =
    option === "-"
      ? await standardInput()
      : option.startsWith("@")
        ? readTextFile(option.slice(1))
        : option;
  try {
    // A file of JSON may begin with a byte order mark, as editors on Windows write it.
    return JSON.parse(text.replace(/^\ufeff/u, "")) as unknown;
  } catch (cause) {
    const where =
      option === "-" ? "standard input" : option.startsWith("@") ? option.slice(1) : "--input";
    throw new TenonError("usage", `${where} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** All of it, as a terminal gives it, too: until Ctrl-D. */
export async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/**
 * Throws `usage` for a file that cannot be read, and `text-decode` for one that is not UTF-8:
 * writing such a file back would damage it.
 */
export function readTextFile(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new TenonError("usage", `cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const message = `${path} is not text in UTF-8: convert it, or name another file`;
    throw new TenonError("text-decode", message, { cause });
  }
}

/** From package.json, which is one folder above both `src/` and `dist/`. */
export const version: string = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  }
).version;
