import { TenonError } from "../../errors.ts";
import { described, parseHead, parseInterface, parsePath, parseWorld } from "./parse-items.ts";
import type { PackageSyntax } from "./syntax.ts";
import { Tokens } from "./tokens.ts";

/** Packages by name, and which of them the files at the top of the folder are. */
export interface Parsed {
  readonly packages: ReadonlyMap<string, PackageSyntax>;
  readonly root: PackageSyntax;
}

/** How deep packages may be nested in one another. */
const MAX_NESTED = 100;

/** A file whose first line was read. */
interface Opened {
  readonly tokens: Tokens;
  readonly folder: string;
  /** The package that the file says it is of. */
  readonly own: string | undefined;
  /** The package in braces that the file begins with. */
  readonly nested: string | undefined;
}

/**
 * Parses WIT files by their paths, which are relative to the folder that was asked for. Files of
 * one folder are one package; those below it, such as in `deps/`, are packages that it needs.
 * Throws `wit-invalid` with the file, line and column.
 */
export function parseFiles(files: ReadonlyMap<string, string>): Parsed {
  const opened = [...files]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, text]) => open(path, text));
  const ofFolder = new Map<string, string>();
  for (const { tokens, folder, own } of opened) {
    if (own === undefined) continue;
    const known = ofFolder.get(folder);
    if (folder === "" && known !== undefined && known !== own) {
      throw tokens.fault(`another file of this folder is of package ${known}, not ${own}`, 0);
    }
    ofFolder.set(folder, own);
  }
  const packages = new Map<string, PackageSyntax>();
  for (const { tokens, folder, own, nested } of opened) {
    const name = own ?? ofFolder.get(folder);
    if (nested !== undefined) parseNested(tokens, packageNamed(packages, nested), packages, 0);
    while (tokens.peek.kind !== "end") parseTop(tokens, name, packages);
  }
  const own = ofFolder.get("");
  const root = own === undefined ? packages.values().next().value : packageNamed(packages, own);
  if (root === undefined) throw new TenonError("wit-invalid", "no WIT file says a package");
  return { packages, root };
}

function open(path: string, text: string): Opened {
  const tokens = new Tokens(path, text);
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  if (!tokens.takes("package")) return { tokens, folder, own: undefined, nested: undefined };
  const name = packageName(tokens);
  return tokens.takes(";")
    ? { tokens, folder, own: name, nested: undefined }
    : { tokens, folder, own: undefined, nested: name };
}

function packageName(tokens: Tokens): string {
  let name = tokens.name("a namespace");
  tokens.expect(":");
  name += `:${tokens.name("a package")}`;
  return tokens.takes("@") ? `${name}@${tokens.version()}` : name;
}

function packageNamed(packages: Map<string, PackageSyntax>, name: string): PackageSyntax {
  let found = packages.get(name);
  if (found === undefined) {
    found = { name, interfaces: new Map(), worlds: new Map(), uses: new Map() };
    packages.set(name, found);
  }
  return found;
}

function parseNested(
  tokens: Tokens,
  { name }: PackageSyntax,
  packages: Map<string, PackageSyntax>,
  depth: number,
): void {
  if (depth >= MAX_NESTED) throw tokens.unexpected(`at most ${MAX_NESTED} packages in one another`);
  tokens.expect("{");
  while (!tokens.takes("}")) parseTop(tokens, name, packages, depth + 1);
}

function parseTop(
  tokens: Tokens,
  owner: string | undefined,
  packages: Map<string, PackageSyntax>,
  depth: number = 0,
): void {
  const head = parseHead(tokens);
  const { at } = tokens.peek;
  if (tokens.takes("package")) {
    parseNested(tokens, packageNamed(packages, packageName(tokens)), packages, depth);
    return;
  }
  if (owner === undefined) {
    throw tokens.fault("no file of this folder says its package: `package ns:name;`", at);
  }
  const into = packageNamed(packages, owner);
  if (tokens.takes("use")) {
    const path = parsePath(tokens);
    into.uses.set(tokens.takes("as") ? tokens.name("a name") : path.name, path);
    tokens.expect(";");
    return;
  }
  const isInterface = tokens.is("interface");
  if (!isInterface && !tokens.is("world")) {
    throw tokens.unexpected("interface, world, use or package");
  }
  tokens.take();
  const name = tokens.peek.text;
  if (into.interfaces.has(name) || into.worlds.has(name)) {
    throw tokens.fault(`package ${owner} has "${name}" already`, tokens.peek.at);
  }
  if (isInterface) {
    const found = described(tokens, head, parseInterface);
    if (!head.unstable) into.interfaces.set(found.name, found);
  } else {
    const found = described(tokens, head, parseWorld);
    if (!head.unstable) into.worlds.set(found.name, found);
  }
}
