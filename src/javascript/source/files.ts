import { isUint8Array } from "../../realms.ts";
import { strictUtf8, utf8Encoder, withoutMark } from "../../utf8.ts";
import { sourceError } from "./source-error.ts";

/** The texts of a program as their author wrote them. */
export interface SourceFiles {
  /** The name of the first one. */
  readonly main: string;
  /** By their names, which are paths within the program's folder: `shout.ts`, `lib/words.ts`. */
  readonly texts: ReadonlyMap<string, string>;
}

/** The most that a program may have. */
export const MOST_FILES = 512;
const MOST_DEPTH = 12;

const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/u;

/** The endings of source files. */
export const SOURCE_ENDING: RegExp = /\.(?:js|mjs|ts|mts)$/u;

/** Whether the name says that it is TypeScript. */
export function isTypeScript(name: string): boolean {
  return /\.m?ts$/u.test(name);
}

/** Whether a name can be that of a file of a program: below its folder, with an ending of sources. */
export function isFileName(name: string): boolean {
  const segments = name.split("/");
  if (segments.length > MOST_DEPTH || !SOURCE_ENDING.test(name)) return false;
  return segments.every((segment) => SEGMENT.test(segment));
}

/** What a relative import of a file means. Undefined: it leaves the folder, or can be no file. */
export function resolveName(from: string, specifier: string): string | undefined {
  const path = from.split("/").slice(0, -1);
  for (const segment of specifier.split("/")) {
    if (segment === ".") continue;
    if (segment !== "..") path.push(segment);
    else if (path.pop() === undefined) return undefined;
  }
  const name = path.join("/");
  return isFileName(name) ? name : undefined;
}

/** How the bytes of a program of several files begin. */
const BUNDLE = '{"tenon:files":1,';

/**
 * The bytes of a program, of which its digest is taken: those of its file where there is one, else
 * JSON with all of them in the order of their names.
 */
export function writeFiles({ main, texts }: SourceFiles): Uint8Array {
  const [only] = texts.values();
  if (texts.size === 1 && only !== undefined) return utf8Encoder.encode(only);
  const sorted = [...texts].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const body = JSON.stringify({ main, files: Object.fromEntries(sorted) });
  return utf8Encoder.encode(BUNDLE + body.slice(1));
}

/** Whether bytes are those of a program of several files. */
export function isBundle(bytes: Uint8Array): boolean {
  return utf8Encoder.encode(BUNDLE).every((byte, at) => bytes[at] === byte);
}

/**
 * Reads what `writeFiles` writes. `name`: what one file is called. Throws `package-source` for bytes
 * that are no text, or no such files.
 */
export function readFiles(bytes: Uint8Array, name: string): SourceFiles {
  const place = { file: name, line: 1, column: 1 };
  if (!isUint8Array(bytes)) throw sourceError(place, "it is no bytes");
  let text: string;
  try {
    text = withoutMark(strictUtf8.decode(bytes));
  } catch (cause) {
    throw sourceError(place, "it is not UTF-8", cause);
  }
  if (!isBundle(bytes)) return { main: name, texts: new Map([[name, text]]) };
  try {
    const found = JSON.parse(text) as { readonly main: unknown; readonly files: object };
    const texts = new Map<string, string>();
    for (const [file, source] of Object.entries(found.files)) {
      if (typeof source !== "string" || !isFileName(file)) throw new Error(`no file: ${file}`);
      texts.set(file, source);
    }
    const { main } = found;
    if (typeof main !== "string" || !texts.has(main)) throw new Error("it has no such main");
    if (texts.size > MOST_FILES) throw new Error("it has too many files");
    return { main, texts };
  } catch (cause) {
    throw sourceError(place, "it does not hold files of a program", cause);
  }
}
