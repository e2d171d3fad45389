// What `.d.ts` files, as tsc writes them, say with their comments: declarations and their members.
import { readFileSync } from "node:fs";

/** A declaration, or a member of one. */
export interface Documented {
  readonly name: string;
  /** The text of its documentation comment, without asterisks; empty where it has none. */
  readonly doc: string;
  /** Its code without comments, overloads one below the other. */
  readonly code: string;
  readonly members: readonly Documented[];
}

const DECLARES =
  /^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|class|function|const|enum|namespace) ([\w$]+)/u;
const MEMBER =
  /^(?:(?:readonly|static|abstract|async|get|set) )*(\[[^\]]+\]|[\w$]+|"[^"]+"|(?=\())/u;
const STEP = "    ";

/** The declarations of a file, by name. */
export function documentedIn(file: string): ReadonlyMap<string, Documented> {
  const found = new Map<string, Documented>();
  for (const { doc, lines } of blocks(readFileSync(file, "utf8").split("\n"), "", /^[a-z]/u)) {
    const name = DECLARES.exec(lines[0]!)?.[1];
    if (name !== undefined) add(found, documented(name, doc, lines, STEP));
  }
  return found;
}

interface Block {
  readonly doc: string;
  readonly lines: string[];
}

/** Divides lines into what begins at one depth (`begins`), each with the comment before it. */
function blocks(lines: readonly string[], pad: string, begins: RegExp): readonly Block[] {
  const found: Block[] = [];
  let comment: string[] | undefined;
  let doc = "";
  for (const line of lines) {
    const text = line.startsWith(pad) ? line.slice(pad.length) : "";
    if (comment === undefined && text.startsWith("/**")) comment = [];
    if (comment !== undefined) {
      comment.push(text);
      if (!text.includes("*/")) continue;
      doc = docText(comment);
      comment = undefined;
    } else if (begins.test(text)) {
      found.push({ doc, lines: [text] });
      doc = "";
    } else if (text !== "") found.at(-1)?.lines.push(line);
  }
  return found;
}

function documented(name: string, doc: string, lines: readonly string[], pad: string): Documented {
  const code = lines
    .join("\n")
    .replaceAll(/\/\*[\s\S]*?\*\//gu, "")
    .replaceAll(/^\s*\n/gmu, "")
    .trimEnd();
  return { name, doc, code, members: membersOf(lines.slice(1), pad) };
}

function membersOf(lines: readonly string[], pad: string): readonly Documented[] {
  const found = new Map<string, Documented>();
  for (const { doc, lines: own } of blocks(lines, pad, /^[^\s}\])|&:?]/u)) {
    const [first = ""] = own;
    if (/^(?:private|protected|static \{|#)|^static #/u.test(first)) continue;
    const name = MEMBER.exec(first)?.[1];
    if (name !== undefined) add(found, documented(name, doc, own, pad + STEP));
  }
  return [...found.values()];
}

/** Overloads, a getter with its setter, and a name of several cases of a union are one. */
function add(found: Map<string, Documented>, one: Documented): void {
  const known = found.get(one.name);
  if (known === undefined) {
    found.set(one.name, one);
    return;
  }
  const members = new Map(known.members.map((member) => [member.name, member]));
  for (const member of one.members) add(members, member);
  const code = known.code.includes(one.code) ? known.code : `${known.code}\n${one.code}`;
  const doc = known.doc.includes(one.doc) ? known.doc : `${known.doc}\n\n${one.doc}`.trim();
  found.set(one.name, { name: one.name, doc, code, members: [...members.values()] });
}

function docText(comment: readonly string[]): string {
  return comment
    .join("\n")
    .replace(/^\s*\/\*\*[ \t]?/u, "")
    .replace(/[ \t]*\*\/[\s\S]*$/u, "")
    .replaceAll(/^[ \t]*\* ?/gmu, "")
    .trim();
}
