import { visibleText } from "../../visible-text.ts";
import { TenonError, type PackageErrorCode } from "../../errors.ts";

/** The error for a mistake in a manifest. `data.path` is a JSON Pointer to it. */
export function manifestError(
  code: PackageErrorCode,
  path: readonly PropertyKey[],
  message: string,
  data: Readonly<Record<string, unknown>> = {},
): TenonError {
  const pointer = visibleText(jsonPointer(path), { limit: 300 });
  return new TenonError(code, `manifest${pointer}: ${visibleText(message, { limit: 500 })}`, {
    operation: "install",
    data: { ...data, path: jsonPointer(path) },
  });
}

/** A JSON Pointer (RFC 6901); the empty string is the whole value. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replace(/~/g, "~0").replace(/\//g, "~1")}`).join("");
}
