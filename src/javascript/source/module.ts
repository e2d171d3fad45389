import { type Import, init, parse } from "es-module-lexer";
import { isError } from "../../realms.ts";
import { placeOf, sourceError, type SourcePlace } from "./source-error.ts";

/** One module of a program, and what it says it needs and has. */
export interface SourceModule {
  /** `./shout.js`, relative to the folder of the program. */
  readonly name: string;
  /** JavaScript. */
  readonly source: string;
  readonly imports: readonly ModuleImport[];
  /** The names that it exports, without those of `export *`. */
  readonly exports: readonly string[];
}

/** A module that another one imports. */
export interface ModuleImport {
  readonly specifier: string;
  /**
   * What is taken of it. `all`: the namespace, or what only running it tells. `methods`: nothing by
   * name (`import "tenon:plugin/text"`), so of an interface those of resources that come from elsewhere.
   */
  readonly names: readonly string[] | "all" | "methods";
  /** Whether all of its names are exported again: `export * from "…"`. */
  readonly isStar: boolean;
  readonly place: SourcePlace;
}

/**
 * Reads what a module imports and exports. Code that hides an import from this finds no such module when
 * it runs. Rejects with `package-source`.
 */
export async function readModule(name: string, source: string): Promise<SourceModule> {
  await init();
  const [imports, exports] = parsed(name, source);
  return {
    name,
    source,
    imports: imports.flatMap((one) => {
      const found = importOf(name, source, one);
      return found === undefined ? [] : [found];
    }),
    exports: exports.flatMap((one) => ("name" in one && one.name !== null ? [one.name] : [])),
  };
}

function parsed(name: string, source: string): ReturnType<typeof parse> {
  try {
    return parse(source, name);
  } catch (cause) {
    const { idx } = cause as { readonly idx?: unknown };
    const place = placeOf(name, source, typeof idx === "number" ? idx : 0);
    const said = isError(cause) && typeof idx !== "number" ? `: ${cause.message}` : "";
    throw sourceError(place, `it is no JavaScript module${said}`, cause);
  }
}

function importOf(name: string, source: string, one: Import): ModuleImport | undefined {
  if (one.type === "import-meta") return undefined;
  const place = placeOf(name, source, one.importStart);
  if (one.phase !== null) throw sourceError(place, "imports have no phase here");
  if (one.attributes !== null && one.attributes.length > 0) {
    throw sourceError(place, "imports have no attributes here: only modules can be imported");
  }
  const { specifier } = one;
  // What is not a text finds what is there, and nothing is added for it.
  if (specifier === undefined) return undefined;
  if (one.type === "dynamic") return { specifier, names: "all", isStar: false, place };
  if (one.typeOnly) return undefined;
  const statement = source.slice(one.importStart, one.start);
  return { specifier, names: namesOf(statement), isStar: one.type === "reexport-star", place };
}

const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/[^\n\r]*/gu;

/** The names in the clause of a static import. One that is missed here is missing when the code runs. */
function namesOf(statement: string): ModuleImport["names"] {
  const clause = statement.replaceAll(COMMENTS, " ").replace(/\bfrom\s*["']?$/u, "");
  const inBraces = /\{([\s\S]*)\}/u.exec(clause)?.[1];
  const outside = clause.replace(/\{[\s\S]*\}/u, " ").replace(/^\s*(?:import|export)\b/u, "");
  if (outside.includes("*")) return "all";
  const named = (inBraces ?? "").split(",").flatMap((item) => {
    const word = item
      .trim()
      .split(/\s+/u)[0]!
      .replaceAll(/^["']|["']$/gu, "");
    return word === "" ? [] : [word];
  });
  const own = outside.replaceAll(/[,"']/gu, " ").trim();
  if (inBraces === undefined && own === "") return "methods";
  return own === "" ? named : ["default", ...named];
}
