import { visibleText } from "../../visible-text.ts";
import { TenonError, type PackageErrorCode } from "../../errors.ts";
import { jsonPointer } from "./json-pointer.ts";

/** Something wrong in a manifest. `data.path` is a JSON Pointer to it. */
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
