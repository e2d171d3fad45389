import { visibleText } from "../../visible-text.ts";

/** The most UTF-16 units of a path in a message. */
const MOST_PATH = 400;

/**
 * A value that cannot cross between the host and a program: a function, a cycle, one that is too
 * large, bytes that are no value. Who is at fault, the caller knows.
 */
export class ValueError extends Error {
  override readonly name = "ValueError";
  /** Where it lies: `result.a[3].b`. */
  readonly path: string;
  /** What is wrong with it: `is a function`. */
  readonly what: string;

  constructor(path: string, what: string) {
    const shown = visibleText(path, { limit: MOST_PATH });
    super(`${shown} ${what}`);
    this.path = shown;
    this.what = what;
  }
}

/** One step of a path: the name of a property, the place in an array, or words of our own. */
export type Step = string | number | { readonly words: string };

const PLAIN = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** Writes a path as JavaScript would. */
export function pathText(root: string, steps: readonly Step[]): string {
  let text = root;
  for (const step of steps) {
    if (typeof step === "number") text += `[${step}]`;
    else if (typeof step === "object") text += step.words;
    else if (step.length <= 64 && PLAIN.test(step)) text += `.${step}`;
    else text += `[${JSON.stringify(step.slice(0, 64))}]`;
    if (text.length > MOST_PATH) return `${text.slice(0, MOST_PATH)}…`;
  }
  return text;
}
