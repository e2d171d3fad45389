import { isTypeScript, MOST_FILES, resolveName, type SourceFiles } from "./files.ts";
import { type ModuleImport, readModule, type SourceModule } from "./module.ts";
import { placeOf, sourceError, strippingFault } from "./source-error.ts";

/** A program: its own modules, and what they import from elsewhere. */
export interface Program {
  /** The name of the first module. */
  readonly main: string;
  readonly modules: readonly SourceModule[];
  /** What is imported that is no file of the program. */
  readonly imports: readonly ModuleImport[];
  /** The names that the main module exports, those of its `export *` included. */
  readonly exports: readonly string[];
}

/**
 * Takes the types out of TypeScript and leaves everything else where it was. Throws for what has a
 * meaning beyond types, such as `enum`.
 */
export type StripTypes = (source: string, name: string) => string;

/**
 * Reads the modules that a program consists of, beginning with its main one. Rejects with
 * `package-source` where one is missing, is no module, or is TypeScript and `strip` is undefined.
 */
export async function readProgram(
  { main, texts }: SourceFiles,
  strip: StripTypes | undefined,
): Promise<Program> {
  const modules = new Map<string, SourceModule>();
  const imports: ModuleImport[] = [];
  const open = [main];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (modules.has(name)) continue;
    const module = await readModule(name, javascriptOf(name, texts.get(name)!, strip));
    modules.set(name, module);
    for (const one of module.imports) {
      if (!isRelative(one.specifier)) imports.push(one);
      else open.push(fileOf(name, one, (file) => texts.has(file)));
    }
  }
  const all = [...modules.values()];
  return { main, modules: all, imports, exports: [...exportsOf(main, modules, new Set())] };
}

/**
 * Reads the files of a program, beginning with the main one. `read` answers the text of a file of its
 * folder, undefined where there is none. Rejects with `package-source`.
 */
export async function gatherFiles(
  main: string,
  text: string,
  read: (name: string) => Promise<string | undefined>,
): Promise<SourceFiles> {
  const texts = new Map([[main, text]]);
  for (const [name, source] of texts) {
    // The lexer knows types; what is imported as a type alone is no file of the program.
    for (const one of (await readModule(name, source)).imports) {
      if (!isRelative(one.specifier)) continue;
      const file = fileOf(name, one, () => true);
      if (texts.has(file)) continue;
      if (texts.size >= MOST_FILES) {
        throw sourceError(one.place, `a program has at most ${MOST_FILES} files`);
      }
      const found = await read(file);
      if (found === undefined) throw sourceError(one.place, `there is no ${one.specifier}`);
      texts.set(file, found);
    }
  }
  return { main, texts };
}

function isRelative(specifier: string): boolean {
  return /^\.{1,2}\//u.test(specifier);
}

function fileOf(from: string, one: ModuleImport, has: (file: string) => boolean): string {
  const { specifier, place } = one;
  const name = resolveName(from, specifier);
  if (name === undefined) {
    const what =
      "a program imports .js, .mjs, .ts and .mts files of its own folder by their whole names";
    throw sourceError(place, `${JSON.stringify(specifier.slice(0, 120))}: ${what}`);
  }
  if (!has(name)) throw sourceError(place, `there is no ${specifier}`);
  return name;
}

/** The names that a module exports, those of the program's files that it exports all of included. */
function exportsOf(
  name: string,
  modules: ReadonlyMap<string, SourceModule>,
  seen: Set<string>,
): Set<string> {
  const found = new Set<string>();
  const module = modules.get(name);
  if (module === undefined || seen.has(name)) return found;
  seen.add(name);
  for (const one of module.exports) found.add(one);
  for (const { specifier, isStar } of module.imports) {
    if (!isStar || !isRelative(specifier)) continue;
    for (const one of exportsOf(resolveName(name, specifier) ?? "", modules, seen)) {
      if (one !== "default") found.add(one);
    }
  }
  return found;
}

function javascriptOf(name: string, text: string, strip: StripTypes | undefined): string {
  if (!isTypeScript(name)) return text;
  if (strip === undefined) {
    const what =
      "it is TypeScript, and nothing here takes the types out of it: give javascript() a `stripTypes`, " +
      "such as one of sucrase's, or install JavaScript";
    throw sourceError(placeOf(name, text, 0), what);
  }
  try {
    return strip(text, name);
  } catch (cause) {
    const { line, column, said } = strippingFault(cause);
    throw sourceError({ file: name, line, column }, said, cause);
  }
}
