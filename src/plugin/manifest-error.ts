import { harmlessText } from "../capability/untrusted-text.ts";
import { TenonError, type PackageErrorCode } from "../errors.ts";
import { jsonPointer } from "./json-pointer.ts";

/// Something wrong in a manifest. `data.path` is a JSON Pointer to it.
export function manifestError(
  code: PackageErrorCode,
  path: readonly PropertyKey[],
  message: string,
  data: Readonly<Record<string, unknown>> = {},
): TenonError {
  const pointer = harmlessText(jsonPointer(path), 300);
  return new TenonError(code, `manifest${pointer}: ${harmlessText(message, 500)}`, {
    operation: "install",
    data: { ...data, path: jsonPointer(path) },
  });
}
