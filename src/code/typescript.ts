import { TenonError } from "../errors.ts";
import { isTypeScript } from "../javascript/source/files.ts";
import type { StripTypes } from "../javascript/source/program.ts";
import { strippingFault } from "../javascript/source/source-error.ts";

/** A program is the body of a function: `return` and `await` are for a function alone. */
const HEAD = "(async () => {";
const TAIL = "\n})";

/**
 * A program as JavaScript: where the run's name says that it is TypeScript (`program.ts`), its types are
 * taken out, and all else stays where it was. Throws `code-syntax` where they cannot be, with line
 * and column, and `usage` where nothing can take them out.
 */
export function javascriptOf(source: string, name: string, strip: StripTypes | undefined): string {
  if (!isTypeScript(name)) return source;
  if (strip === undefined) {
    const message =
      `${name} is TypeScript, and nothing here takes the types out of it: give \`stripTypes\`, ` +
      "such as one of sucrase's, or JavaScript under another name";
    throw new TenonError("usage", message, { operation: name });
  }
  try {
    return unwrapped(strip(`${HEAD}${source}${TAIL}`, name), name);
  } catch (cause) {
    if (cause instanceof TenonError) throw cause;
    const { line, column: found, said } = strippingFault(cause);
    const column = line === 1 ? Math.max(1, found - HEAD.length) : found;
    const message = `${name}:${line}:${column}: ${said}`;
    const data = { name: "SyntaxError", message: said, line, column };
    throw new TenonError("code-syntax", message, { operation: name, cause, data });
  }
}

function unwrapped(stripped: string, name: string): string {
  if (stripped.startsWith(HEAD) && stripped.endsWith(TAIL)) {
    return stripped.slice(HEAD.length, -TAIL.length);
  }
  const message = `\`stripTypes\` changed more of ${name} than its types`;
  throw new TenonError("usage", message, { operation: name });
}
