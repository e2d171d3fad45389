// What `.d.ts` files, as tsc writes them, say: the names that a file declares, imports and exports, and
// the names that each declaration mentions.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A name of another file, or of a package where `file` is undefined. */
interface Reference {
  readonly file: string | undefined;
  /** `*`: all of the file. */
  readonly name: string;
  /** Whether it is had as a type alone, so that nobody calls it, or makes one with `new`. */
  readonly isType: boolean;
}

export type Declaration = Reference & { readonly file: string };

interface Source {
  /** Text without comments, by the name that it declares. Overloads are put together. */
  readonly declared: ReadonlyMap<string, string>;
  readonly imported: ReadonlyMap<string, Reference>;
  readonly exported: ReadonlyMap<string, Reference>;
  /** `export * from`. */
  readonly everything: readonly string[];
}

const DECLARES =
  /^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|class|function|const|enum|namespace) ([\w$]+)/u;
const FROM =
  /^(import|export)(?: type)? (?:\{([^}]*)\}|\* as ([\w$]+)|(\*)|([\w$]+)) from ["']([^"']+)["']/u;
const LIST = /^export(?: type)? \{([^}]*)\};/u;

/** What declarations mention that the entries export, and no entry exports: by its file, where it is mentioned. */
export function unnamedIn(entries: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const declarations = new Declarations();
  const key = ({ file, name }: Declaration): string => `${file} ${name}`;
  const exported = new Map<string, Declaration>();
  for (const entry of entries) {
    for (const origin of declarations.exportsOf(entry).values()) {
      const isType = origin.isType && (exported.get(key(origin))?.isType ?? true);
      exported.set(key(origin), { ...origin, isType });
    }
  }
  const unnamed = new Map<string, string[]>();
  for (const one of exported.values()) {
    for (const other of declarations.mentionedBy(one)) {
      if (exported.has(key(other))) continue;
      unnamed.set(key(other), [...(unnamed.get(key(other)) ?? []), one.name]);
    }
  }
  return unnamed;
}

/** The declaration files of a folder, read when they are asked for. */
export class Declarations {
  readonly #sources: Map<string, Source> = new Map();

  /** The declarations that a file exports, each where it is declared, by the name that it is exported as. */
  exportsOf(file: string): ReadonlyMap<string, Declaration> {
    const found = new Map<string, Declaration>();
    const { declared, exported, everything } = this.#source(file);
    for (const [name, text] of declared) {
      if (text.startsWith("export ")) found.set(name, { file, name, isType: false });
    }
    for (const [name, reference] of exported) {
      const origin = this.#origin(reference);
      if (origin === undefined) continue;
      found.set(name, { ...origin, isType: origin.isType || reference.isType });
    }
    for (const other of everything) {
      for (const [name, origin] of this.exportsOf(other)) found.set(name, origin);
    }
    return found;
  }

