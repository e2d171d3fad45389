import { TenonError } from "../../errors.ts";
import { withoutMark } from "../../utf8.ts";
import { WORDS } from "../wit/text.ts";

/** A place in a WIT file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Token {
  /** `symbol`: punctuation; `->` is one. `word`: an identifier or keyword, without its `%`. */
  readonly kind: "word" | "number" | "symbol" | "end";
  readonly text: string;
  /** An identifier written with `%`, which is no keyword. */
  readonly escaped: boolean;
  readonly at: number;
  /** The documentation comments before it, without their marks. */
  readonly docs: string;
}

/** The most of a token that a message shows. */
const SHOWN = 40;

const WORD = /%?[a-zA-Z][a-zA-Z0-9]*(?:-[a-zA-Z0-9]+)*/uy;
const NUMBER = /[0-9]+/uy;
const SYMBOL = /->|[{}()<>,;:/.=*@_]/uy;
const COMMENT_EDGE = /\/\*|\*\//gu;
const LABEL = /^(?:[a-z][a-z0-9]*|[A-Z][A-Z0-9]*)(?:-(?:[a-z0-9]+|[A-Z0-9]+))*$/u;
const VERSION =
  /\d+\.\d+\.\d+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?/uy;

/** Reads one WIT file token by token. WIT.md, "Lexical structure". */
export class Tokens {
  readonly #file: string;
  readonly #text: string;
  #at = 0;
  #next: Token;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = withoutMark(text);
    this.#next = this.#read();
  }

  get peek(): Token {
    return this.#next;
  }

  take(): Token {
    const token = this.#next;
    this.#next = this.#read();
    return token;
  }

  /** Takes a symbol or keyword, if it is the next. */
  takes(text: string): boolean {
    if (!this.is(text)) return false;
    this.take();
    return true;
  }

  is(text: string): boolean {
    const { kind, text: found, escaped } = this.#next;
    return kind !== "end" && !escaped && found === text;
  }

  expect(text: string): Token {
    if (this.is(text)) return this.take();
    throw this.unexpected(`"${text}"`);
  }

  name(what: string): string {
    const token = this.#next;
    if (token.kind !== "word") throw this.unexpected(what);
    if (!LABEL.test(token.text)) {
      throw this.fault(`"${shown(token.text)}" is no name in kebab-case`, token.at);
    }
    if (!token.escaped && WORDS.has(token.text)) {
      throw this.fault(
        `"${token.text}" is a word of WIT: as a name it is %${token.text}`,
        token.at,
      );
    }
    return this.take().text;
  }

  /** What stands behind an `@` that was just taken. */
  version(): string {
    const { at } = this.#next;
    VERSION.lastIndex = at;
    const found = VERSION.exec(this.#text)?.[0];
    if (found === undefined) throw this.fault("expected a version such as 1.2.3", at);
    this.#at = at + found.length;
    this.#next = this.#read();
    return found;
  }

  /** Whether the `@` that comes next has a version behind it. */
  get versionFollows(): boolean {
    return this.is("@") && /\d/u.test(this.#text.charAt(this.#next.at + 1));
  }

  place(at: number = this.#next.at): Place {
    return new TextPlace(this.#file, this.#text, at);
  }

  unexpected(wanted: string): TenonError {
    const { kind, text, at } = this.#next;
    const found = kind === "end" ? "the end of the file" : `"${shown(text)}"`;
    return this.fault(`expected ${wanted}, found ${found}`, at);
  }

  fault(message: string, at: number): TenonError {
    return witInvalid(this.place(at), message);
  }

  #read(): Token {
    const docs = this.#comments();
    const at = this.#at;
    const token = (kind: Token["kind"], text: string, escaped = false): Token => {
      this.#at = at + text.length + (escaped ? 1 : 0);
      return { kind, text, escaped, at, docs };
    };
    if (at >= this.#text.length) return token("end", "");
    const match = (form: RegExp): string | undefined => {
      form.lastIndex = at;
      return form.exec(this.#text)?.[0];
    };
    const word = match(WORD);
    if (word !== undefined) {
      const escaped = word.startsWith("%");
      return token("word", escaped ? word.slice(1) : word, escaped);
    }
    const number = match(NUMBER);
    if (number !== undefined) return token("number", number);
    const symbol = match(SYMBOL);
    if (symbol !== undefined) return token("symbol", symbol);
    const char = String.fromCodePoint(this.#text.codePointAt(at)!);
    throw this.fault(`"${char}" has no meaning here`, at);
  }

  /** Passes space and comments, and returns the text of documentation comments. */
  #comments(): string {
    const docs: string[] = [];
    for (;;) {
      while (/[ \t\r\n]/u.test(this.#text.charAt(this.#at))) this.#at++;
      if (this.#text.startsWith("//", this.#at)) {
        const end = this.#text.indexOf("\n", this.#at);
        const line = this.#text.slice(this.#at, end < 0 ? undefined : end).trimEnd();
        if (line.startsWith("///")) docs.push(line.slice(3).replace(/^ /u, ""));
        this.#at = end < 0 ? this.#text.length : end + 1;
      } else if (this.#text.startsWith("/*", this.#at)) {
        const text = this.#blockComment();
        if (text.startsWith("/**") && text.length > 4) docs.push(blockDocs(text));
      } else return docs.join("\n").trim();
    }
  }

  /** Block comments nest. */
  #blockComment(): string {
    const start = this.#at;
    let depth = 0;
    do {
      COMMENT_EDGE.lastIndex = this.#at;
      const edge = COMMENT_EDGE.exec(this.#text);
      if (edge === null) throw this.fault("the comment has no end", start);
      depth += edge[0] === "/*" ? 1 : -1;
      this.#at = COMMENT_EDGE.lastIndex;
    } while (depth > 0);
    return this.#text.slice(start, this.#at);
  }
}

/** Each item has a place, of which few are shown: lines are counted for those. */
class TextPlace implements Place {
  readonly file: string;
  readonly #text: string;
  readonly #at: number;

  constructor(file: string, text: string, at: number) {
    this.file = file;
    this.#text = text;
    this.#at = at;
  }

  get line(): number {
    return this.#text.slice(0, this.#at).split("\n").length;
  }

  get column(): number {
    return this.#at - this.#text.slice(0, this.#at).lastIndexOf("\n");
  }
}

export function witInvalid({ file, line, column }: Place, message: string): TenonError {
  return new TenonError("wit-invalid", `${file}:${line}:${column}: ${message}`, {
    data: { file, line, column },
  });
}

function blockDocs(text: string): string {
  return text
    .slice(3, -2)
    .split("\n")
    .map((line) => line.trim().replace(/^\* ?/u, ""))
    .join("\n")
    .trim();
}

function shown(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
