// What a page loads of the engine, by a bundler that splits.
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Plugin, rolldown } from "rolldown";

const ENGINE = join(import.meta.dirname, "../../../src/component/index.ts");
const PAGE = "page.ts";

// All of `tenon/component` but `compileSync`, which has everything at hand at once.
const page: Plugin = {
  name: "page",
  resolveId: (id) => (id === PAGE ? PAGE : undefined),
  load: (id) =>
    id === PAGE
      ? `export { compile, createLinker, instantiate, instantiateAsync, TenonError, WitError } from ${JSON.stringify(ENGINE)};`
      : undefined,
};

export interface Chunk {
  readonly name: string;
  /** Bytes, minified. */
  readonly size: number;
  readonly zipped: number;
  /** The engine's modules in it, as paths below src/. */
  readonly modules: readonly string[];
}

export interface PageBundle {
  /** Loaded by each page that compiles and instantiates. */
  readonly always: readonly Chunk[];
  /** Loaded when an instance asks for what is in them. */
  readonly later: readonly Chunk[];
}

export async function pageBundle(): Promise<PageBundle> {
  const build = await rolldown({
    input: PAGE,
    plugins: [page],
    platform: "browser",
    preserveEntrySignatures: "allow-extension",
  });
  const { output } = await build.generate({ format: "esm", minify: true });
  await build.close();
  const chunks = new Map(
    output.flatMap((one) => (one.type === "chunk" ? [[one.fileName, one] as const] : [])),
  );
  const loaded = new Set<string>();
  const load = (name: string): void => {
    if (loaded.has(name)) return;
    loaded.add(name);
    chunks.get(name)?.imports.forEach(load);
  };
  load(output[0].fileName);
  const described = [...chunks.values()].map(({ fileName, code, modules }) => ({
    name: fileName,
    size: code.length,
    zipped: gzipSync(code, { level: 9 }).length,
    modules: Object.entries(modules).flatMap(([id, { renderedLength }]) => {
      const [, path] = /\/src\/(.+)$/.exec(id) ?? [];
      return path === undefined || renderedLength === 0 ? [] : [path];
    }),
  }));
  return {
    always: described.filter(({ name }) => loaded.has(name)),
    later: described.filter(({ name }) => !loaded.has(name)),
  };
}
