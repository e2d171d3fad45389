import type { PackageErrorCode } from "../../errors.ts";
import { manifestError } from "./manifest-error.ts";
import { strictUtf8, utf8Encoder, withoutMark } from "../../utf8.ts";

/** In bytes of UTF-8. */
export const maxManifestSize = 65_536;

/** How deep objects and arrays may be nested. */
export const maxManifestDepth = 16;

/** Keys with a special meaning in JavaScript. */
const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Reads JSON (RFC 8259) with the restrictions for manifests: at most 64 KiB of UTF-8, at most 16
 * levels deep, no key twice in an object, no key `__proto__`, `constructor` or `prototype`, no
 * number that is not finite, no lone surrogate. What it accepts, it reads as `JSON.parse` does.
 * Throws `manifest-too-large`, `-too-deep`, `-syntax` (`data.line`, `data.column`, from 1),
 * `-duplicate-key`, `-forbidden-key`, `-text`; `data.path` says where.
 */
export function readManifestJson(source: string | Uint8Array): unknown {
  return new Scanner(withoutMark(textOf(source))).read();
}

function textOf(source: string | Uint8Array): string {
  if (source.length > maxManifestSize) throw tooLarge(source.length);
  if (typeof source === "string") {
    const size = utf8Encoder.encode(source).length;
    if (size > maxManifestSize) throw tooLarge(size);
    return source;
  }
  try {
    return strictUtf8.decode(source);
  } catch {
    throw manifestError("manifest-syntax", [], "it is not valid UTF-8");
  }
}

function tooLarge(size: number): Error {
  const message = `it is ${size} bytes long; at most ${maxManifestSize} are read`;
  return manifestError("manifest-too-large", [], message, { size, limit: maxManifestSize });
}

const number: RegExp = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** What may stand in a string without a backslash, as much of it as there is. */
// eslint-disable-next-line no-control-regex
const plain: RegExp = /[^"\\\u0000-\u001f]*/y;
const fourHex: RegExp = /[0-9a-fA-F]{4}/y;
const space: RegExp = /[ \t\n\r]*/y;

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

class Scanner {
  readonly #text: string;
  #at = 0;
  /** The keys and indices that lead to the current value. */
  readonly #path: (string | number)[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    const value = this.#value();
    if (this.#at < this.#text.length) throw this.#syntax("there is more after the value");
    return value;
  }

  /** Recursive, and at most `maxManifestDepth` deep. */
  #value(): unknown {
    this.#match(space);
    const value = this.#bare();
    this.#match(space);
    return value;
  }

  #bare(): unknown {
    const first = this.#text[this.#at];
    switch (first) {
      case "{":
        return this.#nested(() => this.#object());
      case "[":
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      case undefined:
        throw this.#syntax("it ends where a value should be");
      default:
        return this.#number();
    }
  }

  #nested<Value>(read: () => Value): Value {
    if (this.#path.length >= maxManifestDepth) {
      const message = `it nests more than ${maxManifestDepth} levels deep`;
      throw this.#fault("manifest-too-deep", message);
    }
    this.#at += 1;
    return read();
  }

  #object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#match(space);
    if (this.#take("}")) return object;
    do {
      this.#match(space);
      if (this.#text[this.#at] !== '"')
        throw this.#syntax("a key in quotation marks should be here");
      const key = this.#string();
      this.#path.push(key);
      if (forbiddenKeys.has(key)) {
        throw this.#fault("manifest-forbidden-key", `the key "${key}" is not allowed`);
      }
      if (Object.hasOwn(object, key)) {
        throw this.#fault("manifest-duplicate-key", `the key "${key}" is there twice`);
      }
      this.#match(space);
      if (!this.#take(":")) throw this.#syntax("a colon should be here");
      object[key] = this.#value();
      this.#path.pop();
    } while (this.#take(","));
    if (!this.#take("}")) throw this.#syntax("a comma or } should be here");
    return object;
  }

  #array(): unknown[] {
    const array: unknown[] = [];
    this.#match(space);
    if (this.#take("]")) return array;
    do {
      this.#path.push(array.length);
      array.push(this.#value());
      this.#path.pop();
    } while (this.#take(","));
    if (!this.#take("]")) throw this.#syntax("a comma or ] should be here");
    return array;
  }

  #string(): string {
    this.#at += 1;
    let value = "";
    for (;;) {
      value += this.#match(plain);
      if (this.#take('"')) break;
      if (!this.#take("\\"))
        throw this.#syntax("a string does not end, or holds a control character");
      value += this.#escape();
    }
    if (!value.isWellFormed()) {
      throw this.#fault("manifest-text", "a string holds half of a surrogate pair");
    }
    return value;
  }

  #escape(): string {
    const escape = this.#text[this.#at] ?? "";
    this.#at += 1;
    if (escape === "u") {
      const digits = this.#match(fourHex);
      if (digits === "") throw this.#syntax("four hexadecimal digits should be here");
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const value = escapes.get(escape);
    if (value === undefined) throw this.#syntax("JSON has no such escape");
    return value;
  }

  #number(): number {
    const digits = this.#match(number);
    if (digits === "") throw this.#syntax("this is not a value");
    const value = Number(digits);
    if (!Number.isFinite(value)) throw this.#syntax("a number is too large");
    return value;
  }

  #word<Value>(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) throw this.#syntax("this is not a value");
    this.#at += word.length;
    return value;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  /**
   * Skips and returns what a sticky expression matches here; the empty string where it does not
   * match.
   */
  #match(expression: RegExp): string {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #syntax(message: string): Error {
    const before = this.#text.slice(0, this.#at).split("\n");
    const line = before.length;
    const column = before.at(-1)!.length + 1;
    const where = `line ${line}, column ${column}`;
    return manifestError("manifest-syntax", this.#path, `${where}: ${message}`, { line, column });
  }

  #fault(code: PackageErrorCode, message: string): Error {
    return manifestError(code, this.#path, message);
  }
}
