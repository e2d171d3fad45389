import type { Documented } from "./documented.ts";
import type { Entry, Named } from "./reference.ts";

/** Public names, and members of them, without a sentence: `src/host/options.ts: HostOptions.policy` each. */
export function gapsIn(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap(({ names }) =>
    names.flatMap((named) => [...gapsOf(named)].map((gap) => `${named.file}: ${gap}`)),
  );
}

function* gapsOf(named: Named): Iterable<string> {
  const { name, doc, kind, code } = named;
  if (doc === "") yield name;
  if (
    kind === "class" ||
    kind === "interface" ||
    (OBJECT.test(code) && !/^\S* ?[|&] /mu.test(code))
  ) {
    for (const member of named.members) {
      if (!explainsItself(member)) yield* memberGaps(member, `${name}.${member.name}`);
    }
  }
}

/** A type that is one object, unless lines join it with others: the comment of any other tells its cases. */
const OBJECT = /^export (?:declare )?type [^=]+ = \{\n(?! *(?:readonly )?\[)[^]*\n\};$/u;

/** What a member's comment says may be about the parts of its type as well. */
function* memberGaps(member: Documented, path: string): Iterable<string> {
  if (member.doc !== "") return;
  const told = member.members.filter((one) => !explainsItself(one));
  if (told.length === 0 || told.some(({ doc }) => doc === "")) yield path;
}

/** What its owner's comment says already: a tag, a signature without a name, how it is made or walked. */
function explainsItself({ name, code }: Documented): boolean {
  return (
    /^(?:override )?readonly [\w$]+: (?:"[^"]*"|true|false)(?: \| "[^"]*")*;$/mu.test(code) ||
    /^(?:override )?readonly name = /u.test(code) ||
    name === "" ||
    name === "constructor" ||
    name === "[Symbol.iterator]" ||
    name === "new"
  );
}
