import { readFileSync } from "node:fs";
import { TenonError } from "../errors.ts";

/// The value of `--input`: JSON, `@FILE`, or `-` for standard input. Without it: null.
export function readInput(option: string | undefined): unknown {
  if (option === undefined) return null;
  const text =
    option === "-"
      ? readFileSync(0, "utf8")
      : option.startsWith("@")
        ? readTextFile(option.slice(1))
        : option;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const where =
      option === "-" ? "standard input" : option.startsWith("@") ? option.slice(1) : "--input";
    throw new TenonError("usage", `${where} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

export function readTextFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new TenonError("usage", `cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}
