// The guest's functions in the stack of an error, by the names that the JavaScript engine found in the
// core modules.
import { readableName } from "./function-names.ts";
import { visibleText } from "../../visible-text.ts";

/** The most functions of a stack, and the most UTF-16 code units of a name. */
const MOST_FRAMES = 32;
const LONGEST_NAME = 200;

/**
 * The guest's functions that were on the stack, innermost first: a name, or `wasm-function[12]`, which
 * counts imports as well, where the core module has no name for it. Undefined where there are none.
 */
export function wasmStack(thrown: unknown): readonly string[] | undefined {
  const stack = stackOf(thrown);
  if (stack === undefined || !stack.includes("wasm-function[")) return undefined;
  const frames: string[] = [];
  for (const line of stack.split("\n")) {
    const frame = frameOf(line);
    if (frame !== undefined) frames.push(visibleText(frame, { limit: LONGEST_NAME }));
    if (frames.length === MOST_FRAMES) break;
  }
  return frames.length === 0 ? undefined : frames;
}

/** An application may have set `Error.prepareStackTrace`, and what was thrown may be anything. */
function stackOf(thrown: unknown): string | undefined {
  try {
    const stack: unknown = thrown instanceof Error ? thrown.stack : undefined;
    return typeof stack === "string" ? stack : undefined;
  } catch {
    return undefined;
  }
}

/**
 * V8: `at name (wasm://wasm/1f:wasm-function[12]:0x1a)`, without name and parentheses where there is none.
 * SpiderMonkey: `name@https://…:wasm-function[12]:0x1a`. JavaScriptCore:
 * `<?>.wasm-function[name or 12]@[wasm code]`.
 */
const FORMS: readonly RegExp[] = [
  /^\s*at (?:(?<name>.*) \()?wasm:\/\/.*:wasm-function\[(?<index>\d+)\]/u,
  /^[^@]*\.wasm-function\[(?:(?<index>\d+)|(?<name>.*))\]@\[wasm code\]/u,
  /^(?<name>.*)@.*:wasm-function\[(?<index>\d+)\]/u,
];

function frameOf(line: string): string | undefined {
  for (const form of FORMS) {
    const { name = "", index = "" } = form.exec(line)?.groups ?? {};
    if (name !== "" && name !== "<anonymous>") return readableName(name);
    if (index !== "") return `wasm-function[${index}]`;
  }
  return undefined;
}
