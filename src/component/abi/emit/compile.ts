/// The text of a function made into a function. Where a page forbids eval, see closures/.
import type { Bind } from "../call-site.ts";
import * as runtime from "../runtime.ts";
import type { Text } from "./parts.ts";

type Load = (
  $: typeof runtime,
  // Property names are those that emit/unit.ts writes.
  T: readonly (readonly string[])[],
) => Bind;

export function compileText({ text, tables }: Text): Bind {
  // oxlint-disable-next-line no-new-func -- the text is made of types alone, see emit/unit.ts
  const load = new Function("$", "T", text) as Load;
  return load(runtime, tables);
}

/// Whether this world lets text become a function. Asked once per component; a refusal is an
/// exception, and a violation report where the page collects them.
export function mayCompileText(): boolean {
  try {
    // oxlint-disable-next-line no-new-func, no-new -- asks and does nothing
    new Function("");
    return true;
  } catch {
    return false;
  }
}
