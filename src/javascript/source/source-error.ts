import { TenonError } from "../../errors.ts";
import { isError } from "../../realms.ts";
import { visibleText } from "../../visible-text.ts";

/** A place in a source text, both from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where an offset of a text is. */
export function placeOf(file: string, text: string, offset: number): SourcePlace {
  const before = text.slice(0, Math.max(0, offset));
  const lines = before.split(/\r\n|[\n\r\u2028\u2029]/u);
  return { file, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** `package-source`: what is wrong with a plugin's source, and where. */
export function sourceError(place: SourcePlace, what: string, cause?: unknown): TenonError {
  const { file, line, column } = place;
  const where = `${visibleText(file, { limit: 120 })}:${line}:${column}`;
  return new TenonError("package-source", `${where}: ${what}`, {
    operation: "install",
    cause,
    data: { file, line, column },
  });
}

/**
 * What taking types out failed with, and where: `line` and `column` of the error, from 1, where it
 * has them.
 */
export function strippingFault(cause: unknown): {
  readonly line: number;
  readonly column: number;
  readonly said: string;
} {
  const found = Object(cause) as { readonly line?: unknown; readonly column?: unknown };
  const line = typeof found.line === "number" ? found.line : 1;
  const column = typeof found.column === "number" ? found.column : 1;
  const said = isError(cause) ? cause.message.trim() : String(cause);
  return { line, column, said: said.slice(0, 500) };
}
