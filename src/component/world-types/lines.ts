const WORDS: ReadonlySet<string> = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export " +
    "extends false finally for function if implements import in instanceof interface let new null package " +
    "private protected public return static super switch this throw true try typeof var void while with yield"
  ).split(" "),
);

/** Names that the written text uses, which a type of a world must not take. */
export const GLOBALS: ReadonlySet<string> = new Set(
  (
    "Promise ReadonlyMap Symbol Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array " +
    "BigUint64Array BigInt64Array Float32Array Float64Array"
  ).split(" "),
);

/** A property's name as TypeScript writes it. */
export function propertyKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/u.test(name) ? name : JSON.stringify(name);
}

/** A function's name in a type. Unquoted, `new(): T` would say what `new` makes of the whole object. */
export function functionKey(name: string): string {
  return name === "new" ? `"new"` : propertyKey(name);
}

/** A parameter's name, which must be no word of the language's. */
export function parameterName(name: string): string {
  const plain = name.replaceAll(/[^\w$]/gu, "_");
  return WORDS.has(plain) ? `${plain}_` : plain;
}

/** A name that is not taken, made of `wanted`; it is taken from then on. */
export function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  while (taken.has(name)) name += "_";
  taken.add(name);
  return name;
}

/** Lines of TypeScript, indented by block. */
export class Lines {
  readonly #lines: string[] = [];
  #indent = "";

  line(text: string): this {
    this.#lines.push(text === "" ? "" : this.#indent + text);
    return this;
  }

  /** A documentation comment. Nothing, where there is nothing to say. */
  doc(...parts: readonly string[]): this {
    const text = parts.filter((part) => part !== "").join("\n\n");
    if (text === "") return this;
    const lines = text.replaceAll("*/", "*\\/").split("\n");
    if (lines.length === 1) return this.line(`/** ${lines[0]} */`);
    this.line("/**");
    for (const line of lines) this.line(line === "" ? " *" : ` * ${line}`);
    return this.line(" */");
  }

  block(head: string, body: () => void, end: string = "}"): this {
    return this.line(`${head} {`).indented(body).line(end);
  }

  indented(body: () => void): this {
    const outer = this.#indent;
    this.#indent += "  ";
    body();
    this.#indent = outer;
    return this;
  }

  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}
