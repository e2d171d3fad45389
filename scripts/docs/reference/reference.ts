// The public names of the package, by entry, each with its documentation: from the `.d.ts` that tsc writes.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Declarations } from "../../rooms/declarations.ts";
import { type Documented, documentedIn } from "./documented.ts";
import { ENTRIES, THREADS } from "./entries.ts";

export type Kind = "function" | "class" | "interface" | "type" | "constant";

export interface Named extends Documented {
  readonly kind: Kind;
  /** Where it is declared: `src/host/options.ts`. */
  readonly file: string;
}

export interface Entry {
  /** `tenon/node`. */
  readonly specifier: string;
  /** The name of its page: `node.md`. */
  readonly page: string;
  readonly purpose: string;
  /** What this entry has, and none before it. */
  readonly names: readonly Named[];
  /** What an entry before it has as well, by its page. */
  readonly elsewhere: ReadonlyMap<string, string>;
}

/** Gives members without a comment that of the same member in what their owner extends or implements. */
function inherit(entries: readonly Entry[]): readonly Entry[] {
  const known = new Map(
    entries.flatMap(({ names }) => names.map((one) => [one.name, one] as const)),
  );
  const docOf = (owner: Named, member: string): string => {
    const [, bases = ""] =
      /(?:extends|implements) ([^{]*)/u.exec(owner.code.split("\n", 1)[0]!) ?? [];
    for (const [word] of bases.matchAll(/[A-Za-z_$][\w$]*/gu)) {
      const base = known.get(word);
      if (base === undefined || base === owner) continue;
      const doc = base.members.find(({ name }) => name === member)?.doc || docOf(base, member);
      if (doc !== "") return doc;
    }
    return "";
  };
  return entries.map((entry) => ({
    ...entry,
    names: entry.names.map((owner) => ({
      ...owner,
      members: owner.members.map((member) =>
        member.doc === "" ? { ...member, doc: docOf(owner, member.name) } : member,
      ),
    })),
  }));
}

/** Emits the declarations of `root` into a folder that is removed afterwards, and reads them. */
export function readReference(root: string): readonly Entry[] {
  const folder = mkdtempSync(join(tmpdir(), "tenon-reference-"));
  try {
    const options = ["--noCheck", "--emitDeclarationOnly", "--outDir", folder];
    const compiler = join(root, "node_modules/.bin/tsc");
    execFileSync(compiler, ["-p", join(root, "tsconfig.build.json"), ...options]);
    return entriesOf(folder, exportsOf(root));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function exportsOf(root: string): ReadonlyMap<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
  };
  const files = new Map<string, string>();
  for (const [key, target] of Object.entries(exports)) {
    if (typeof target === "string" || THREADS.has(key)) continue;
    if (ENTRIES[key] === undefined)
      throw new Error(`scripts/docs/reference/entries.ts lacks ${key}`);
    files.set(key, target.types.replace("./dist/", ""));
  }
  return files;
}

/** `files`: the declaration files of the entries in the folder, by the keys of package.json. */
export function entriesOf(
  folder: string,
  files: ReadonlyMap<string, string>,
  purposes: Readonly<Record<string, string>> = ENTRIES,
): readonly Entry[] {
  const declarations = new Declarations();
  const read = new Map<string, ReadonlyMap<string, Documented>>();
  const homes = new Map<string, string>();
  const entries = Object.entries(purposes).flatMap(([key, purpose]) => {
    const file = files.get(key);
    if (file === undefined) return [];
    const page = `${key === "." ? "tenon" : key.slice(2).replaceAll("/", "-")}.md`;
    const names: Named[] = [];
    const elsewhere = new Map<string, string>();
    for (const [name, origin] of declarations.exportsOf(join(folder, file))) {
      const home = `${origin.file} ${origin.name}`;
      const other = homes.get(home);
      if (other !== undefined) {
        elsewhere.set(name, other);
        continue;
      }
      homes.set(home, page);
      const texts = read.get(origin.file) ?? documentedIn(origin.file);
      read.set(origin.file, texts);
      const found = texts.get(origin.name);
      if (found === undefined) throw new Error(`${home} has no declaration`);
      const source = `src/${relative(folder, origin.file).replace(/\.d\.ts$/u, ".ts")}`;
      names.push({ ...found, name, kind: kindOf(found.code), file: source });
    }
    names.sort((one, other) => (one.name < other.name ? -1 : 1));
    return [{ specifier: key.replace(".", "tenon"), page, purpose, names, elsewhere }];
  });
  return inherit(entries);
}

function kindOf(code: string): Kind {
  const word = /\b(function|class|interface|type|const)\b/u.exec(code)?.[1];
  return word === "const" || word === undefined ? "constant" : (word as Kind);
}
