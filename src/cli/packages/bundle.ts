import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { relative } from "node:path";
import type { Plugin } from "rolldown";
import { TenonError, visibleText } from "../../index.ts";

/** A program with the packages that it imports, in one file. */
export interface Bundle {
  /** JavaScript: a module that imports interfaces alone. */
  readonly code: string;
  /** Its source map as JSON, without the sources. */
  readonly map: SourceMap;
  /** The paths of the files that it was made of. */
  readonly files: readonly string[];
}

export interface BundleOptions {
  /** The folder that places are named from. */
  readonly folder: string;
  readonly minify: boolean;
}

/** What is used of a source map, version 3. */
export interface SourceMap {
  readonly version: number;
  readonly names: readonly string[];
  readonly sources: readonly string[];
  readonly mappings: string;
}

/** How an interface is written, such as `tenon:plugin/kv`. */
const INTERFACE = /^(?!node:)[a-z][a-z0-9-]*:[a-z]/u;

/**
 * Bundles a program. Rejects with `package-source`, and file, line and column, for what is no code, is
 * not to be found, or is of Node alone; and with `usage` where the bundler is not installed.
 */
export async function bundle(main: string, options: BundleOptions): Promise<Bundle> {
  const { rolldown } = await loadRolldown();
  const faults: TenonError[] = [];
  try {
    await using build = await rolldown({
      input: main,
      platform: "neutral",
      logLevel: "silent",
      resolve: { mainFields: ["module", "main"], conditionNames: ["import", "default"] },
      transform: { define: { "process.env.NODE_ENV": '"production"' } },
      plugins: [imports(options.folder, faults)],
    });
    const { output } = await build.generate({
      // Where it would be written: sources are named from there.
      dir: options.folder,
      format: "esm",
      codeSplitting: false,
      comments: { legal: true, annotation: false, jsdoc: false },
      minify: options.minify,
      sourcemap: "hidden",
    });
    const [{ code, map, moduleIds }] = output;
    const files = moduleIds.filter((id) => !id.startsWith("\0"));
    const { version, names, sources, mappings } = map!;
    return { code: `${code.trimEnd()}\n`, map: { version, names, sources, mappings }, files };
  } catch (error) {
    throw faults[0] ?? faultOf(error, options.folder);
  }
}

async function loadRolldown(): Promise<typeof import("rolldown")> {
  try {
    return await import("rolldown");
  } catch (cause) {
    const message =
      "tenon build bundles with rolldown, which is not installed here: npm install --save-dev rolldown";
    throw new TenonError("usage", message, { cause });
  }
}

/** Interfaces are the host's; what is nobody's is told with its place. */
function imports(folder: string, faults: TenonError[]): Plugin {
  // The bundler changes the errors that it is thrown.
  const fault = (importer: string, specifier: string, what: string): Error => {
    faults.push(faultAt(importer, specifier, folder, what));
    return new Error(what);
  };
  return {
    name: "interfaces",
    async resolveId(specifier, importer, { kind }) {
      if (importer === undefined || kind === "new-url") return undefined;
      if (INTERFACE.test(specifier)) return { id: specifier, external: true };
      const found = await this.resolve(specifier, importer, { kind, skipSelf: true });
      if (found !== null && !found.external) return found;
      if (isBuiltin(specifier)) {
        throw fault(importer, specifier, "is of Node alone: a plugin has interfaces in its place");
      }
      const how = /^\.{0,2}\//u.test(specifier) ? "there is no such file" : "is it installed?";
      throw fault(importer, specifier, `cannot be found; ${how}`);
    },
  };
}

/** Where a file imports something. */
function faultAt(importer: string, specifier: string, folder: string, what: string): TenonError {
  const text = readFileSync(importer, "utf8");
  const quoted = [`"${specifier}"`, `'${specifier}'`].map((one) => text.indexOf(one));
  const before = text.slice(0, quoted.find((at) => at >= 0) ?? 0).split("\n");
  const place = {
    file: relative(folder, importer),
    line: before.length,
    column: before.at(-1)!.length + 1,
  };
  return sourceFault(place, `${visibleText(specifier, { limit: 120 })} ${what}`);
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

function sourceFault(place: Place, what: string, cause?: unknown): TenonError {
  const { file, line, column } = place;
  const message = `${visibleText(file, { limit: 200 })}:${line}:${column}: ${what}`;
  return new TenonError("package-source", message, { cause, data: { file, line, column } });
}

/** What the bundler says, in one line. */
function faultOf(error: unknown, folder: string): TenonError {
  const [first] = (error as { readonly errors?: readonly unknown[] }).errors ?? [];
  const { loc, message } = (first ?? error) as {
    readonly loc?: { readonly file?: string; readonly line: number; readonly column: number };
    readonly message: string;
  };
  // eslint-disable-next-line no-control-regex
  const plain = message.replaceAll(/\u001B\[[\d;]*m/gu, "");
  const said = visibleText(plain.split("\n", 1)[0]!.replace(/^\[[A-Z_]+\] /u, ""), { limit: 500 });
  if (loc?.file === undefined) {
    return new TenonError("package-source", `it cannot be bundled: ${said}`, { cause: error });
  }
  const { file, line, column } = loc;
  return sourceFault({ file: relative(folder, file), line, column: column + 1 }, said, error);
}
