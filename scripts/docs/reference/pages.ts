import type { Documented } from "./documented.ts";
import type { Entry, Kind, Named } from "./reference.ts";

const KINDS: Readonly<Record<Kind, string>> = {
  function: "Functions",
  class: "Classes",
  interface: "Interfaces",
  type: "Types",
  constant: "Constants",
};

/** Lines of code that a page shows of one declaration. */
const SHOWN_LINES = 40;

const HEAD =
  "<!-- Written by npm run docs from the documentation comments of the sources. Do not edit. -->";

/** The pages of the reference by their names, `README.md` with the contents among them. */
export function pagesOf(entries: readonly Entry[]): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const { page, names } of entries) {
    for (const { name } of names) if (!links.has(name)) links.set(name, `${page}#${anchor(name)}`);
  }
  const pages = new Map([["README.md", contents(entries)]]);
  for (const entry of entries) pages.set(entry.page, new Page(entry, links).toString());
  return pages;
}

function contents(entries: readonly Entry[]): string {
  const rows = entries.map(
    ({ specifier, page, purpose, names }) =>
      `| [\`${specifier}\`](${page}) | ${purpose} | ${names.length} |`,
  );
  const names = entries
    .flatMap((entry) => entry.names.map(({ name }) => ({ name, page: entry.page })))
    .toSorted((one, other) => (one.name.toLowerCase() < other.name.toLowerCase() ? -1 : 1))
    .map(({ name, page }) => `[${name}](${page}#${anchor(name)})`);
  return `${HEAD}

# API reference

Every public name of the package, by the entry that exports it. What an editor shows on hover is the same text.

| entry | what it is for | names |
| --- | --- | ---: |
${rows.join("\n")}

## All names

${names.join(" · ")}
`;
}

class Page {
  readonly #entry: Entry;
  readonly #links: ReadonlyMap<string, string>;
  readonly #lines: string[] = [];

  constructor(entry: Entry, links: ReadonlyMap<string, string>) {
    this.#entry = entry;
    this.#links = links;
  }

  toString(): string {
    const { specifier, purpose, names, elsewhere } = this.#entry;
    this.#lines.push(HEAD, "", `# ${specifier}`, "", purpose, "");
    const kinds = Object.keys(KINDS) as Kind[];
    for (const kind of kinds) {
      const all = names.filter((one) => one.kind === kind);
      if (all.length === 0) continue;
      const list = all.map(({ name }) => `[${name}](#${anchor(name)})`).join(", ");
      this.#lines.push(`- ${KINDS[kind]}: ${list}`);
    }
    if (elsewhere.size > 0) {
      const list = [...elsewhere].map(([name, page]) => `[${name}](${page}#${anchor(name)})`);
      this.#lines.push(`- Exported here, too: ${list.join(", ")}`);
    }
    for (const kind of kinds) {
      for (const one of names) if (one.kind === kind) this.#named(one);
    }
    return `${this.#lines.join("\n").trimEnd()}\n`;
  }

  #named(named: Named): void {
    const { name, doc, members, kind } = named;
    const listed = kind === "class" || kind === "interface";
    this.#lines.push("", `## ${name}`, "", "```typescript", signature(named, listed), "```", "");
    this.#lines.push(this.#text(doc, name));
    if (kind !== "constant" && members.some(isTold)) {
      this.#lines.push("");
      this.#members(members, name, "");
    }
  }

  #members(members: readonly Documented[], owner: string, indent: string): void {
    for (const member of members) {
      if (member.name === "") continue;
      const { code, doc, members: inner } = member;
      const nested = inner.some(isTold);
      const shown = code.split(/\n(?=[^\s}\])])/u).map((one) => inline(one, nested));
      const text = this.#text(doc, owner).replaceAll("\n", `\n${indent}  `);
      const said = text === "" ? "" : `: ${text}`;
      this.#lines.push(`${indent}- ${shown.join(", ")}${said}`.replaceAll(/[ \t]+$/gmu, ""));
      if (nested) this.#members(inner, owner, `${indent}  `);
    }
  }

  /** A comment as Markdown, in which known names are links. */
  #text(doc: string, owner: string): string {
    return doc
      .replaceAll(/\{@link ([\w$.]+)\}/gu, "`$1`")
      .replaceAll(/^@throws /gmu, "Throws: ")
      .replaceAll(/^@param (\S+) /gmu, "- `$1`: ")
      .replaceAll(/^@returns /gmu, "Returns: ")
      .replaceAll(/(?<!\[)`([A-Za-z_$][\w$]*)((?:\.[\w$]+)*)`/gu, (whole, name: string) => {
        const target = this.#links.get(name);
        if (target === undefined || name === owner) return whole;
        return `[${whole}](${target.replace(new RegExp(`^${this.#entry.page}`, "u"), "")})`;
      });
  }
}

/** Whether a list of members is worth a line for this one. */
function isTold({ doc, members }: Documented): boolean {
  return doc !== "" || members.some(isTold);
}

function signature({ code }: Documented, listed: boolean): string {
  const plain = code.replaceAll(/^(?:export )?(?:declare )?/gmu, "");
  if (listed) return plain.split("\n", 1)[0]!.replace(/ \{\}?$/u, "");
  const lines = plain.split("\n");
  return lines.length <= SHOWN_LINES ? plain : [...lines.slice(0, SHOWN_LINES), "    …"].join("\n");
}

/** A member's code on one line, without the members that are listed below it. */
function inline(code: string, nested: boolean): string {
  const line = code.replaceAll(/\s+/gu, " ").trim().replace(/;$/u, "");
  const short = nested ? line.replace(/\{ .* \}/u, "{ … }") : line;
  return `\`${short}\``;
}

function anchor(name: string): string {
  return name.toLowerCase();
}