  /**
   * What a declaration mentions of the same folder's, but for what nobody who uses it needs a name for: what a type
   * is computed from (`typeof`, `keyof`, `T[…]`), what is protected, and constructors and
   * static functions of what is had as a type alone.
   */
  mentionedBy(
    { file, name, isType }: Declaration,
    within: readonly string[] = [],
  ): readonly Declaration[] {
    const { declared, imported } = this.#source(file);
    const text = (declared.get(name) ?? "")
      .replaceAll(/'[^'\n]*'|"[^"\n]*"/gu, '""')
      .replaceAll(/\b(?:(?:typeof|keyof) )+[\w$.]+|\b[\w$]+(?=\[[^\]])|^ +protected .*$/gmu, "")
      .replaceAll(isType ? /^ +(?:constructor\(|static )[\s\S]*?;$/gmu : /^$/gu, "");
    const found = new Map<string, Declaration>();
    // A property's name is followed by a colon.
    for (const [, word = ""] of text.matchAll(/(?<![\w$.])([A-Za-z_$][\w$]*)(?![\w$]|\??:)/gu)) {
      if (word === name || within.includes(word)) continue;
      const here = declared.has(word) ? { file, name: word, isType: true } : undefined;
      const origin = here ?? this.#origin(imported.get(word));
      if (origin === undefined) continue;
      const inner =
        here && this.#computes(here) ? this.mentionedBy(here, [...within, name]) : [origin];
      for (const one of inner) found.set(`${one.file} ${one.name}`, one);
    }
    return [...found.values()];
  }

  /** Whether it is a file's own step in computing a type: what it comes to has a name, and it needs none. */
  #computes({ file, name }: Declaration): boolean {
    const text = this.#source(file).declared.get(name) ?? "";
    return /^(?:declare )?type (?:[\w$]+<|[\w$]+ = (?!\{\s*[\w"]))/u.test(text);
  }

  #origin(reference: Reference | undefined): Declaration | undefined {
    if (reference?.file === undefined) return undefined;
    const { file, name, isType } = reference;
    if (name === "*") return { file, name, isType };
    const { declared, imported } = this.#source(file);
    if (declared.has(name)) return { file, name, isType };
    const here = imported.get(name);
    return here === undefined ? this.exportsOf(file).get(name) : this.#origin(here);
  }

  #source(file: string): Source {
    let source = this.#sources.get(file);
    if (source === undefined) {
      source = read(file);
      this.#sources.set(file, source);
    }
    return source;
  }
}

function read(file: string): Source {
  const declared = new Map<string, string>();
  const imported = new Map<string, Reference>();
  const exported = new Map<string, Reference>();
  const everything: string[] = [];
  for (const statement of statements(readFileSync(file, "utf8"))) {
    const name = DECLARES.exec(statement)?.[1];
    if (name !== undefined) {
      declared.set(name, `${declared.get(name) ?? ""}${statement}\n`);
      continue;
    }
    const from = FROM.exec(statement);
    if (from !== null) {
      const [, kind, list, space, all, single, path = ""] = from;
      const target = resolved(file, path);
      const into = kind === "import" ? imported : exported;
      if (all !== undefined && target !== undefined) everything.push(target);
      const isType = /^\w+ type /u.test(statement);
      if (space !== undefined) into.set(space, { file: target, name: "*", isType });
      if (single !== undefined) into.set(single, { file: target, name: "default", isType });
      for (const one of named(list)) {
        into.set(one.outer, { file: target, name: one.inner, isType: isType || one.isType });
      }
      continue;
    }
    for (const { outer, inner, isType } of named(LIST.exec(statement)?.[1])) {
      exported.set(outer, { file, name: inner, isType });
    }
  }
  return { declared, imported, exported, everything };
}

interface Named {
  readonly outer: string;
  readonly inner: string;
  readonly isType: boolean;
}

/** The items of a list: `type inner as outer`. */
function named(list: string | undefined): readonly Named[] {
  if (list === undefined) return [];
  return list.split(",").flatMap((item) => {
    const isType = /^\s*type /u.test(item);
    const [inner = "", outer = inner] = item
      .trim()
      .replace(/^type /u, "")
      .split(" as ");
    return inner === "" ? [] : [{ outer, inner, isType }];
  });
}

/** The file of declarations that an import of `.ts` or `.js` means; undefined of a package. */
function resolved(file: string, path: string): string | undefined {
  return path.startsWith(".") ? join(dirname(file), path.replace(/\.[jt]s$/u, ".d.ts")) : undefined;
}

/** The statements of a file: each begins at the start of a line. */
function statements(text: string): readonly string[] {
  const lines = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gmu, "").split("\n");
  const found: string[] = [];
  for (const line of lines) {
    if (/^[a-z]/u.test(line)) found.push(line);
    else if (found.length > 0) found.push(`${found.pop()!}\n${line}`);
  }
  return found;
}
