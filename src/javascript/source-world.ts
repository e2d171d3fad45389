import { CONSOLE, surfaceOf } from "./plan/surface.ts";
import { gatherFiles, readProgram, type StripTypes } from "./source/program.ts";
import { type GivenWorld, KnownWorlds } from "./worlds/known-worlds.ts";

/** What a source takes from outside and gives to it, by exact names. */
export interface SourceWorld {
  /** Interfaces, with the functions that are imported of each, by their names in WIT. */
  readonly imports: readonly { readonly name: string; readonly functions: readonly string[] }[];
  /** Interfaces and functions of the world. */
  readonly exports: readonly string[];
}

/** How a source is read. */
export interface SourceWorldOptions {
  /** The text of another file of the source's folder; undefined where there is none. */
  readonly read: (file: string) => string | undefined;
  /** The application's own worlds. Default: none. */
  readonly worlds?: readonly GivenWorld[];
  /** Takes the types out of TypeScript. Default: the source is JavaScript. */
  readonly stripTypes?: StripTypes | undefined;
}

/**
 * What a plugin's source imports and exports, without running it. `file`: what it is called. Rejects
 * with `package-source`.
 */
export async function sourceWorld(
  file: string,
  text: string,
  { read, worlds = [], stripTypes }: SourceWorldOptions,
): Promise<SourceWorld> {
  const files = await gatherFiles(file, text, async (name) => read(name));
  const program = await readProgram(files, stripTypes);
  const { imports, exports } = surfaceOf(program, new KnownWorlds(worlds), [CONSOLE]);
  return {
    imports: imports.map(({ name, functions, lacking }) => {
      return { name, functions: [...functions.map((one) => one.name), ...lacking] };
    }),
    exports: exports.map(({ name }) => name),
  };
}
